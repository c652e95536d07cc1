"""Power cuts at random moments while the box records and saves: it comes back by itself, with all that it promised."""

import random
import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.board.bench import Bench
from tests.board.box import MEMORIES, Box
from tests.board.camera import Reel
from tests.board.card import copy_sparse
from tests.board.conftest import BenchFactory, only_in_full
from tests.board.machine import wait_until
from tests.board.owner import CAMERA, PANEL, SHORT_RING, settings_file
from tests.board.steps import Steps
from tests.board.write_log import replay
from tests.stands.campaign import IS_FULL
from tests.system.conftest import Settings

pytestmark = pytest.mark.board

PULLED = 25
FORGOTTEN = 25 if IS_FULL else 1
RECORDING_LIMIT_S = 480.0
KEPT_LIMIT_S = 480.0
LATEST_CUT_S = 8.0
SHORT_S, SEGMENTS_OF_A_SHORT_ONE = 12.0, 4
"""Of 5 seconds, with the open one."""
SHORT_STEPS: Settings = {"memories": {"minutes_per_step": 0.4, "overlap": "separate"}}
"""A memory a press, if it asks for what no other holds."""


@dataclass
class Campaign:
    """One card that loses its power again and again. `chance` decides when, and what a forgetful card forgets."""

    here: Bench
    reel: Reel
    chance: random.Random
    evidence: Path
    promised: int = 0
    known: dict[str, str] = field(default_factory=dict)
    """Names and SHA-256 of the memories that were seen whole."""

    def begin(self) -> None:
        """The first boot, which nobody disturbs."""
        self.here.card.write({"moment.toml": settings_file(CAMERA, SHORT_RING, PANEL, SHORT_STEPS)})
        with self.here.board() as box:
            box.wait_until_recording(RECORDING_LIMIT_S)
            box.machine.power_off()

    def pull_the_plug(self) -> None:
        """One cut; what was handed to the card is on it."""
        self._live(None)

    def pull_the_plug_of_a_forgetful_card(self) -> int:
        """One cut; of what was handed to the card and not flushed, it keeps every second write. How many it forgot."""
        before, log = self.here.folder / "before.img", self.here.folder / "writes.log"
        copy_sparse(self.here.card.path, before)
        log.unlink(missing_ok=True)
        log.touch()
        self._live(log)
        forgotten = replay(log, before, self.chance)
        shutil.move(before, self.here.card.path)
        return forgotten

    def end(self) -> None:
        """One last boot, to see what the last cut left."""
        with self.here.board() as box:
            self._check(box)
            box.machine.power_off()

    def _live(self, write_log: Path | None) -> None:
        with self.here.board(write_log=write_log) as box:
            self._check(box)
            if self.chance.random() < 1 / 2:
                self._save_a_short_one(box)
            self._press_and_cut(box)

    def _save_a_short_one(self, box: Box) -> None:
        """A memory that is not all there is: the next press asks for older footage, and gets a memory of its own.

        Its answer on the lamp is waited for, so that what the lamp says from now on is about the next press.
        """
        wait_until("older footage", lambda: box.segments_of_newest_epoch() > SEGMENTS_OF_A_SHORT_ONE + 1, KEPT_LIMIT_S)
        since_s = time.monotonic()
        box.save(SHORT_S / 60)
        self.promised += 1
        box.wait_until_got_it(since_s, KEPT_LIMIT_S)

    def _press_and_cut(self, box: Box) -> None:
        since_s = time.monotonic()
        box.machine.wires.hold("save", 0.3)
        time.sleep(self.chance.uniform(0, LATEST_CUT_S))
        box.machine.cut_power()
        self.promised += box.has_said_got_it(since_s)

    def _check(self, box: Box) -> None:
        box.wait_until_recording(RECORDING_LIMIT_S)
        memories = box.wait_until_kept(self.promised, KEPT_LIMIT_S)
        assert {(memory.name, memory.sha256) for memory in memories} >= set(self.known.items())
        for memory in memories:
            if memory.name not in self.known:
                self.reel.check(box.fetch(memory.path, self.evidence / memory.name), gaps=len(memory.gaps))
                self.known[memory.name] = memory.sha256
        self.promised = len(memories)  # a press that was cut off before its answer may have been kept as well
        box.run(f"cd {MEMORIES} && ls -A .claims | grep . && exit 1; ls -A | grep '^.assembling' && exit 1; true")
        assert ",rw," in f",{box.run('findmnt -no OPTIONS /data').strip()},"
        assert box.run("dmesg | grep -iE 'EXT4-fs error|remounting filesystem read-only|I/O error' || true") == ""
        assert box.failed_units() == ""


@pytest.fixture
def campaign(bench: BenchFactory, reel: Reel, tmp_path: Path) -> Campaign:
    """A campaign that has not begun; told by its seed."""
    seed = random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}")  # noqa: T201 - to be told with a failure
    return Campaign(bench(), reel, random.Random(seed), tmp_path)


@only_in_full  # a plug is pulled in the first boot's story, too, and a forgetful card is harder
@pytest.mark.timeout(600 + PULLED * 1200)
def test_the_plug_is_pulled(campaign: Campaign, steps: Steps) -> None:
    """Power cuts."""
    with campaign.reel.playing(campaign.here.camera_port):
        with steps.step("a first boot, undisturbed"):
            campaign.begin()
        for number in range(1, PULLED + 1):
            with steps.step(f"cut {number} of {PULLED}: boot, check, save, cut"):
                campaign.pull_the_plug()
        with steps.step("a last boot: all is there"):
            campaign.end()
    steps.fact("memories promised and kept", str(campaign.promised))


@pytest.mark.timeout(600 + FORGOTTEN * 1200)
def test_the_card_forgets_what_was_not_flushed(campaign: Campaign, steps: Steps) -> None:
    """Power cuts with a forgetful card."""
    with campaign.reel.playing(campaign.here.camera_port):
        with steps.step("a first boot, undisturbed"):
            campaign.begin()
        forgotten = 0
        for number in range(1, FORGOTTEN + 1):
            with steps.step(f"cut {number} of {FORGOTTEN}: boot, check, save, cut, forget"):
                forgotten += campaign.pull_the_plug_of_a_forgetful_card()
        with steps.step("a last boot: all that was promised is there"):
            campaign.end()
    steps.fact("writes that the card forgot", str(forgotten))
    steps.fact("memories promised and kept", str(campaign.promised))
