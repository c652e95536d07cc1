"""Cameras as clients see them; pictures are made by the real ffmpeg, of real footage and of the test pattern."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import ffmpeg
import pytest

from appliance.camera.candidates import find_cameras
from appliance.camera.finders import Findings
from appliance.camera.picture import picture_command
from appliance.camera.source import CameraTroubleError
from appliance.camera.v4l2 import Look
from appliance.camera.v4l2_formats import Mode
from appliance.control.errors import RefusedError
from appliance.control.messages import Camera, Cameras, CamerasAnswer, Picture, PictureAnswer
from appliance.found import Found
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


class Around:
    """What is found over the air; `looks` are counted."""

    def __init__(self, *cameras: Found, trouble: str = "") -> None:
        self.looks = 0
        self._findings = Findings(list(cameras), [trouble] if trouble else [])

    async def __call__(self) -> Findings:
        self.looks += 1
        await asyncio.sleep(0.01)
        return self._findings


async def nothing_here() -> Findings:
    return Findings([], ["A camera hangs."])


def desk(box: Box, recorded: CameraSettings, around: Around | None = None, taken: Found | None = None) -> CameraDesk:
    return CameraDesk(
        recorded=recorded, name=lambda: "the camera", taken=lambda: taken, store=box.store, clock=box.clock,
        look_here=nothing_here, look_around=around or Around(),
    )  # fmt: skip


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
    assert [camera.kind for camera in answer.cameras] == ["rtsp", "auto", "test-pattern"]
    assert "hunter2" not in answer.cameras[0].url


def test_the_recorded_one_is_first_and_told_once() -> None:
    found = [
        Found("v4l2", "Webcam", "/dev/video2", ("h264", "wired")),
        Found("v4l2", "Other", "/dev/video0", trouble="It is in use."),
    ]

    assert candidates(CameraSettings("v4l2", device="/dev/video2"), "V4L2 camera", found) == [
        Camera("v4l2", "Webcam", device="/dev/video2", is_recorded=True, abilities=["h264", "wired"]),
        Camera("v4l2", "Other", device="/dev/video0", trouble="It is in use."),
        Camera("auto", "the best that is found"),
        Camera("test-pattern", "test pattern"),
    ]
    assert candidates(CameraSettings(), "test pattern", [])[0].is_recorded


def test_devices_that_capture_are_found(tmp_path: Path) -> None:
    names = {"video0": "HD Webcam", "video1": "HD Webcam", "video10": "bcm2835-codec-decode", "video2": "Busy"}
    names["video4"] = "Odd"
    for node, name in names.items():
        (tmp_path / node).mkdir()
        (tmp_path / node / "name").write_text(f"{name}\n")
    (tmp_path / "video3").mkdir()

    def look(device: Path) -> Look:
        if device.name == "video2":
            raise CameraTroubleError("It is in use.")
        modes = (Mode("MJPG", 1920, 1080, 30.0), Mode("MJPG", 1280, 720, 29.97))
        code = {"video1": set(), "video4": {"GREY"}}.get(device.name, {"MJPG"})
        return Look(frozenset(code), modes)

    found = find_cameras(tmp_path, Path("/dev"), look)

    abilities = ("mjpeg", "1280x720", "29.97/s", "wired")
    assert found[:3] == [
        Found("v4l2", "HD Webcam", "/dev/video0", abilities),
        Found("v4l2", "Busy", "/dev/video2", ("wired",), "It is in use."),
        Found("v4l2", "video3", "/dev/video3", abilities),
    ]
    assert [one.name for one in found[3:]] == ["Odd"]
    assert "offers GREY" in (found[3].trouble or "")


def test_a_machine_without_cameras_has_none(tmp_path: Path) -> None:
    assert find_cameras(tmp_path / "nowhere") == []


def test_a_small_picture_is_not_made_larger() -> None:
    command = picture_command(ffmpeg.input("x")["v:0"])

    assert "scale=min(640\\,iw):-2" in " ".join(command)


GOPRO = Found("gopro", "HERO11", "10.5.5.9", ("h264",))


async def test_a_look_around_is_shared_and_remembered(box: Box) -> None:
    around = Around(GOPRO, trouble="SnapCam cameras could not be looked for: Bluetooth is off.")
    cameras = desk(box, CameraSettings(), around)

    answers = await asyncio.gather(*(cameras.ask(Cameras()) for _ in range(3)))
    await cameras.ask(Cameras(fresh=False))
    assert around.looks == 1
    box.clock.now_s += 1
    await cameras.ask(Cameras())
    assert around.looks == 2
    box.clock.now_s += 3600
    await cameras.ask(Cameras(fresh=False))
    assert around.looks == 3

    for answer in answers:
        assert isinstance(answer, CamerasAnswer)
        assert Camera("gopro", "HERO11", address="10.5.5.9", abilities=["h264"]) in answer.cameras
        assert answer.troubles == ["A camera hangs.", "SnapCam cameras could not be looked for: Bluetooth is off."]


async def test_what_auto_has_taken_is_marked_and_not_opened_a_second_time(box: Box) -> None:
    await box.connect()
    box.roll(1)
    cameras = desk(box, CameraSettings("auto"), Around(GOPRO), taken=GOPRO)

    answer = await cameras.ask(Cameras())
    assert isinstance(answer, CamerasAnswer)
    first, gopro, pattern = answer.cameras
    assert (first.kind, first.is_recorded, first.is_taken) == ("auto", True, False)
    assert (gopro.kind, gopro.is_recorded, gopro.is_taken) == ("gopro", False, True)
    assert pattern.kind == "test-pattern"
    for request in (Picture(), Picture("auto"), Picture("gopro", address="10.5.5.9")):
        assert is_jpeg(await cameras.ask(request))


async def test_the_radio_is_not_spared_for_a_look(box: Box) -> None:
    for request in (Picture("gopro", address="10.5.5.9"), Picture("snapcam"), Picture("gopro-legacy"), Picture("auto")):
        with pytest.raises(RefusedError, match="over the air"):
            await desk(box, CameraSettings()).ask(request)
