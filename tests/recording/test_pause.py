"""Recording that stands still because somebody needs what the camera hangs at: a gap with its reason, nothing worse."""

import asyncio

import pytest

from appliance.recording.rebuild import rebuild
from appliance.recording.store import describe_now
from tests.recording.conftest import (
    AbsentCamera,
    DeafCamera,
    PatternCamera,
    RecordingFactory,
    decode_errors,
)

WHY = "the radio was lent"


async def test_a_pause_ends_an_epoch_properly_and_is_its_gap_s_reason(recording: RecordingFactory) -> None:
    async with recording(PatternCamera()) as rig:
        await rig.until(lambda: len(rig.ring) >= 2)
        rig.recorder.pause(WHY)
        await rig.until(lambda: rig.recorder.absence == WHY and not rig.cutters())
        assert (rig.recorder.is_paused, rig.recorder.freshness.state) == (True, "no-camera")
        assert rig.witness.ended == 1
        closed, restarts = len(rig.ring), rig.recorder.restarts
        rig.recorder.pause(WHY)
        await asyncio.sleep(0.3)
        assert (len(rig.ring), rig.recorder.restarts) == (closed, restarts), "it stands still"
        assert rig.witness.story() == ["recording", "no-camera"], "told once"

        rig.recorder.resume()
        rig.recorder.resume()
        await rig.until(lambda: len(rig.ring) >= closed + 2)
        assert rig.recorder.absence is None
        assert [epoch.reason for epoch in rig.ring.epochs.values()][1:] == [WHY]
        first = next(iter(rig.ring)).epoch
        assert decode_errors(*rig.paths(first)) == "", "the last picture before the pause is whole"
        told = rebuild(rig.folder, describe_now(rig.store._clock, 0, "", ""), 1.0)
        assert told.epochs[-1].reason == WHY, "a restart knows it, too"


@pytest.mark.parametrize("camera", [AbsentCamera("it is away"), DeafCamera()], ids=["waiting", "connecting"])
async def test_it_begins_at_once_whatever_is_under_way(recording: RecordingFactory, camera: AbsentCamera) -> None:
    async with recording(camera, waits_s=(60.0, 60.0)) as rig:
        await asyncio.sleep(0.1)
        rig.recorder.pause(WHY)
        await rig.until(lambda: rig.recorder.absence == WHY, limit_s=40.0)
        rig.recorder.resume()
        await rig.until(lambda: rig.recorder.absence != WHY, limit_s=40.0)


async def test_a_recorder_can_be_ended_while_it_stands_still(recording: RecordingFactory) -> None:
    async with recording(PatternCamera()) as rig:
        rig.recorder.pause(WHY)
        await rig.until(lambda: rig.recorder.absence == WHY)


async def test_one_that_is_paused_before_it_begins_opens_no_camera(recording: RecordingFactory) -> None:
    async with recording(PatternCamera()) as rig:
        rig.recorder.pause(WHY)
        await asyncio.sleep(0.5)
        assert not rig.ring.epochs
        rig.recorder.resume()
        await rig.until(lambda: len(rig.ring) >= 1)
