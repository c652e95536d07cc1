"""MPEG-TS over UDP: a real GoPro recording played live, silence, and noise."""

import asyncio
import contextlib
import os
import socket
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.camera.mpegts_udp import MpegtsUdpCamera, listening_url
from appliance.camera.source import CameraTroubleError
from tests.camera.conftest import Cutter
from tests.conftest import UdpSenderFactory


def sent_twice(sample: Path, folder: Path) -> str:
    """What the stand sends in two rounds, as a file."""
    file = str(folder / "as-sent.ts")
    command = ["ffmpeg", "-v", "error", "-stream_loop", "1", "-i", str(sample), "-map", "0:v", "-c", "copy", file]
    subprocess.run(command, check=True)
    return file


def picture_hashes(what: str) -> list[str]:
    """One hash for the bytes of every picture packet; the columns after it are of side data."""
    command = ["ffmpeg", "-nostdin", "-v", "error", "-i", what, "-map", "0:v:0", "-c", "copy", "-f", "framemd5", "-"]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    return [line.split(",")[5].strip() for line in lines if not line.startswith("#")]


async def trouble_of(camera: MpegtsUdpCamera) -> str:
    async with asyncio.timeout(camera.start_limit_s):
        with pytest.raises(CameraTroubleError) as trouble:
            async with camera.connect():
                pass
    return str(trouble.value)


async def test_a_gopro_stream_is_copied_bit_by_bit(
    udp_sender: UdpSenderFactory, gopro_sample: Path, cut: Cutter, tmp_path: Path
) -> None:
    stand = udp_sender(gopro_sample)
    recorded = await cut(MpegtsUdpCamera(url=stand.url), 2.4)
    sent, kept = picture_hashes(sent_twice(gopro_sample, tmp_path)), picture_hashes(recorded.whole)

    assert recorded.codecs() == ["h264", "aac"]
    assert recorded.footage.options == {"c:v": "copy", "c:a": "copy"}
    assert max(recorded.key_frame_distances_s()) <= 1.0
    assert len(kept) > 60
    assert len(set(sent)) > 300
    start = sent.index(kept[0])
    assert kept[:-1] == sent[start : start + len(kept) - 1]
    recorded.decode(but_last=True)


async def test_the_shape_of_a_gopro_preview(udp_sender: UdpSenderFactory, gopro_sample: Path, cut: Cutter) -> None:
    """No sound, and datagrams of 1328 bytes, which is no whole number of packets."""
    stand = udp_sender(gopro_sample, packet_bytes=1328, has_sound=False)
    recorded = await cut(MpegtsUdpCamera(url=stand.url), 1)

    assert recorded.codecs() == ["h264"]
    recorded.decode()


async def test_sound_can_be_left_out(udp_sender: UdpSenderFactory, gopro_sample: Path) -> None:
    async with MpegtsUdpCamera(url=udp_sender(gopro_sample).url, audio="none").connect() as footage:
        assert len(footage.streams) == 1
        assert "c:a" not in footage.options


async def test_a_silent_port_is_told(free_port: int) -> None:
    assert "brings no picture" in await trouble_of(MpegtsUdpCamera(url=f"udp://127.0.0.1:{free_port}", look_limit_s=1))


async def test_noise_is_told(free_port: int) -> None:
    async def make_noise() -> None:
        with socket.socket(type=socket.SOCK_DGRAM) as sender:
            while True:
                with contextlib.suppress(ConnectionRefusedError):
                    sender.sendto(os.urandom(1316), ("127.0.0.1", free_port))
                await asyncio.sleep(0.005)

    noise = asyncio.create_task(make_noise())
    sentence = await trouble_of(MpegtsUdpCamera(url=f"udp://@:{free_port}", look_limit_s=2.5))
    noise.cancel()

    assert "no picture" in sentence


async def test_a_port_that_another_program_holds_is_told(free_port: int) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as other:
        other.bind(("0.0.0.0", free_port))

        assert "another program listens" in await trouble_of(MpegtsUdpCamera(url=f"udp://@:{free_port}"))


@pytest.mark.parametrize(
    "url", ["", "udp://", "udp://@", "udp://0.0.0.0:0", "rtsp://a:1", "udp://a:b", "udp://a b:1", "udp://[::"]
)
async def test_an_address_that_is_none_is_told_at_once(url: str) -> None:
    assert "udp://0.0.0.0:PORT" in await trouble_of(MpegtsUdpCamera(url=url))


@given(
    host=st.sampled_from(["0.0.0.0", "@", "239.1.2.3", "[::]", "@239.1.2.3"]),
    port=st.integers(1, 65535),
    own=st.dictionaries(st.sampled_from(["fifo_size", "localaddr", "timeout"]), st.sampled_from(["1", "10.0.0.2"])),
)
def test_what_the_owner_wrote_into_the_address_stays(host: str, port: int, own: dict[str, str]) -> None:
    query = "&".join(f"{key}={value}" for key, value in own.items())
    address, _, ours = listening_url(f"udp://{host}:{port}" + (f"?{query}" if query else "")).partition("?")
    options = dict(pair.split("=") for pair in ours.split("&"))

    assert address == f"udp://{host}:{port}"
    assert options.items() >= own.items()
    assert options["overrun_nonfatal"] == "1"
