"""A disk that is nearly full, and one that is full: the ring yields, a press is kept or honestly refused."""

import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import pytest

from appliance.control.errors import RefusedError
from appliance.durable import disk_reserve_bytes, free_bytes
from tests.system.conftest import Box, BoxFactory, Film, MountDisk, wait_until

DISK_BYTES = 60_000_000


def leave_free(disk: Path, wanted_bytes: int) -> None:
    """A foreign file takes all but this."""
    with (disk / "foreign").open("ab") as file:
        file.write(bytes(max(0, free_bytes(disk) - wanted_bytes)))


class Glutton:
    """Takes every byte that comes free, inside a `with`."""

    def __init__(self, disk: Path) -> None:
        self._file = disk / "glutton"
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._eat)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._file.unlink()

    def _eat(self) -> None:
        with self._file.open("ab", buffering=0) as file:
            while not self._stop.is_set():
                try:
                    file.write(bytes(4096))
                except OSError:  # full: somebody may yet give way
                    time.sleep(0.01)


def watched(recorder: Box, seconds: float) -> Iterator[str]:
    """The recording state, many times a second."""
    until_s = time.monotonic() + seconds
    while time.monotonic() < until_s:
        yield recorder.state()
        time.sleep(0.1)


def test_the_ring_yields_to_the_disk_and_a_press_is_kept(box: BoxFactory, small_disk: MountDisk) -> None:
    """Its capacity is far above what the disk has; it never learns so by a write that fails."""
    disk = small_disk(DISK_BYTES)
    reserve = disk_reserve_bytes(disk)
    recorder = box(**on(disk)).start()
    recorder.wait_for_segments(2)
    leave_free(disk, reserve + 1_000_000)
    held = recorder.status().ring.bytes

    assert set(watched(recorder, 6)) == {"recording"}

    ring = recorder.status().ring
    assert ring.bytes <= held + 1_000_000
    assert not recorder.segments()[0].name.startswith("000000"), "the oldest went"
    assert free_bytes(disk) >= reserve * 0.9
    saved = recorder.save(wait=True)
    assert saved.got_s is not None
    assert saved.got_s >= 2
    Film(saved.path or "").decode()
    assert set(watched(recorder, 2)) == {"recording"}
    assert recorder.status().recording.restarts == 0


def on(disk: Path) -> dict[str, dict[str, object]]:
    return {"ring": {"directory": str(disk / "ring")}, "memories": {"directory": str(disk / "memories")}}


def test_a_disk_that_somebody_fills_to_the_last_byte(box: BoxFactory, small_disk: MountDisk) -> None:
    disk = small_disk(12_000_000)
    recorder = box(**on(disk)).start()
    recorder.wait_for_segments(3)

    with Glutton(disk):
        wait_until("the disk is full", lambda: free_bytes(disk) == 0)
        wait_until("recording feels it", lambda: recorder.state() == "no-camera")
        assert "disk" in (recorder.status().recording.reason or "")
        with pytest.raises(RefusedError, match=r"^NOT SAVED: .*disk") as refusal:
            recorder.save()
        assert "\n" not in refusal.value.sentence
        assert recorder.moment("memories").returncode == 0

    recorder.wait_for("recording")
    recorder.wait_for_segments(2)
    Film(recorder.save(wait=True).path or "").decode()
    check_all_is_well(recorder)


def test_a_disk_that_is_full_when_the_file_should_be_made(box: BoxFactory, small_disk: MountDisk) -> None:
    """The links of a claim hold its footage; the file follows when there is room."""
    disk = small_disk(12_000_000)
    recorder = box(**on(disk)).start()
    recorder.wait_for_segments(4)

    secured = recorder.save()
    with Glutton(disk):
        wait_until("trouble is told", lambda: recorder.status().memories.trouble is not None)
        assert secured.name.removesuffix(".mp4") in (recorder.status().memories.trouble or "")
        assert recorder.status().memories.pending == 1
        assert recorder.files() == []
        wait_until("the lamp calls", lambda: recorder.status().lamp == "fault")

    recorder.wait_for("recording")
    recorder.wait_until_kept(45)
    (memory,) = recorder.kept()
    assert (memory.id, memory.name) == (secured.id, secured.name)
    assert memory.got_s >= 3
    check_all_is_well(recorder)


def test_a_start_on_a_full_disk(box: BoxFactory, small_disk: MountDisk) -> None:
    disk = small_disk(12_000_000)
    recorder = box(**on(disk)).start()
    recorder.wait_for_segments(5)
    kept = recorder.save(0.05, wait=True)
    assert recorder.end() == 0
    leave_free(disk, 0)

    recorder.start()
    assert [memory.name for memory in recorder.kept()] == [kept.name]
    check_all_is_well(recorder)

    assert recorder.end() == 0
    shutil.rmtree(recorder.ring)
    leave_free(disk, 0)
    recorder.start(state=None)
    assert recorder.process.wait(60) == 2
    assert "is the disk full" in recorder.log.splitlines()[-1]
    assert "Traceback" not in recorder.log


def check_all_is_well(recorder: Box) -> None:
    for path in recorder.files():
        Film(path).decode()
    status = recorder.status()
    assert (status.memories.trouble, status.recording.warning) == (None, None)
    wait_until("a calm lamp", lambda: recorder.status().lamp == "recording")
    assert recorder.litter() == []
    assert "Traceback" not in recorder.log
