"""The recorder with cameras that die, fall silent, freeze or never answer; all else is real."""

import asyncio
import itertools
import signal
import time
from pathlib import Path

import pytest

from appliance.camera.troubles import explain
from appliance.recording.rebuild import rebuild
from appliance.recording.segment import Epoch
from tests.recording.conftest import (
    AbsentCamera,
    CameraOfMoods,
    DeafCamera,
    PatternCamera,
    RecordingFactory,
    StreamCamera,
    check_continuity,
    decode_errors,
    names_in,
)


async def test_the_end_of_the_stream_is_told_and_the_camera_connected_anew(recording: RecordingFactory) -> None:
    async with recording(PatternCamera(ends_after_s=2.5)) as rig:
        await rig.until(lambda: rig.ring.newest and rig.ring.newest.epoch == 1)
        assert rig.witness.story()[:3] == ["recording", "no-camera", "recording"]
        reason = rig.witness.states[1][2]
        assert reason == explain("", 0, "test camera")
        assert rig.recorder.restarts >= 1
        first, second = rig.ring.epochs[0], rig.ring.epochs[1]
        assert (first.reason, second.reason) == ("recording began", reason)
        ended_s = max(s.end_s for s in rig.ring if s.epoch == 0)
        told_s = rig.witness.first("no-camera")
        assert told_s is not None
        assert told_s - ended_s < 1.0
        check_continuity(list(rig.ring))
        ends = {max(s.key for s in rig.ring if s.epoch == epoch) for epoch in {s.epoch for s in rig.ring}}
        assert {s.key for s in rig.ring if not s.is_whole} <= ends, "only the last picture may be half"
        assert not max((s for s in rig.ring if s.epoch == 0), key=lambda s: s.key).is_whole
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
        await rig.until(lambda: rig.witness.ended)
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
        await rig.until(lambda: len(rig.ring) >= 1)
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
