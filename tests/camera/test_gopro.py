"""An Open GoPro camera that is recorded: real processes, real sockets, real ffmpeg, a camera that is none."""

import asyncio
import contextlib
import os
import signal

import pytest

from appliance.camera.gopro import GoProCamera
from appliance.camera.source import CameraTroubleError
from appliance.standins.gopro import GoProStandIn
from tests.camera.conftest import Cutter
from tests.stands.gopro import StandInFactory, attendants_of, count, until
from tests.stands.troubles import trouble_of

KEEP_ALIVE, STATE = "/gopro/camera/keep_alive", "/gopro/camera/state"


def source(camera: GoProStandIn, port: int) -> GoProCamera:
    """One with patience: the machine may be busy."""
    made = GoProCamera(address=camera.address, port=port)
    made.start_limit_s = 100.0
    return made


def orders(camera: GoProStandIn) -> list[str]:
    """What was asked of it, without what is asked all the time."""
    return [path for _, path in camera.asked if path not in {KEEP_ALIVE, STATE}]


@pytest.mark.parametrize(("model", "codec"), [("HERO10", "h264"), ("HERO13", "hevc")])
async def test_its_preview_is_copied_and_let_go_of(
    gopro: StandInFactory, free_port: int, cut: Cutter, model: str, codec: str
) -> None:
    camera = gopro(model, stream_port=free_port)
    recording = source(camera, free_port)
    recorded = await cut(recording, 2)
    assert recording.name == f"{model} Black"
    assert recorded.codecs() == [codec]
    assert recorded.footage.options == {"c:v": "copy"}
    assert max(recorded.key_frame_distances_s()) <= 1.0
    recorded.decode()
    assert orders(camera)[-1] == "/gopro/camera/stream/stop"
    assert camera.camera.sends_to is None
    assert attendants_of(camera) == []


async def test_over_usb_the_webcam_is_used(gopro: StandInFactory, free_port: int) -> None:
    camera = gopro("HERO12", is_wired=True)
    camera.camera.has_wired_control = True
    async with source(camera, free_port).connect():
        assert camera.camera.webcam == 2
        assert camera.camera.sends_to == ("127.0.0.1", free_port)
    assert orders(camera)[-2:] == ["/gopro/webcam/stop", "/gopro/webcam/exit"]


async def test_a_webcam_that_sends_nothing_gives_way_to_the_preview(gopro: StandInFactory, free_port: int) -> None:
    """It has to be ended for that: else the camera refuses the preview for ever."""
    camera = gopro("HERO12", is_wired=True)
    camera.faults.starts_dead = 2
    async with source(camera, free_port).connect():
        assert camera.camera.preview == camera.camera.sends_to == ("127.0.0.1", free_port)
    assert orders(camera).count("/gopro/webcam/start") == 2


async def test_whoever_is_not_introduced_is_known_all_the_same(gopro: StandInFactory, free_port: int) -> None:
    camera = gopro("HERO12", is_wired=True)
    camera.faults.drops.add("/gopro/camera/analytics")
    recording = source(camera, free_port)
    async with recording.connect():
        assert (recording.name, camera.camera.webcam) == ("HERO12 Black", 2)


async def test_a_camera_that_records_by_itself_is_told_and_let_be(gopro: StandInFactory, free_port: int) -> None:
    camera = gopro()
    camera.press_shutter()
    sentence = await trouble_of(source(camera, free_port))
    assert sentence.startswith("HERO12 Black is recording to its own card")
    assert camera.camera.encodes_since_s is not None, "the owner's recording goes on"
    assert "/gopro/camera/stream/start" not in orders(camera)


async def test_a_trouble_that_is_told_is_waited_for(gopro: StandInFactory, free_port: int) -> None:
    """So its attendant is there when the camera is: no other one has to be started first."""
    camera = gopro()
    camera.press_shutter()
    recording = source(camera, free_port)
    await trouble_of(recording)
    again = recording.connect()
    entering = asyncio.create_task(again.__aenter__())
    await until("an attendant", lambda: attendants_of(camera))
    looks = count(camera, STATE)
    await until("many looks", lambda: count(camera, STATE) >= looks + 9)
    (pid,) = attendants_of(camera)
    assert not entering.done(), "longer than a new trouble would be waited for"
    camera.release_shutter()
    await entering
    assert attendants_of(camera) == [pid]
    await again.__aexit__(None, None, None)


async def test_a_start_that_brings_no_packets_is_repeated(gopro: StandInFactory, free_port: int) -> None:
    camera = gopro()
    camera.faults.starts_dead = 1
    async with source(camera, free_port).connect():
        assert orders(camera).count("/gopro/camera/stream/start") == 2


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("refuses", "refuses to send its pictures (500)"),
        ("drops", "does not answer any more"),
        ("babbles", "is no Open GoPro camera"),
    ],
)
async def test_what_it_answers_badly_is_told(gopro: StandInFactory, free_port: int, fault: str, said: str) -> None:
    camera = gopro()
    where = {"refuses": "/gopro/camera/stream/start", "drops": STATE, "babbles": "/gopro/version"}
    getattr(camera.faults, fault).add(where[fault])
    assert said in await trouble_of(source(camera, free_port))
    camera.faults.heal()
    async with source(camera, free_port).connect() as footage:
        assert footage.streams


async def test_an_answer_without_end_does_not_hold_anybody(gopro: StandInFactory, free_port: int) -> None:
    camera = gopro()
    camera.faults.dribbles.add("/gopro/camera/state")
    async with asyncio.timeout(30):
        assert "comes to no end" in await trouble_of(source(camera, free_port))


async def test_why_a_stream_ended_is_told_when_it_is_left(gopro: StandInFactory, free_port: int) -> None:
    """Its sentence says more than ffmpeg's, which knows of a silent stream only."""
    camera = gopro()

    async def press_and_leave() -> None:
        async with source(camera, free_port).connect():
            looks = count(camera, STATE)
            camera.press_shutter()
            await until("looked at twice", lambda: count(camera, STATE) >= looks + 2)

    with pytest.raises(CameraTroubleError, match="recording to its own card"):
        await press_and_leave()


async def test_an_attendant_that_dies_is_told(gopro: StandInFactory, free_port: int) -> None:
    camera = gopro()
    camera.faults.hangs.add("/gopro/version")
    telling = asyncio.create_task(trouble_of(source(camera, free_port)))
    await until("asked", lambda: camera.asked)
    for pid in attendants_of(camera):
        os.kill(pid, signal.SIGKILL)
    assert (await telling).startswith(f"The program that speaks with GoPro at {camera.address} has ended")


async def test_it_is_kept_alive_while_it_does_not_answer_otherwise(gopro: StandInFactory, free_port: int) -> None:
    camera = gopro()
    with contextlib.suppress(CameraTroubleError):  # who leaves then may be told that it does not answer
        async with source(camera, free_port).connect():
            camera.faults.hangs.add(STATE)
            said = count(camera, KEEP_ALIVE)
            await until("three more", lambda: count(camera, KEEP_ALIVE) >= said + 3)
            camera.faults.heal()
    assert count(camera, KEEP_ALIVE) >= said + 3
