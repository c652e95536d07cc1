"""The owner's settings file while the recorder runs: read, and changed as a whole or not at all. Blocks.

What is wrong with a change is told all at once, each with its key; the file is replaced only by one that is right.
"""

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from appliance.durable import flush_folder, write_privately
from appliance.settings.changing import Changes, Where, changed, changed_values
from appliance.settings.complaint import Complaint
from appliance.settings.conversion import Layer, convert
from appliance.settings.hiding import STARS, are_stars, hide, reveal
from appliance.settings.model import Settings
from appliance.settings.reading import NOTHING, SECTIONS, judge, merge, read_layer
from appliance.settings.textfile import SettingsError, plain
from appliance.settings.words import fixed, secrecy

_UNSAID = "stars stand for a secret that is not known for this address: write it in full"
_FIXED = "tells where this box keeps its files: it is not changed from here"


class WrongSettingsError(Exception):
    """Nothing was changed. `complaints`: all that is wrong."""

    def __init__(self, complaints: list[Complaint]) -> None:
        super().__init__("\n".join(complaint.sentence for complaint in complaints))
        self.complaints = complaints


class InForce(NamedTuple):
    """`said`: what the owner's file says, by section and key; `settings`: what holds by it."""

    said: Mapping[str, Mapping[str, Any]]
    settings: Settings
    default: Settings
    """What holds where the owner says nothing."""


class OwnersSettings:
    """`path`: the owner's file, None if there is none to write; `base`: the box's own defaults below it."""

    def __init__(self, path: Path | None, base: Path | None) -> None:
        self._path = path
        self._base = base

    @property
    def may_change(self) -> bool:
        """Whether there is a file to write."""
        return self._path is not None

    @property
    def folder(self) -> Path | None:
        """Where the file lies."""
        return self._path.parent if self._path else None

    def read(self) -> InForce:
        """What holds now, once the recorder has taken it over.

        Raises:
            SettingsError: if the file has become unreadable since.
        """
        above, below = self._layers()
        settings, _, _ = judge(above, below)
        default, _, _ = judge(NOTHING, below)
        return InForce(above.values, settings, default)

    def change(self, wanted: Changes) -> Settings:
        """Write new values; None takes a key out. What holds by them.

        Raises:
            WrongSettingsError: with everything that is wrong.
            SettingsError: if the file cannot be read.
            OSError: if it cannot be written; the earlier one is there then.
        """
        assert self._path is not None
        above, below = self._layers()
        changes, wrong = _revealed(wanted, merge(below.values, above.values))
        values, mistaken = convert(changed_values(above.values, changes), SECTIONS)
        unknown = [complaint for complaint in _unknown(changes) if complaint not in mistaken]
        settings, _, found = judge(Layer("", "", values, mistaken), below)
        if complaints := [*wrong, *unknown, *found]:
            raise WrongSettingsError(complaints)
        write_privately(self._path, changed(plain(above.text), changes).encode())
        flush_folder(self._path.parent)
        return settings

    def _layers(self) -> tuple[Layer, Layer]:
        above = Layer("", "", {}, [])
        if self._path is not None and self._path.exists():
            above = read_layer(self._path)
        return above, NOTHING if self._base is None else read_layer(self._base)


def hidden(where: Where, value: Any) -> Any:
    """A value as it may be shown."""
    match secrecy_of(where):
        case "whole" if value:
            return STARS
        case "in-url" if isinstance(value, str):
            return hide(value)
    return value


def secrecy_of(where: Where) -> str | None:
    """How much of a key's value is secret: `whole`, `in-url`, or nothing."""
    return secrecy(msgspec.inspect.type_info(SECTIONS[where[0]][where[1]]))


def _revealed(wanted: Changes, known: Mapping[str, Mapping[str, Any]]) -> tuple[dict[Where, Any], list[Complaint]]:
    """The secrets back in the place of their stars; what may not be changed is told."""
    changes: dict[Where, Any] = {}
    wrong: list[Complaint] = []
    for where, value in wanted.items():
        section, key = where
        if key in SECTIONS.get(section, {}):
            before = known.get(section, {}).get(key, "")
            if fixed(msgspec.inspect.type_info(SECTIONS[section][key])) and value != before:
                wrong.append(Complaint(where, f"{section}.{key} {_FIXED}"))
                continue
            with contextlib.suppress(_UnsaidError):
                changes[where] = _in_full(where, value, before)
                continue
            wrong.append(Complaint(where, f"{section}.{key}: {_UNSAID}"))
        else:
            changes[where] = value
    return changes, wrong


class _UnsaidError(Exception):
    pass


def _in_full(where: Where, value: Any, before: Any) -> Any:
    kind = secrecy_of(where)
    if not isinstance(value, str) or kind is None:
        return value
    full = (before if are_stars(value) else value) if kind == "whole" else reveal(value, str(before))
    if full is None or (kind == "whole" and are_stars(full)):
        raise _UnsaidError
    return full


def _unknown(changes: Changes) -> list[Complaint]:
    """A key that is taken out is nowhere to be found wrong: it is looked at by itself."""
    gone: dict[str, dict[str, Any]] = {}
    for (section, key), value in changes.items():
        if value is None and key not in SECTIONS.get(section, {}):
            gone.setdefault(section, {})[key] = ""
    return convert(gone, SECTIONS)[1]


__all__ = ["InForce", "OwnersSettings", "SettingsError", "WrongSettingsError", "hidden", "secrecy_of"]
