"""The recorder with real ffmpegs, real files and a real watcher; only the cameras are made up."""

import asyncio
import contextlib
import itertools
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from appliance.camera.source import Source
from appliance.recording.rebuild import rebuild
from appliance.recording.recorder import FORMAT_CHANGED
from appliance.recording.segment import Epoch, Segment
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
    cut_footage,
    decode_errors,
    names_in,
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


def check_continuity(segments: list[Segment]) -> None:
    """Within an epoch each segment begins where the one before it ended."""
    for before, after in itertools.pairwise(segments):
        assert before.key < after.key
        if before.epoch == after.epoch:
            assert before.end_s == after.start_s
        else:
            assert before.end_s <= after.start_s


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


async def test_the_end_of_the_stream_is_told_and_the_camera_connected_anew(recording: RecordingFactory) -> None:
    async with recording(PatternCamera(ends_after_s=2.5)) as rig:
        await rig.until(lambda: rig.ring.newest and rig.ring.newest.epoch == 1)
        assert rig.witness.story()[:3] == ["recording", "no-camera", "recording"]
        reason = rig.witness.states[1][2]
        assert reason == "test camera ended without a word (exit code 0)."
        assert rig.recorder.restarts >= 1
        first, second = rig.ring.epochs[0], rig.ring.epochs[1]
        assert (first.reason, second.reason) == ("recording began", reason)
        ended_s = max(s.end_s for s in rig.ring if s.epoch == 0)
        told_s = rig.witness.first("no-camera")
        assert told_s is not None
        assert told_s - ended_s < 1.0
        check_continuity(list(rig.ring))
        assert all(s.is_whole for s in rig.ring)
        assert decode_errors(*rig.paths(0)) == ""


async def test_a_killed_ffmpeg_is_told_within_one_segment_length(recording: RecordingFactory) -> None:
    async with recording(PatternCamera(), segment_s=2.0) as rig:
        await rig.until(lambda: len(rig.ring) >= 1)
        await asyncio.sleep(0.7)
        killed_s = rig.signal_cutter(signal.SIGKILL)
        await rig.until(lambda: rig.witness.first("no-camera"))
        told_s = rig.witness.first("no-camera")
        assert told_s is not None
        assert told_s - killed_s < 2.0
        assert rig.witness.states[-1][2] == "The program that reads test camera was ended by SIGKILL."
        last = rig.ring.newest
        assert last is not None
        assert not last.is_whole, "its last frame may be cut off"
        assert all(s.is_whole for s in rig.ring if s is not last)
        await rig.until(lambda: rig.recorder.freshness.state == "recording")


async def test_a_cut_off_segment_is_known_as_such_in_the_next_life(recording: RecordingFactory, tmp_path: Path) -> None:
    async with recording(PatternCamera()) as rig:
        await rig.until(lambda: len(rig.ring) >= 1)
        rig.signal_cutter(signal.SIGKILL)
        await rig.until(lambda: rig.witness.ended)
        await rig.until(lambda: not rig.store.unflushed)
        folder, before = rig.folder, list(rig.witness.closed)
    found = rebuild(folder, Epoch(0, "another boot", 0.0, 0.0, wall_is_trusted=False, camera="", reason=""), 1.0)
    assert [s.is_whole for s in found.segments[: len(before)]] == [s.is_whole for s in before]
    assert not before[-1].is_whole


async def test_a_frozen_stream_is_stalled_within_one_segment_length_and_may_come_back(
    recording: RecordingFactory,
) -> None:
    async with recording(PatternCamera(), segment_s=2.0) as rig:
        await rig.until(lambda: len(rig.ring) >= 1)
        frozen_s = rig.signal_cutter(signal.SIGSTOP)
        await rig.until(lambda: rig.recorder.freshness.state == "stalled")
        assert time.monotonic() - frozen_s < 2.0
        absence = rig.recorder.absence
        assert absence is not None
        assert absence.startswith("no picture has arrived for ")
        rig.signal_cutter(signal.SIGCONT)
        await rig.until(lambda: rig.recorder.freshness.state == "recording")
        assert rig.witness.story() == ["recording", "stalled", "recording"]
        assert list(rig.ring.epochs) == [0], "it was the same connection all the time"


async def test_a_silent_camera_is_given_up_and_connected_anew(recording: RecordingFactory, free_port: int) -> None:
    camera = StreamCamera(f"udp://127.0.0.1:{free_port}", start_limit_s=1.0, name="silent camera")
    async with recording(camera) as rig:
        await rig.until(lambda: rig.recorder.restarts >= 2)
        assert set(rig.witness.story()) == {"no-camera"}, "it was starting until then"
        assert rig.witness.states[0][2] == "silent camera is connected but sends no picture"
        assert len(rig.ring) == 0
        assert names_in(rig.root) == ["00000000"]


async def test_a_stream_that_froze_is_given_up(recording: RecordingFactory) -> None:
    """After ten seconds in earnest, three here. Its ffmpeg does not even react to being asked to end."""
    async with recording(CameraOfMoods(PatternCamera(), AbsentCamera())) as rig:
        rig.recorder.freshness._lost_after_s = 3.0
        await rig.until(lambda: len(rig.ring) >= 1)
        frozen_s = rig.signal_cutter(signal.SIGSTOP)
        await rig.until(lambda: rig.witness.ended, limit_s=20.0)
        assert 3.0 <= time.monotonic() - frozen_s <= 11.0
        newest = rig.ring.newest
        assert newest is not None
        assert not newest.is_whole, "its ffmpeg had to be killed"
        assert newest.end_s - frozen_s < 1.5, "the silence is not footage"
        await rig.until(lambda: rig.recorder.restarts)
        assert rig.witness.states[2][1:] == ("no-camera", "no picture has arrived for 3 s")


async def test_an_absent_camera_leaves_no_trace_and_its_words_explain_the_gap(recording: RecordingFactory) -> None:
    camera = CameraOfMoods(AbsentCamera(), AbsentCamera("absent camera has no stream."), PatternCamera())
    async with recording(camera, waits_s=(0.4, 0.8)) as rig:
        await rig.until(lambda: rig.recorder.restarts == 1)
        assert names_in(rig.root) == []
        assert rig.recorder.absence == "absent camera refuses the connection."
        await rig.until(lambda: len(rig.ring) >= 1)
        told = [(state, reason) for _, state, reason in rig.witness.states]
        assert told == [
            ("no-camera", "absent camera refuses the connection."),
            ("no-camera", "absent camera has no stream."),
            ("recording", None),
        ]
        assert rig.ring.epochs[0].reason == "absent camera has no stream."


async def test_a_camera_that_never_answers_is_not_waited_for(recording: RecordingFactory) -> None:
    """Five seconds beyond what it asked for."""
    began_s = time.monotonic()
    async with recording(CameraOfMoods(DeafCamera(), PatternCamera())) as rig:
        await rig.until(lambda: rig.recorder.restarts)
        assert 5.5 < time.monotonic() - began_s < 8.0
        assert rig.witness.states[0][1:] == ("no-camera", "moody camera did not answer within 1 s")
        await rig.until(lambda: rig.recorder.freshness.state == "recording")


async def test_twenty_failures_leave_no_litter(recording: RecordingFactory) -> None:
    """Each of them gets as far as an ffmpeg, which finds no camera."""
    missing = StreamCamera("/nowhere/camera.ts", name="unplugged camera")
    async with recording(CameraOfMoods(*[missing] * 20, PatternCamera())) as rig:
        await rig.until(lambda: rig.recorder.restarts >= 10)
        folders = names_in(rig.root)
        assert folders == ["00000000"]
        await rig.until(lambda: len(rig.ring) >= 1, limit_s=30.0)
        assert rig.recorder.restarts == 20
        (epoch,) = rig.ring.epochs.values()
        assert (epoch.number, epoch.reason) == (0, rig.witness.states[19][2])
        assert epoch.reason == "moody camera: /nowhere/camera.ts: No such file or directory"
        assert names_in(rig.root) == ["00000000"]


async def test_it_knocks_more_and_more_slowly(recording: RecordingFactory) -> None:
    """From 0.1 s doubled to 0.4 s here, and each wait is at least half of that."""
    async with recording(AbsentCamera(), waits_s=(0.1, 0.4)) as rig:
        await rig.until(lambda: rig.recorder.restarts >= 6)
        waits = [after - before for (before, *_), (after, *_) in itertools.pairwise(rig.witness.states[:6])]
        assert all(wait >= least for wait, least in zip(waits, (0.05, 0.1, 0.2, 0.2, 0.2), strict=True))
        assert max(waits) < 0.7


async def test_after_a_steady_epoch_the_next_wait_is_short_again(
    recording: RecordingFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Steady is 30 s in earnest; one second here."""
    monkeypatch.setattr("appliance.recording.recorder.STEADY_AFTER_S", 1.0)
    absent, steady = AbsentCamera(), PatternCamera(ends_after_s=1.5)
    async with recording(CameraOfMoods(absent, absent, absent, steady, absent), waits_s=(0.1, 2.0)) as rig:
        await rig.until(lambda: rig.recorder.restarts >= 5)
        told = [at_s for at_s, state, _ in rig.witness.states if state == "no-camera"]
        assert told[2] - told[1] >= 0.1
        assert 0.05 <= told[4] - told[3] < 0.35, "without the reset it would be 0.4 s or more"


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
        await rig.until(lambda: 1 in rig.ring.epochs and any(s.epoch == 1 for s in rig.ring), limit_s=20.0)
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
        await rig.until(lambda: len(rig.ring) >= 1, limit_s=20.0)
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
        await rig.until(lambda: rig.ring.oldest and rig.ring.oldest.number > 2, limit_s=20.0)
        assert rig.witness.story() == ["recording"]
        assert rig.store.trouble is None
