"""A SnapCam whose Wi-Fi is joined, through its viewer's process, from its stand-in: mixed up, cut off, refused."""

import asyncio
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from appliance.camera.attendant import attended
from appliance.camera.snapcam import Patience, SnapCamera
from appliance.camera.source import CameraTroubleError
from appliance.child import Child
from appliance.standins.film import Film
from appliance.standins.rtsp import Faults, RtspServer
from tests.camera.conftest import Cutter, segment_argv
from tests.stands.gopro import until
from tests.stands.troubles import trouble_of

SMALL = Film(size="320x240")


@pytest.fixture
async def server() -> AsyncIterator[RtspServer]:
    async with RtspServer(film=SMALL).running() as running:
        yield running


def camera_of(server: RtspServer, *, answer_s: float = 0.5, audio: str = "auto") -> SnapCamera:
    return SnapCamera(address=server.host, port=server.port, audio=audio, patience=Patience(answer_s=answer_s))


async def test_what_comes_mixed_up_and_twice_is_recorded_in_order(server: RtspServer, cut: Cutter) -> None:
    server.faults = Faults(mixes=6, twice=0.2)
    recorded = await cut(camera_of(server), 3)

    assert recorded.codecs() == ["h264"]
    assert recorded.pictures() > 2 * 30
    recorded.decode()
    assert server.requests[-1].method == "TEARDOWN"


async def test_bare_pictures_are_recorded_in_order(cut: Cutter) -> None:
    async with RtspServer(film=SMALL, payload="h264").running() as server:
        server.faults = Faults(mixes=6, twice=0.2)
        recorded = await cut(camera_of(server), 3)

    assert recorded.codecs() == ["h264"]
    assert recorded.pictures() > 2 * 30
    assert max(recorded.key_frame_distances_s()) <= 1.1
    recorded.decode()


@pytest.mark.parametrize(("audio", "codecs"), [("auto", ["h264", "aac"]), ("none", ["h264"])])
async def test_its_sound_is_kept_unless_nobody_wants_it(cut: Cutter, audio: str, codecs: list[str]) -> None:
    async with RtspServer(film=Film(size="320x240", has_sound=True)).running() as server:
        recorded = await cut(camera_of(server, audio=audio), 2)

    assert recorded.codecs() == codecs
    recorded.decode(but_last=True)


async def test_a_server_that_takes_its_time_to_come_up_is_waited_for(free_port: int) -> None:
    server = RtspServer(film=SMALL, port=free_port)
    camera = camera_of(server, answer_s=60.0)

    async def view() -> None:
        async with camera.connect():
            pass

    viewing = asyncio.create_task(view())
    await asyncio.sleep(1.5)
    assert not viewing.done(), "refused at first"
    async with server.running():
        await viewing


async def test_pictures_that_stop_are_told_when_the_epoch_is_over(server: RtspServer) -> None:
    """Though the connection stays open."""

    async def lose_it() -> None:
        async with attended("appliance.snapcam", [f"--port={server.port}", server.host], "SnapCam") as attendant:
            await attendant.streaming(60)
            server.faults = Faults(is_silent=True)
            await until("it is told", lambda: attendant.last.state == "trouble")
            assert server.requests[-1].method == "TEARDOWN"

    with pytest.raises(CameraTroubleError, match="has stopped sending"):
        await lose_it()


async def test_the_end_of_bare_pictures_ends_ffmpeg(tmp_path: Path) -> None:
    """RTP over UDP has no end of its own: ffmpeg would wait for ever."""

    async def lose_it(server: RtspServer) -> None:
        async with camera_of(server).connect() as footage:
            argv = ["ffmpeg", "-progress", "pipe:1", *segment_argv(footage, tmp_path)[1:]]
            child = await Child.start(argv, output=PIPE)
            await child.output.readuntil(b"progress=continue")
            server.hang_up()
            assert await child.wait() == 0

    async with RtspServer(film=SMALL, payload="h264").running() as server:
        with pytest.raises(CameraTroubleError, match="has closed the connection"):
            await lose_it(server)


async def test_it_is_asked_again_and_again_to_play(server: RtspServer) -> None:
    async with camera_of(server).connect():
        await server.played_thrice.wait()

    urls = {request.url for request in server.requests if request.method == "PLAY"}
    assert urls == {f"rtsp://{server.host}:{server.port}"}


async def test_a_server_that_does_not_describe_is_taken_to_send_a_transport_stream(server: RtspServer) -> None:
    server.faults = Faults(describes_nothing=True)
    async with camera_of(server).connect() as footage:
        assert footage.options["c:v"] == "copy"

    assert next(request.url for request in server.requests if request.method == "SETUP").endswith("/trackID=1")


async def test_a_server_that_closes_early_is_told_when_the_epoch_is_over(server: RtspServer) -> None:
    async def lose_it() -> None:
        async with camera_of(server).connect():
            server.hang_up()
            await asyncio.sleep(4)

    with pytest.raises(CameraTroubleError, match="has closed the connection"):
        await lose_it()


NO_PICTURE = b"v=0\r\nm=audio 0 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n"
FAULTS = {
    "refuses to send its pictures (RTSP 453)": Faults(refuses=453),
    "makes no sense": Faults(describes=b"<html></html>"),
    "neither MPEG-TS nor H.264": Faults(describes=NO_PICTURE),
    "gives no answer": Faults(hangs=True),
    "none arrives": Faults(is_silent=True),
    "has closed the connection": Faults(closes=True),
    "not as RTSP does": Faults(babbles=True),
}


async def test_what_is_wrong_with_it_is_told() -> None:
    async def told(word: str, faults: Faults) -> None:
        async with RtspServer(film=SMALL).running() as server:
            server.faults = faults
            assert word in await trouble_of(camera_of(server))

    await asyncio.gather(*(told(word, faults) for word, faults in FAULTS.items()))


async def test_a_camera_that_is_not_there_is_told(free_port: int) -> None:
    camera = SnapCamera(address="127.0.0.3", port=free_port, patience=Patience(answer_s=0.2))

    assert "refuses the connection" in await trouble_of(camera)


async def test_an_address_that_is_none_is_told_at_once() -> None:
    assert "camera.address" in await trouble_of(SnapCamera(address="snapcam.local"))
