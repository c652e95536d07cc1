"""The application's versions on this box: those installed, the one in use, the one on trial, those that failed."""

import os
import platform
import sys
from pathlib import Path

import msgspec
from msgspec import Struct

from appliance.update.manifest import Machine, Manifest, misfit
from appliance.update.numbering import is_version
from appliance.update.places import Places
from appliance.update.shelf import Steps, make_folder, read_json, read_word
from appliance.update.trial import Shelf, Trial

MANIFEST = "manifest.json"
_NEEDED = ("lib/appliance/supervise.py", "version", MANIFEST)
"""What a version is not without."""

_MOST_FAILURES = 50
_NO_VERSION = "0.0"


class Failure(Struct, frozen=True):
    """A bundle that did not work here."""

    version: str
    bundle: str


class Versions:
    """What lies in `places.app`, and below it the card's own application."""

    def __init__(self, places: Places, steps: Steps | None = None) -> None:
        self._app = places.app
        self._current = places.current
        self._card = places.card
        self.steps = steps or Steps()

    @property
    def base(self) -> str:
        """The version that came with the card."""
        word = read_word(self._card / "version") or ""
        return word if is_version(word) else _NO_VERSION

    @property
    def machine(self) -> Machine:
        """What a version has to fit."""
        return Machine(platform.machine(), f"{sys.version_info.major}.{sys.version_info.minor}", self.base)

    @property
    def current(self) -> str | None:
        """What `current` names, whole or not; None is the card's own."""
        try:
            return (self._current).readlink().name
        except OSError:
            return None

    @property
    def in_use(self) -> str:
        """The version that the next start runs."""
        current = self.current
        return current if current and self.is_usable(current) else self.base

    def folder(self, version: str) -> Path:
        """Where a version lies."""
        return self._app / "versions" / version

    def unfinished(self, version: str) -> Path:
        """Where a version is unpacked."""
        return self.folder(f".{version}.new")

    def installed(self) -> list[str]:
        """Versions that lie here, whole or not."""
        try:
            return sorted(entry.name for entry in os.scandir(self._app / "versions") if is_version(entry.name))
        except FileNotFoundError:
            return []

    def is_usable(self, version: str) -> bool:
        """Whether it is whole and fits this card, which may have been written anew since."""
        folder = self.folder(version)
        manifest = read_json(folder / MANIFEST, Manifest)
        if manifest is None or manifest.version != version or misfit(manifest, self.machine):
            return False
        return all((folder / name).is_file() for name in _NEEDED) and read_word(folder / "version") == version

    def shelf(self) -> Shelf:
        """All that a boot decides by."""
        trial = self.trial()
        return Shelf(
            base=self.base,
            known_base=read_word(self._app / "base"),
            current=self.current,
            usable=frozenset(filter(self.is_usable, self.installed())),
            trial=trial,
            is_failed=trial is not None and self.is_known_bad(trial.bundle),
        )

    def trial(self) -> Trial | None:
        """The version on trial."""
        return read_json(self._app / "trial.json", Trial)

    def begin_trial(self, trial: Trial) -> None:
        """From now on every boot knows that the version has to prove itself."""
        self.steps.write(self._app / "trial.json", msgspec.json.encode(trial))

    def end_trial(self) -> None:
        """Whatever is in use now stays."""
        self.steps.remove(self._app / "trial.json")

    def use(self, version: str | None) -> None:
        """Let the next start run this version; None is the card's own."""
        if version == self.current:
            return
        if version is None:
            self.steps.remove(self._current)
        else:
            self.steps.link(self._current, f"versions/{version}")

    def know_base(self) -> None:
        """Remember which card this is."""
        if read_word(self._app / "base") != self.base:
            make_folder(self._app)
            self.steps.write(self._app / "base", f"{self.base}\n".encode())

    def is_known_bad(self, bundle: str) -> bool:
        """Whether a trial of this bundle failed."""
        return any(failure.bundle == bundle for failure in self._failures())

    def remember_failure(self, trial: Trial) -> None:
        """Never try this bundle again."""
        if not self.is_known_bad(trial.bundle):
            failures = [*self._failures(), Failure(trial.version, trial.bundle)][-_MOST_FAILURES:]
            self.steps.write(self._app / "failed.json", msgspec.json.encode(failures))

    def sweep(self, kept: set[str | None]) -> None:
        """Remove all versions but these and the one in use, and what was left half-way."""
        versions = self._app / "versions"
        make_folder(versions)
        for entry in sorted(versions.iterdir()):
            if entry.name not in {*kept, self.current}:
                self.steps.remove_tree(entry)

    def _failures(self) -> list[Failure]:
        return read_json(self._app / "failed.json", list[Failure]) or []
