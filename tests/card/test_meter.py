"""What is read about the card."""

import os
from pathlib import Path

import pytest

from appliance.card.meter import Meter
from tests.stands.loop_card import LoopCard, run
from tests.stands.sys_card import SysCard

GB = 10**9


class Stopwatch:
    """Time that stands until it is moved."""

    def __init__(self) -> None:
        self.now_s = 5_000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def shown(tmp_path: Path) -> SysCard:
    (tmp_path / "sys").mkdir()
    return SysCard(tmp_path / "sys", tmp_path)


def test_everything_that_a_slot_tells_of_its_card(shown: SysCard, tmp_path: Path) -> None:
    shown.write(500 * GB)
    watch = Stopwatch()
    meter = Meter(tmp_path, rated_terabytes=20, monotonic_s=watch, sys=shown.sys)
    shown.write(501 * GB)
    watch.now_s += 1000

    card = meter.read()

    volume = os.statvfs(tmp_path)
    assert card
    assert (card.name, card.made, card.size_bytes) == ("SC32G", "03/2023", 32 * GB)
    assert card.data_bytes == volume.f_blocks * volume.f_frsize
    assert 0 <= card.free_bytes <= card.data_bytes
    assert card.life.rated_bytes == 20_000 * GB
    assert card.life.written_bytes == pytest.approx(501 * GB, abs=1024)
    assert card.life.bytes_a_day == pytest.approx(86.4 * GB, abs=100_000), "counted from the start, not from the first"


def test_a_disk_without_a_name_or_parts(shown: SysCard, tmp_path: Path) -> None:
    (shown.disk / "device").unlink()
    (shown.disk / "mmcblk0p3/partition").unlink()
    (shown.disk / "mmcblk0p3/size").write_text("1000\n")

    card = Meter(tmp_path, rated_terabytes=None, monotonic_s=Stopwatch(), sys=shown.sys).read()

    assert card
    assert (card.name, card.made, card.size_bytes) == (None, None, 512_000)


@pytest.mark.parametrize("hidden", ["dev/block", "fs/ext4"])
def test_a_folder_on_no_card(shown: SysCard, tmp_path: Path, hidden: str) -> None:
    (shown.sys / hidden).rename(shown.sys / "gone")

    assert Meter(tmp_path, rated_terabytes=None, monotonic_s=Stopwatch(), sys=shown.sys).read() is None


def test_this_machine_is_a_card_or_none() -> None:
    """Memory, an overlay or another file system: no complaint; an ext4: its own figures."""
    for folder in (Path("/dev/shm"), Path(__file__).parent):
        card = Meter(folder, rated_terabytes=None, monotonic_s=Stopwatch()).read()
        assert card is None or card.size_bytes >= card.data_bytes > 0


def test_the_kernel_counts_what_is_written(card: LoopCard) -> None:
    assert card.prepare().returncode == 0
    watch = Stopwatch()
    with card.mount() as files:
        meter = Meter(files, rated_terabytes=None, monotonic_s=watch)
        (files / "footage").write_bytes(os.urandom(20_000_000))
        run("sync", "-f", files)
        watch.now_s += 864

        read = meter.read()

    assert read
    assert read.size_bytes == card.file.stat().st_size
    assert 2.7 * GB < read.free_bytes < read.data_bytes < 3 * GB
    assert read.life.bytes_a_day
    assert 2 * GB <= read.life.bytes_a_day < 2.2 * GB
