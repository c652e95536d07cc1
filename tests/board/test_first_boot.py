"""The story of a box's first day, from the card in the owner's hand to memories that outlived a power cut."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import pytest

from appliance.control.messages import Memory
from tests.board.bench import Bench
from tests.board.box import Box
from tests.board.camera import RATE, Reel
from tests.board.conftest import BenchFactory
from tests.board.machine import wait_until
from tests.board.measure import EMPTY_SERVICE, EMPTY_SERVICE_INSTEAD, BootTimes, whole_boot_s
from tests.board.owner import CAMERA, HOME, PANEL, SHORT_RING, settings_file, storage_file, upload, wifi
from tests.board.payload import MOUNT, MOUNTED
from tests.board.phone import Phone
from tests.board.qemu import HOME_MAC
from tests.board.steps import Steps
from tests.stands.campaign import IS_FULL
from tests.stands.storage_servers import PASSWORD, StorageServer, obscured

pytestmark = pytest.mark.board

TWO_STEPS_S = 4.0
"""How long the button is held: a step when it goes down, another one three seconds later."""
ONE_STEP_ASKS_S = 185.0
RECORDING_LIMIT_S = 480.0
STEP_LIMIT_S = 480.0
LEAST_FREE_MB = 200
OWNERS_FILES = ("moment.toml", "rclone.conf")


@dataclass(frozen=True)
class Surroundings:
    """What is around the box. `folder`: for what comes out of it."""

    payload: Path
    reel: Reel
    storage: StorageServer
    folder: Path


@dataclass(frozen=True)
class Day:
    """One box's."""

    here: Bench
    around: Surroundings
    steps: Steps

    def prepare(self) -> None:
        """What the owner does at a computer."""
        with self.steps.step("the owner writes moment.toml and rclone.conf onto the card"):
            settings = settings_file(CAMERA, SHORT_RING, PANEL, upload(), wifi())
            files = (settings, storage_file(self.around.storage.port))
            self.here.card.write(dict(zip(OWNERS_FILES, files, strict=True)))

    def first_boot(self) -> Memory:
        """Up to the power cut; the memory that was kept before it."""
        with self.here.board(more_words=EMPTY_SERVICE) as box:
            self._comes_up(box)
            self._joins_home(box)
            memory = self._keeps_a_moment(box)
            self._uploads(box, memory)
            self._has_room(box)
            with self.steps.step("the button again, and the power is cut as soon as the lamp has said got it"):
                box.press(0.5)
                box.machine.cut_power()
        return memory

    def second_boot(self, first: Memory) -> None:
        """After the power cut."""
        with self.here.board(more_words=EMPTY_SERVICE) as box:
            self._records(box, "power on again: recording", "second boot")
            with self.steps.step("both memories are there, and the second one plays"):
                second, earlier = box.wait_until_kept(2, STEP_LIMIT_S)
                assert (earlier.name, earlier.sha256) == (first.name, first.sha256)
                self.around.reel.check(box.fetch(second.path, self.around.folder / "second.mp4"), gaps=len(second.gaps))
            self._joins_home(box)
            self._uploads(box, second)
            with self.steps.step("switched off in order"):
                box.machine.power_off()

    def boot_without_recorder(self) -> None:
        """The same card with an empty service instead, to compare the times with."""
        what = "once more, with an empty service instead of the recorder"
        with self.steps.step(what), self.here.board(more_words=EMPTY_SERVICE_INSTEAD) as box:
            length_s = whole_boot_s(box)
            box.machine.power_off()
        self.steps.fact("a boot with an empty service instead of the recorder (systemd-analyze)", f"{length_s:.1f} s")

    def no_secret_is_left(self) -> None:
        """On the boot partition, which any computer can read."""
        with self.steps.step("no password is left on the boot partition"):
            assert not self._secrets_on_the_card()

    def _secrets_on_the_card(self) -> list[str]:
        """The files of the boot partition that hold a password."""
        card = self.here.card
        texts = {n: card.read(n) for n in card.boot_files() if Path(n).suffix in {".toml", ".conf", ".txt"}}
        secrets = (HOME[1], PASSWORD, obscured(PASSWORD))
        return [name for name, text in texts.items() if any(secret in text for secret in secrets)]

    def _comes_up(self, box: Box) -> None:
        with self.steps.step("the data partition is made and mounted"):
            wait_until("/data is mounted", lambda: box.is_true("mountpoint -q /data"), STEP_LIMIT_S)
        with self.steps.step("the owner's files are taken over, and their secrets are gone from the boot partition"):
            wait_until("a report", lambda: box.is_true("test -s /run/moment-boot/report.json"), STEP_LIMIT_S)
            report = box.report()
            assert report.taken, report
            assert not report.troubles, report
            wait_until("no secrets", lambda: not self._secrets_on_the_card(), STEP_LIMIT_S)
            assert "moment-errors.txt" not in self.here.card.boot_files()
        self._records(box, "recording", "first boot")

    def _records(self, box: Box, step: str, boot: str) -> None:
        with self.steps.step(step):
            times = BootTimes.of(box, RECORDING_LIMIT_S)
            box.wait_until_recording(RECORDING_LIMIT_S)
        times.tell(self.steps, boot)

    def _joins_home(self, box: Box) -> None:
        name, password = HOME
        with self.steps.step("the home network is switched on, and the box joins it"):
            box.run(f"{MOUNT} && {MOUNTED}/home-network '{name}' '{password}' {HOME_MAC}")
            joined = "nmcli -g GENERAL.STATE device show wlan0 | grep -q '^100 '"
            wait_until("wlan0 is connected", lambda: box.is_true(joined), STEP_LIMIT_S, every_s=3.0)
        with self.steps.step("a phone joins the home network, and finds the pages at the box, and no other door"):
            phone = Phone(box)
            phone.join(name, password)
            address = box.run("nmcli -g IP4.ADDRESS device show wlan0").strip().split("/")[0]
            assert phone.open_doors(address, 1, 1024) == [80]

    def _keeps_a_moment(self, box: Box) -> Memory:
        with self.steps.step("the ring holds more than the first step's three minutes, or a second would not count"):
            wait_until("a ring of three minutes", lambda: box.ring_s() > ONE_STEP_ASKS_S, STEP_LIMIT_S, every_s=10.0)
        with self.steps.step(f"the button is held for {TWO_STEPS_S:g} s, and the lamp says got it"):
            box.press(TWO_STEPS_S)
        with self.steps.step("six minutes were asked for; what the ring had is kept and told"):
            (memory,) = box.wait_until_kept(1, STEP_LIMIT_S)
            assert memory.asked_s == 360
            assert memory.got_s < 360
        with self.steps.step("the memory plays, and shows what the camera showed"):
            count = self.around.reel.check(
                box.fetch(memory.path, self.around.folder / "first.mp4"), gaps=len(memory.gaps)
            )
            assert abs(count / RATE - memory.got_s) < 1
        return memory

    def _uploads(self, box: Box, memory: Memory) -> None:
        with self.steps.step("it is uploaded through the home network, bit for bit"):
            wait_until("proven", lambda: box.upload_state(memory.name) == "proven", STEP_LIMIT_S, every_s=4.0)
            (path,) = self.around.storage.folder.rglob(memory.name)
            assert hashlib.sha256(path.read_bytes()).hexdigest() == memory.sha256 == box.sha256(memory.path)

    def _has_room(self, box: Box) -> None:
        with self.steps.step(f"at least {LEAST_FREE_MB} MB of memory are free, and nothing swaps"):
            free_mb = box.available_mb()
            self.steps.fact("memory available with all of this running", f"{free_mb} MB")
            assert free_mb >= LEAST_FREE_MB
            assert len(box.run("cat /proc/swaps").splitlines()) <= 1
            assert box.failed_units() == ""


@pytest.fixture
def around(payload: Path, reel: Reel, storage: StorageServer, tmp_path: Path) -> Surroundings:
    """What is there before the box."""
    return Surroundings(payload, reel, storage, tmp_path)


@pytest.mark.timeout(2400)
def test_first_boot(bench: BenchFactory, around: Surroundings, steps: Steps) -> None:
    """First boot."""
    day = Day(bench(payload=around.payload), around, steps)
    day.prepare()
    with around.reel.playing(day.here.camera_port):
        day.second_boot(day.first_boot())
        if IS_FULL:
            day.boot_without_recorder()
    day.no_secret_is_left()
