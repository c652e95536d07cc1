"""Cameras as clients see them; pictures are made by the real ffmpeg, of real footage and of the test pattern."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import ffmpeg
import pytest

from appliance.camera.candidates import Found, find_cameras
from appliance.camera.picture import picture_command
from appliance.camera.source import CameraTroubleError
from appliance.control.errors import RefusedError
from appliance.control.messages import Camera, Cameras, CamerasAnswer, Picture, PictureAnswer
from appliance.service.cameras import MOST_WAITING, CameraDesk, candidates
from appliance.settings.model import CameraSettings
from tests.stands.memory_box import Box, Reel

URL = "rtsp://viewer:hunter2@127.0.0.1:9/live"


@pytest.fixture
async def box(tmp_path: Path) -> AsyncIterator[Box]:
    film = ffmpeg.input("testsrc2=size=800x450:rate=5", f="lavfi", t=1)
    ffmpeg.output(film, str(tmp_path / "0.ts"), vcodec="libx264", preset="ultrafast").run(quiet=True)
    box = Box(tmp_path, Reel([tmp_path / "0.ts"], 1.0))
    await box.start()
    yield box
    await box.end()


def desk(box: Box, recorded: CameraSettings) -> CameraDesk:
    return CameraDesk(
        recorded=recorded, name="the camera", store=box.store, clock=box.clock, thread=box._archivist, find=list
    )


def is_jpeg(answer: object) -> bool:
    assert isinstance(answer, PictureAnswer)
    return answer.jpeg.startswith(b"\xff\xd8\xff") and answer.jpeg.endswith(b"\xff\xd9")


async def test_the_recorded_camera_is_seen_through_the_ring(box: Box) -> None:
    await box.connect()
    box.roll(1)
    cameras = desk(box, CameraSettings("rtsp", URL))

    shown = await cameras.ask(Picture())
    same = await cameras.ask(Picture("rtsp", URL.replace("hunter2", "********")))

    assert is_jpeg(shown)
    assert is_jpeg(same)
    assert isinstance(shown, PictureAnswer)
    assert (shown.camera, shown.age_s) == ("the camera", 1.0)


async def test_an_old_picture_is_none_of_now(box: Box) -> None:
    await box.connect()
    box.roll(1)
    box.clock.now_s += 60

    with pytest.raises(RefusedError, match="shows nothing just now"):
        await desk(box, CameraSettings("rtsp", URL)).ask(Picture())


async def test_pictures_are_taken_one_after_the_other(box: Box) -> None:
    """A page asks for all of them at once."""
    await box.connect()
    box.roll(1)
    cameras = desk(box, CameraSettings("rtsp", URL))

    asked = [asyncio.create_task(cameras.ask(one)) for one in (Picture(), *[Picture("test-pattern")] * MOST_WAITING)]
    await asyncio.sleep(0)
    with pytest.raises(RefusedError, match="just being taken"):
        await cameras.ask(Picture("test-pattern"))

    assert all(is_jpeg(answer) for answer in await asyncio.gather(*asked))
    assert is_jpeg(await cameras.ask(Picture("test-pattern")))


async def test_what_cannot_be_seen_is_told_without_secrets(box: Box) -> None:
    cameras = desk(box, CameraSettings())

    for request in (Picture("rtsp", URL), Picture("v4l2", device="/dev/none"), Picture("rtsp")):
        with pytest.raises(RefusedError) as refused:
            await cameras.ask(request)
        assert "hunter2" not in refused.value.sentence
    with pytest.raises(RefusedError, match="in full"):
        await cameras.ask(Picture("rtsp", "rtsp://viewer:********@elsewhere/live"))


async def test_the_recorded_cameras_password_is_sent_to_nobody_else(box: Box) -> None:
    cameras = desk(box, CameraSettings("rtsp", URL))

    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(RefusedError, match="in full"):
            await cameras.ask(Picture("rtsp", f"rtsp://viewer:********@127.0.0.1:{port}/live"))
        listener.setblocking(False)
        with pytest.raises(BlockingIOError):
            listener.accept()


async def test_the_list_of_cameras(box: Box) -> None:
    answer = await desk(box, CameraSettings("rtsp", URL)).ask(Cameras())

    assert isinstance(answer, CamerasAnswer)
    assert [camera.kind for camera in answer.cameras] == ["rtsp", "test-pattern"]
    assert "hunter2" not in answer.cameras[0].url


def test_the_recorded_one_is_first_and_told_once() -> None:
    found = [Found("/dev/video2", "Webcam"), Found("/dev/video0", "Other", "It is in use.")]

    assert candidates(CameraSettings("v4l2", device="/dev/video2"), "V4L2 camera", found) == [
        Camera("v4l2", "Webcam", device="/dev/video2", is_recorded=True),
        Camera("v4l2", "Other", device="/dev/video0", trouble="It is in use."),
        Camera("test-pattern", "test pattern"),
    ]
    assert candidates(CameraSettings(), "test pattern", [])[0].is_recorded


def test_devices_that_capture_are_found(tmp_path: Path) -> None:
    names = {"video0": "HD Webcam", "video1": "HD Webcam", "video10": "bcm2835-codec-decode", "video2": "Busy"}
    for node, name in names.items():
        (tmp_path / node).mkdir()
        (tmp_path / node / "name").write_text(f"{name}\n")
    (tmp_path / "video3").mkdir()

    def formats(device: Path) -> frozenset[str]:
        if device.name == "video2":
            raise CameraTroubleError("It is in use.")
        return frozenset() if device.name == "video1" else frozenset({"MJPG"})

    assert find_cameras(tmp_path, Path("/dev"), formats) == [
        Found("/dev/video0", "HD Webcam"),
        Found("/dev/video2", "Busy", "It is in use."),
        Found("/dev/video3", "video3"),
    ]


def test_a_machine_without_cameras_has_none(tmp_path: Path) -> None:
    assert find_cameras(tmp_path / "nowhere") == []


def test_a_small_picture_is_not_made_larger() -> None:
    command = picture_command(ffmpeg.input("x")["v:0"])

    assert "scale=min(640\\,iw):-2" in " ".join(command)
