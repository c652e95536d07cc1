"""The microphone: found in trees as the kernel lays them out, left out when it is in doubt."""

from pathlib import Path

import pytest

from appliance.camera.microphone import SHORT_EPOCH_S, Microphone, find_microphone

PCM = """\
00-00: bcm2835 Headphones : bcm2835 Headphones : playback 8
01-00: USB Audio : USB Audio : capture 1
02-00: USB Audio : USB Audio : playback 1 : capture 1
02-01: USB Audio #1 : USB Audio #1 : capture 1
"""


def plant(root: Path, pcm: str, *, camera_at: str = "", **cards_at: str) -> Path:
    (root / "proc/asound").mkdir(parents=True)
    (root / "proc/asound/pcm").write_text(pcm)
    nodes = {"sys/class/video4linux/video0": camera_at}
    nodes |= {f"sys/class/sound/{card}": place for card, place in cards_at.items()}
    for node, place in nodes.items():
        (root / node).mkdir(parents=True)
        if place:
            real = root / "sys/devices" / place
            real.mkdir(parents=True, exist_ok=True)
            (root / node / "device").symlink_to(real)
    return root


def test_the_one_in_the_camera_s_own_housing_goes_first(tmp_path: Path) -> None:
    root = plant(tmp_path, PCM, camera_at="usb1/1-2/1-2:1.0", card1="usb1/1-1/1-1:1.0", card2="usb1/1-2/1-2:1.2")

    assert find_microphone("/dev/video0", root) == "plughw:2,0"
    assert find_microphone("/dev/video7", root) == "plughw:1,0"


def test_a_camera_on_the_ribbon_shares_no_housing(tmp_path: Path) -> None:
    root = plant(tmp_path, PCM, camera_at="platform/soc/fe801000.csi", card1="platform/soc", card2="usb1/1-2/1-2:1.2")

    assert find_microphone("/dev/video0", root) == "plughw:1,0"


@pytest.mark.parametrize("pcm", ["", PCM.splitlines()[0], "nonsense: capture", "xx-yy: a : capture 1"])
def test_no_microphone_is_none(tmp_path: Path, pcm: str) -> None:
    assert find_microphone("/dev/video0", plant(tmp_path, pcm)) is None


def test_a_machine_without_sound_has_none(tmp_path: Path) -> None:
    assert find_microphone("/dev/video0", tmp_path) is None


class Case:
    def __init__(self, audio: str = "auto", found: str | None = "plughw:1,0") -> None:
        self.now_s = 0.0
        self.microphone = Microphone(audio, lambda: found, lambda: self.now_s)

    async def epoch(self, seconds: float) -> str | None:
        async with self.microphone.epoch() as device:
            self.now_s += seconds
        return device


async def test_after_a_short_epoch_the_sound_is_left_out_once() -> None:
    case = Case()

    assert await case.epoch(SHORT_EPOCH_S) == "plughw:1,0"
    assert await case.epoch(1) == "plughw:1,0"
    assert await case.epoch(1) is None
    assert "plughw:1,0 ended at once" in str(case.microphone.warning)
    assert await case.epoch(1) == "plughw:1,0"
    assert str(case.microphone.warning) == "None"


async def test_one_that_was_named_is_never_left_out() -> None:
    case = Case("hw:3")

    assert [await case.epoch(1), await case.epoch(1)] == ["hw:3", "hw:3"]
    assert await Case("none").epoch(1) is None
    assert await Case("auto", None).epoch(1) is None
