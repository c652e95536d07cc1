"""A GoPro that is none, recorded by the whole appliance through all that real ones do; what is kept must play."""

import itertools
import time
from collections.abc import Callable, Sequence

import pytest

from appliance.standins.gopro import GoProStandIn
from tests.stands.campaign import IS_FULL
from tests.stands.gopro import StandInFactory
from tests.system.conftest import Box, BoxFactory, Film

pytestmark = pytest.mark.timeout(300)

BACK_WITHIN_S = 120.0
"""Patience, not a promise: the machine may be busy."""


def recorder_of(box: BoxFactory, camera: GoProStandIn) -> Box:
    recorder = box(camera={"kind": "gopro", "address": camera.address}).start(within_s=BACK_WITHIN_S)
    recorder.wait_for_segments(2, BACK_WITHIN_S)
    return recorder


def goes_on(recorder: Box) -> None:
    """Fresh segments after whatever happened."""
    before = recorder.status().ring.segments
    recorder.wait_for("recording", BACK_WITHIN_S)
    recorder.wait_for_segments(before + 2, BACK_WITHIN_S)


def kept(recorder: Box) -> Film:
    """What a press keeps of it; only the last part if its format changed."""
    saved = recorder.save(wait=True)
    for part in saved.parts:
        Film(part).decode()
    return Film(saved.parts[-1])


def press_and_release(camera: GoProStandIn, recorder: Box) -> None:
    camera.press_shutter()
    recorder.wait_for("no-camera", BACK_WITHIN_S)
    assert "recording to its own card" in (recorder.status().recording.reason or "")
    camera.release_shutter()


def sleep_and_wake(camera: GoProStandIn, recorder: Box) -> None:
    camera.fall_asleep()
    recorder.wait_for("no-camera", BACK_WITHIN_S)
    camera.wake()


def fall_silent(camera: GoProStandIn, recorder: Box) -> None:
    camera.faults.is_silent = True
    recorder.wait_for("no-camera", BACK_WITHIN_S)
    camera.faults.heal()


def refuse_all(camera: GoProStandIn, recorder: Box) -> None:
    """500 on everything, as a HERO12 after hours; while the stream runs, that does no harm."""
    camera.faults.refuses.add("/")
    time.sleep(3)
    assert recorder.state() == "recording"
    fall_silent(camera, recorder)


def hang_all(camera: GoProStandIn, recorder: Box) -> None:
    camera.faults.hangs.add("/")
    time.sleep(3)
    assert recorder.state() == "recording"
    fall_silent(camera, recorder)


def babble_and_drop(camera: GoProStandIn, recorder: Box) -> None:
    camera.faults.babbles.add("/gopro/camera/state")
    camera.faults.drops.add("/gopro/camera/keep_alive")
    fall_silent(camera, recorder)


def change_size(camera: GoProStandIn, recorder: Box) -> None:
    camera.size = "640x360"


def change_mode(camera: GoProStandIn, recorder: Box) -> None:
    """Its mode is changed by hand, which ends the preview."""
    camera.ask("/gopro/camera/presets/set_group", {"id": "1001"}, "")


FAULTS = [
    press_and_release,
    sleep_and_wake,
    fall_silent,
    refuse_all,
    hang_all,
    babble_and_drop,
    change_size,
    change_mode,
]


def test_a_memory_of_a_gopro_plays(box: BoxFactory, gopro: StandInFactory) -> None:
    camera = gopro("HERO12", size="640x360")
    recorder = recorder_of(box, camera)
    recorder.wait_for_segments(6, BACK_WITHIN_S)
    assert recorder.status().recording.camera == "HERO12 Black"
    film = kept(recorder)
    assert film.codecs() == ["h264"]
    assert film.size() == (640, 360)
    recorder.end()
    assert camera.camera.sends_to is None, "the camera was let go of"
    assert recorder.children() == []


def test_hevc_of_a_hero13_plays(box: BoxFactory, gopro: StandInFactory) -> None:
    assert kept(recorder_of(box, gopro("HERO13"))).codecs() == ["hevc"]


@pytest.mark.campaign
@pytest.mark.timeout(1800)
def test_it_records_through_every_fault(box: BoxFactory, gopro: StandInFactory) -> None:
    """One box, one camera; in full, every fault follows every other. In brief, what is tried nowhere else."""
    camera = gopro()
    recorder = recorder_of(box, camera)
    faults: Sequence[Callable[[GoProStandIn, Box], None]] = [change_size]
    if IS_FULL:
        faults = [fault for pair in itertools.permutations(FAULTS, 2) for fault in pair]
    for fault in faults:
        fault(camera, recorder)
        goes_on(recorder)
        kept(recorder)
        camera.size = "320x180"
