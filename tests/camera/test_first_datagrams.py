"""What the first datagrams of an MPEG-TS stream tell, beside what ffprobe says of the same stream."""

import asyncio
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.camera.first_datagrams import FirstDatagrams, listen
from appliance.camera.mpegts_udp import plain_address
from appliance.camera.probe import StreamFacts, read_report
from tests.conftest import UdpSenderFactory

PICTURE = ["-f", "lavfi", "-i", "testsrc2=size=64x64:rate=25:duration=1"]
SOUND = ["-f", "lavfi", "-i", "sine=duration=1:sample_rate=48000"]
H264, HEVC, MPEG2 = (["-c:v", codec] for codec in ("libx264", "libx265", "mpeg2video"))


def stream(file: Path, *options: str) -> Path:
    command = ["ffmpeg", "-v", "quiet", *PICTURE, *SOUND, *options, "-f", "mpegts", str(file)]
    subprocess.run(command, check=True)
    return file


def asked(file: Path) -> StreamFacts | None:
    command = ["ffprobe", "-v", "quiet", "-show_streams", "-of", "json", str(file)]
    return read_report(subprocess.run(command, check=True, capture_output=True).stdout)


def told(data: bytes, datagram_bytes: int = 1316, header: bytes = b"") -> FirstDatagrams:
    look = FirstDatagrams()
    for start in range(0, len(data), datagram_bytes):
        look.take(header + data[start : start + datagram_bytes])
    return look


@pytest.mark.parametrize(
    "options",
    [[*H264, "-map", "0:v"], [*HEVC, "-map", "0:v"], [*H264, "-map", "0", "-map", "1", "-c:a", "aac"]],
    ids=["h264", "hevc", "h264+aac"],
)
def test_it_says_what_ffprobe_says(options: list[str], tmp_path: Path) -> None:
    file = stream(tmp_path / "stream.ts", *options)
    look = told(file.read_bytes())

    assert look.facts == asked(file)
    assert look.facts
    assert look.facts.is_sure


@pytest.mark.parametrize(
    "options",
    [
        [*MPEG2, "-map", "0:v"],
        [*H264, "-map", "0", "-map", "1", "-c:a", "ac3"],
        [*H264, "-map", "0", "-map", "1", "-c:a", "mp2"],
        ["-map", "1", "-c:a", "aac"],
        [*H264, "-map", "0", "-map", "0", "-program", "st=0", "-program", "st=1"],
    ],
    ids=["mpeg2", "ac3", "mp2", "sound alone", "two programmes"],
)
def test_what_leaves_a_doubt_is_ffprobes(options: list[str], tmp_path: Path) -> None:
    look = told(stream(tmp_path / "stream.ts", *options).read_bytes())

    assert look.is_doubtful
    assert look.facts is None


def test_a_header_before_the_packets_is_passed_over(tmp_path: Path) -> None:
    """Old GoPros put 12 bytes before seven packets."""
    data = stream(tmp_path / "stream.ts", *H264, "-map", "0:v").read_bytes()

    assert told(data, header=b"\x80\x21" + bytes(10)).facts == StreamFacts("h264", None)


def test_sound_without_channels_leaves_a_doubt(tmp_path: Path) -> None:
    data = stream(tmp_path / "stream.ts", *H264, "-map", "0", "-map", "1", "-c:a", "aac").read_bytes()
    frame = data.index(b"\xff\xf1")
    silent = data[: frame + 2] + bytes([data[frame + 2] & 0xFE, data[frame + 3] & 0x3F]) + data[frame + 4 :]

    assert told(silent).is_doubtful
    assert told(silent).facts is None


@given(st.lists(st.binary(max_size=400) | st.binary(min_size=184, max_size=184).map(lambda rest: b"G" + rest + b"GGG")))
def test_noise_tells_nothing(noise: list[bytes]) -> None:
    look = FirstDatagrams()
    for datagram in noise:
        look.take(datagram)

    assert look.facts is None


@given(st.data())
def test_damage_never_ends_it(data: st.DataObject) -> None:
    """Tables with any bytes changed: a fact, a doubt, or more to come."""
    table = bytearray(TABLES)
    for _ in range(data.draw(st.integers(0, 6))):
        table[data.draw(st.integers(0, len(table) - 1))] = data.draw(st.integers(0, 255))
    look = told(bytes(table))

    assert look.facts in {None, StreamFacts("h264", None), StreamFacts("hevc", None)}


TABLES = (
    bytes.fromhex("474000100000b00d0001c100000001f0002ab104b2").ljust(188, b"\xff")
    + bytes.fromhex("475000100002b0120001c10000e100f0001be100f00015bd4d56").ljust(188, b"\xff")
)  # fmt: skip
"""A PAT with one programme at 0x1000, and its table: H.264 at 0x100."""


def test_the_tables_above_are_good() -> None:
    assert told(TABLES).facts == StreamFacts("h264", None)


async def test_the_port_is_free_again(udp_sender: UdpSenderFactory, gopro_sample: Path) -> None:
    stand = udp_sender(gopro_sample)
    address = plain_address(stand.url)
    assert address
    for _ in range(3):
        async with asyncio.timeout(60):
            assert await listen(*address) == StreamFacts("h264", "aac")


async def test_a_port_that_cannot_be_had_is_ffprobes(free_port: int) -> None:
    assert await listen("192.0.2.77", free_port) is None


@pytest.mark.parametrize(
    "url", ["udp://239.1.2.3:5004", "udp://camera.local:5004", "udp://[::1]:5004", "udp://@:5004?localaddr=10.0.0.1"]
)
def test_groups_names_and_options_are_ffprobes(url: str) -> None:
    assert plain_address(url) is None


def test_an_address_of_any_interface() -> None:
    assert plain_address("udp://@:8554") == ("0.0.0.0", 8554)
