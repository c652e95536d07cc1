"""The recorder with real ffmpegs, real files and a real watcher; only the cameras are made up."""

import asyncio
import contextlib
import itertools
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from appliance.camera.source import Source
from appliance.recording.rebuild import rebuild
from appliance.recording.recorder import FORMAT_CHANGED
from appliance.recording.segment import Segment
from appliance.recording.store import describe_now
from appliance.recording.transport import fingerprint, picture_times
from tests.conftest import UdpSenderFactory
from tests.recording.conftest import (
    AbsentCamera,
    CameraOfMoods,
    DeafCamera,
    PatternCamera,
    RecordingFactory,
    SteppableClock,
    StreamCamera,
    check_continuity,
    cut_footage,
    decode_errors,
)


def lengths(segments: list[Segment]) -> list[float]:
    return [round(segment.duration_s, 1) for segment in segments]


def bytes_in(root: Path) -> int:
    """What the segments take, some of which may vanish meanwhile."""
    total = 0
    for path in root.rglob("*.ts"):
        with contextlib.suppress(FileNotFoundError):
            total += path.stat().st_size
    return total


def is_running(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


async def test_a_camera_fills_the_ring(recording: RecordingFactory) -> None:
    async with recording(PatternCamera()) as rig:
        assert rig.recorder.freshness.state == "starting"
        await rig.until(lambda: len(rig.ring) >= 4)
        assert rig.witness.story() == ["recording"]
        assert rig.recorder.absence is None
        assert rig.recorder.warning is None
        assert rig.recorder.camera == "test camera"
        segments = list(rig.ring)
        check_continuity(segments)
        assert all(0.5 <= length <= 1.5 for length in lengths(segments[1:]))
        assert rig.witness.closed == segments
        assert rig.witness.opened == len(segments) + 1
        assert rig.recorder.last_closed_s == segments[-1].end_s
        times = [time for path in rig.paths() for time in picture_times(path.read_bytes())]
        assert {after - before for before, after in itertools.pairwise(sorted(times))} == {4500}
        assert decode_errors(*rig.paths()) == ""


@pytest.fixture
def changing_stream(tmp_path: Path) -> Path:
    """Three seconds small, then six seconds large, in one transport stream with one clock."""
    small = PatternCamera(live=False, ends_after_s=3.0, sound=False)
    large = PatternCamera(
        live=False, ends_after_s=6.0, sound=False, size="320x180", options={"output_ts_offset": "3.0"}
    )
    parts = cut_footage(small, tmp_path / "small", 100.0) + cut_footage(large, tmp_path / "large", 100.0)
    stream = tmp_path / "changing.ts"
    stream.write_bytes(b"".join(part.read_bytes() for part in parts))
    return stream


async def test_another_picture_format_begins_a_new_epoch(
    recording: RecordingFactory, udp_sender: UdpSenderFactory, changing_stream: Path
) -> None:
    url = udp_sender(changing_stream, has_sound=False).url
    async with recording(StreamCamera(url, start_limit_s=10.0)) as rig:
        await rig.until(lambda: 1 in rig.ring.epochs and any(s.epoch == 1 for s in rig.ring))
        changed = rig.ring.epochs[1]
        assert changed.reason == FORMAT_CHANGED
        assert (rig.witness.states[1][1], rig.witness.states[1][2]) == ("no-camera", FORMAT_CHANGED)
        first = [fingerprint(path.read_bytes()) for path in rig.paths(0)]
        second = [fingerprint(path.read_bytes()) for path in rig.paths(1)]
        assert None not in (*first, *second)
        assert first[0] != second[0]
        differing = len(first) - first.index(next(kind for kind in first if kind != first[0]))
        assert differing <= 2, "the first of the new format, and what was open when that was looked at"


async def test_a_format_change_ends_one_epoch_not_two(recording: RecordingFactory) -> None:
    """The last segment of the old format is still on its way to the card when the new epoch begins."""
    small = PatternCamera(ends_after_s=2.2, sound=False)
    large = PatternCamera(size="320x180", sound=False)
    async with recording(CameraOfMoods(small, large)) as rig:
        await rig.until(lambda: len(rig.ring) >= 1)
        flusher, slow = rig.store._flusher, asyncio.Event()
        loop = asyncio.get_running_loop()
        slowness = loop.run_in_executor(flusher, lambda: asyncio.run_coroutine_threadsafe(slow.wait(), loop).result(20))
        await rig.until(lambda: rig.ring.newest and rig.ring.newest.epoch == 1)
        slow.set()
        await slowness
        count = len(rig.ring)
        await rig.until(lambda: len(rig.ring) >= count + 2)
        assert list(rig.ring.epochs) == [0, 1]
        assert FORMAT_CHANGED not in [reason for _, _, reason in rig.witness.states]


async def test_being_stopped_closes_the_last_segment_properly(recording: RecordingFactory) -> None:
    async with recording(PatternCamera()) as rig:
        await rig.until(lambda: len(rig.ring) >= 2)
        await asyncio.sleep(0.5)
        (pid,) = rig.cutters()
        await rig.stop()
        assert rig.task.cancelled()
        assert not is_running(pid)
        assert rig.ring.open is None
        assert rig.witness.ended == 1
        assert all(s.is_whole for s in rig.ring)
        paths, segments = rig.paths(), list(rig.ring)
    assert {str(path) for path in paths} == {str(path) for path in rig.root.rglob("*.ts")}
    assert decode_errors(*paths) == ""
    found = rebuild(rig.folder, describe_now(rig.recorder._clock, 0, "", ""), 1.0)
    assert [(s.key, s.size_bytes, s.is_whole) for s in found.segments] == [
        (s.key, s.size_bytes, True) for s in segments
    ]


async def test_being_stopped_while_it_waits_or_connects_is_prompt(recording: RecordingFactory) -> None:
    for camera in (AbsentCamera(), DeafCamera()):
        async with recording(camera) as rig:
            await asyncio.sleep(0.3)
            began_s = time.monotonic()
            await rig.stop()
            assert time.monotonic() - began_s < 0.5


async def test_key_frames_far_apart_give_longer_segments_and_a_word(recording: RecordingFactory) -> None:
    async with recording(PatternCamera(key_frame_every_s=4.0)) as rig:
        assert rig.recorder.warning is None
        await rig.until(lambda: len(rig.ring) >= 1)
        assert lengths(list(rig.ring))[0] == pytest.approx(4.0, abs=0.6)
        warning = rig.recorder.warning
        assert warning == "The camera sends key frames 4 s apart: segments are longer for it."
        assert rig.witness.story() == ["recording"], "never an error"


async def test_a_small_ring_stays_small(recording: RecordingFactory) -> None:
    """Looked at all the time, the open segment included, by the files themselves."""
    capacity = 260_000
    async with recording(PatternCamera(), capacity_bytes=capacity) as rig:
        evicted = False
        most = 0
        until_s = time.monotonic() + 8.0
        while time.monotonic() < until_s:
            await asyncio.sleep(0.05)
            most = max(most, bytes_in(rig.root))
            if rig.ring.oldest and rig.ring.oldest.number > 0:
                evicted = True
        assert evicted, "the capacity was not reached"
        assert most <= capacity
        assert len(rig.ring) >= 2
        assert rig.witness.story() == ["recording"]


@pytest.mark.parametrize("is_trusted", [True, False])
async def test_a_clock_that_is_stepped_moves_no_footage(recording: RecordingFactory, is_trusted: bool) -> None:
    """By a day ahead, a day back, and to 1970."""
    clock = SteppableClock(is_trusted=is_trusted)
    right_s = clock.offset_s
    async with recording(PatternCamera(), clock=clock) as rig:
        for offset_s in (right_s + 86_400, right_s - 86_400, -time.monotonic(), right_s):
            count = len(rig.ring)
            await rig.until(lambda count=count: len(rig.ring) > count)  # type: ignore[misc]
            clock.offset_s = offset_s
        segments = list(rig.ring)
        check_continuity(segments)
        assert all(0.5 <= length <= 1.5 for length in lengths(segments[1:]))
        assert rig.ring.seconds == pytest.approx(segments[-1].end_s - segments[0].start_s)
        assert rig.witness.story() == ["recording"]
        clock.offset_s = right_s - 86_400
        found = rebuild(rig.folder, describe_now(clock, 9, "", ""), 1.0)
        again = {s.key: s for s in found.segments}
        for segment in segments[:-1]:
            assert again[segment.key].start_s == pytest.approx(segment.start_s, abs=0.001)
            assert again[segment.key].end_s == pytest.approx(segment.end_s, abs=0.001)


async def _run(*argv: str) -> int:
    return await (await asyncio.create_subprocess_exec(*argv, stderr=asyncio.subprocess.DEVNULL)).wait()


async def remount(root: Path, words: str) -> None:
    """A file that is still written keeps a disk from turning read-only for a moment."""
    async with asyncio.timeout(20):
        while await _run("mount", "-o", f"remount,{words}", str(root)):  # noqa: ASYNC110 - the kernel tells nobody
            await asyncio.sleep(0.05)


async def test_a_disk_that_turns_read_only_is_told_and_recording_comes_back(
    recording: RecordingFactory, disk: Callable[[str], Path]
) -> None:
    root = disk("size=20m")
    camera: Source = PatternCamera(ends_after_s=1.5)
    async with recording(camera, root=root / "ring") as rig:
        await rig.until(lambda: rig.ring.newest)
        await rig.until(lambda: rig.witness.ended >= 1 and not rig.ring.open)
        for words, state in (("ro", "no-camera"), ("rw", "recording")):
            await remount(root, words)
            since_s = time.monotonic()
            await rig.until(lambda s=since_s, w=state: rig.witness.first(w, s))  # type: ignore[misc]
            if words == "ro":
                await rig.until(lambda: "Read-only file system" in (rig.recorder.absence or ""))
        told = {reason for _, _, reason in rig.witness.states if reason}
        assert "The ring's folder cannot be written (Read-only file system): is the disk full or read-only?" in told


async def test_a_full_disk_shrinks_the_ring_and_recording_goes_on(
    recording: RecordingFactory, disk: Callable[[str], Path]
) -> None:
    root = disk("size=3m")
    async with recording(PatternCamera(), root=root / "ring", disk_reserve_bytes=200_000) as rig:
        await rig.until(lambda: len(rig.ring) >= 2)
        free = os.statvfs(root)
        stranger = root / "stranger"
        stranger.write_bytes(bytes(free.f_bavail * free.f_frsize - 350_000))
        await rig.until(lambda: rig.ring.oldest and rig.ring.oldest.number > 2)
        assert rig.witness.story() == ["recording"]
        assert rig.store.trouble is None


async def test_a_disk_that_gets_full_within_a_long_segment_is_relieved_at_once(
    recording: RecordingFactory, disk: Callable[[str], Path]
) -> None:
    root = disk("size=3m")
    camera = CameraOfMoods(PatternCamera(ends_after_s=2.2), PatternCamera(key_frame_every_s=60.0))
    async with recording(camera, root=root / "ring", disk_reserve_bytes=200_000) as rig:
        await rig.until(lambda: rig.ring.open and rig.ring.open.epoch == 1 and rig.ring.open.size_bytes)
        before = len(rig.ring)
        free = os.statvfs(root)
        (root / "stranger").write_bytes(bytes(free.f_bavail * free.f_frsize - 150_000))
        await rig.until(lambda: len(rig.ring) < before)
        assert rig.ring.open is not None
        assert rig.ring.open.key == (1, 0)


async def test_bytes_reach_the_file_as_they_come(recording: RecordingFactory) -> None:
    """Not in steps of 256 KiB, which a power cut would take."""
    async with recording(PatternCamera(key_frame_every_s=60.0)) as rig:
        await rig.until(lambda: bytes_in(rig.root))
        sizes = set()
        for _ in range(20):
            await asyncio.sleep(0.1)
            sizes.add(bytes_in(rig.root))
        assert len(sizes) >= 6
        assert max(sizes) < 256 * 1024
