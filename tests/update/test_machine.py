"""Any run of updates, boots, new cards and power cuts before any step: there is always one application that starts,
it was signed, and a version that failed is never used again.
"""

import tempfile
from pathlib import Path

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from appliance.update import settling
from appliance.update.inbox import OLDER, deliver
from appliance.update.numbering import is_newer
from appliance.update.outcome import read_outcome
from appliance.update.updater import Updater
from appliance.update.versions import Versions
from appliance.update.watch import Patience, Seen
from tests.stands.applications import Behaviour, bundled
from tests.stands.campaign import stories
from tests.update.conftest import Box, Maker, UnhurriedSteps, make_box, make_maker

MADE: dict[str, Behaviour] = {"1.1": "works", "1.2": "dies", "1.3": "is blind", "1.4": "works", "1.5": "works"}
OFFERED = [*MADE, "9.9"]
MOST_STEPS = 14
MOST_BOOTS_ON_TRIAL = 2


class PowerCut(BaseException):
    """The world ends here."""


class MortalSteps(UnhurriedSteps):
    """Dies before its `left`-th step; a folder that is being removed is found half-empty."""

    def __init__(self, left: int | None) -> None:
        self._left = left

    def write(self, path: Path, content: bytes) -> None:
        self._count()
        super().write(path, content)

    def link(self, path: Path, target: str) -> None:
        self._count()
        super().link(path, target)

    def rename(self, path: Path, name: Path) -> None:
        self._count()
        super().rename(path, name)

    def remove(self, path: Path) -> None:
        self._count()
        super().remove(path)

    def remove_tree(self, path: Path) -> None:
        self._count()
        if self._left == 0 and path.exists():
            path.rename(path.with_name(f".{path.name}.old"))
            raise PowerCut
        super().remove_tree(path)

    def _count(self) -> None:
        if self._left is None:
            return
        if self._left == 0:
            raise PowerCut
        self._left -= 1


class RunningRecorder:
    """Runs whatever the launcher would start."""

    def __init__(self, box: Box) -> None:
        self._box = box
        self._seen: Seen | None = None

    def restart(self) -> bool:
        version = started(self._box)
        behaviour = MADE[version] if self._box.versions.current == version else "works"
        self._seen = None if behaviour == "dies" else Seen(version, 100, is_recording=behaviour == "works")
        return self._seen is not None

    def stop(self) -> None:
        self._seen = None

    def look(self) -> Seen | None:
        return self._seen


def started(box: Box) -> str:
    """The version that /usr/bin/moment would start."""
    current = box.places.app / "current"
    folder = current if (current / "lib").is_dir() else box.places.card
    assert (folder / "lib" / "appliance" / "supervise.py").is_file()
    return (folder / "version").read_text().strip()


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory, maker: Maker) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("bundles")
    made = {version: bundled(folder / version, maker.secret, version, how) for version, how in MADE.items()}
    stranger = make_maker(folder / "stranger")
    made["9.9"] = bundled(folder / "9.9", stranger.secret, "9.9")
    return made


class Owner(RuleBasedStateMachine):
    """An owner with more updates than luck."""

    offers: dict[str, Path]
    key: Path

    @initialize()
    def buy(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.box = make_box(Path(self.folder.name), self.key)
        self.recorder = RunningRecorder(self.box)
        self.base = "1.0"
        self.lost: set[str | None] = set()
        self.proven: set[str] = set()
        self.failed: set[str] = set()
        self._boot(None)

    def teardown(self) -> None:
        for _ in range(MOST_BOOTS_ON_TRIAL + 1):
            self._switch_on(None)
        assert self.box.versions.trial() is None, "every trial ends"
        self._boot(None)
        assert self.recorder.look() is not None, "after some boots without power cuts a box works"
        assert list(self.box.places.opened.iterdir()) == []
        self.folder.cleanup()

    @rule(version=st.sampled_from(OFFERED), is_older=st.booleans(), dies_at=st.integers(0, MOST_STEPS))
    def update_with_a_power_cut(self, version: str, is_older: bool, dies_at: int) -> None:
        deliver(self.offers[version], self.box.places.inbox, is_older_allowed=is_older)
        try:
            self._work(MortalSteps(dies_at))
        except PowerCut:
            self.recorder.stop()

    @rule(version=st.sampled_from(OFFERED), is_older=st.booleans())
    def update(self, version: str, is_older: bool) -> None:
        self._boot(None)
        before, previous = started(self.box), self.box.versions.current
        name = deliver(self.offers[version], self.box.places.inbox, is_older_allowed=is_older)
        self._work(UnhurriedSteps())
        outcome = read_outcome(self.box.places.outcome)
        assert outcome is not None
        assert outcome.request == name
        if outcome.result == "installed":
            assert (started(self.box), self.recorder.look() is not None) == (version, True)
            assert version not in self.failed
            assert is_newer(version, before) or name.endswith(OLDER)
            assert previous is None or self.box.versions.is_usable(previous)
        else:
            assert started(self.box) == before
        if outcome.result == "went-back":
            assert MADE[version] != "works"

    @rule(dies_at=st.none() | st.integers(0, 5))
    def switch_on_and_soon_off_again(self, dies_at: int | None) -> None:
        self._switch_on(dies_at)

    @rule(dies_at=st.none() | st.integers(0, 5))
    def boot(self, dies_at: int | None) -> None:
        self._boot(dies_at)

    @rule()
    def flash_a_newer_card(self) -> None:
        self.base = f"1.{int(self.base[2:]) + 1}"
        (self.box.places.card / "version").write_text(f"{self.base}\n")
        self._switch_on(None)
        assert not is_newer(self.base, started(self.box))

    @rule()
    def lose_a_file(self) -> None:
        if current := self.box.versions.current:
            self.lost.add(current)
            (self.box.places.app / "current" / "lib" / "appliance" / "supervise.py").unlink(missing_ok=True)
        self._switch_on(None)

    @invariant()
    def what_starts_was_signed(self) -> None:
        version = started(self.box)
        if self.box.versions.current:
            source = self.offers[version].parent / "application"
            for file in filter(Path.is_file, source.rglob("*")):
                assert (self.box.versions.folder(version) / file.relative_to(source)).read_bytes() == file.read_bytes()
        assert "9.9" not in self.box.versions.installed()

    @invariant()
    def what_is_used_has_proven_itself_or_is_on_trial(self) -> None:
        trial = self.box.versions.trial()
        assert self.box.versions.current in {None, trial and trial.version, *(self.proven - self.failed)}

    @invariant()
    def the_way_back_lies_ready(self) -> None:
        trial = self.box.versions.trial()
        if trial and trial.previous and trial.previous not in self.lost:
            assert self.box.versions.is_usable(trial.previous)

    def _work(self, steps: UnhurriedSteps) -> None:
        self.box.steps = steps
        try:
            Updater(self.box.places, self.box.versions, self.recorder, Patience(0, 0), self._hear).run()
        finally:
            self.box.steps = UnhurriedSteps()
            self._hear()

    def _boot(self, dies_at: int | None) -> None:
        """As docs/box.md has it: settle, start, work through what waits, confirm."""
        self._switch_on(dies_at)
        self._work(UnhurriedSteps())
        seen = self.recorder.look()
        if seen and seen.is_recording and settling.confirm(seen.version, self.box.places, self.box.versions):
            self._hear()

    def _switch_on(self, dies_at: int | None) -> None:
        self.recorder.stop()
        try:
            settling.settle(self.box.places, Versions(self.box.places, MortalSteps(dies_at)))
        except PowerCut:
            settling.settle(self.box.places, self.box.versions)
        self._hear()
        self.recorder.restart()

    def _hear(self, _: str = "") -> None:
        """What was told of the last bundle. One that lost a file may come back whole: it has not failed."""
        outcome = read_outcome(self.box.places.outcome)
        if outcome and outcome.version and outcome.result == "installed":
            self.proven.add(outcome.version)
        if outcome and outcome.version and outcome.result == "went-back":
            self.failed.add(outcome.version)


@pytest.mark.campaign
def test_a_box_always_starts_and_nothing_unsigned_or_failed_is_used(bundles: dict[str, Path], maker: Maker) -> None:
    class ThisOwner(Owner):
        pass

    ThisOwner.offers, ThisOwner.key = bundles, maker.public
    run_state_machine_as_test(
        ThisOwner,
        settings=stories(50, 500, steps=12),
    )
