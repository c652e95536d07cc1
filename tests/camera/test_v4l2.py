"""V4L2 as far as it goes without a camera.

Honest limits: no V4L2 device was ever opened by this code. The decision is proven on its own, the reader on
files that are no device, and the command on a real ffmpeg up to the point where it misses the device.
"""

import struct
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.camera.source import CameraTroubleError
from appliance.camera.v4l2 import Plan, V4l2Camera, choose_plan, read_encoders
from appliance.camera.v4l2_formats import _ENUM_FMT, _FMTDESC, can_encode_h264, pixel_formats
from tests.camera.conftest import segment_argv

FORMATS = st.sets(st.sampled_from(["H264", "HEVC", "MJPG", "JPEG", "YUYV", "NV12", "YU12", "pBAA", "RG10", "GREY"]))
ENCODERS = st.sets(st.sampled_from(["libx264", "h264_v4l2m2m", "libx265", "mpeg4"]))
READABLE = {"MJPG", "JPEG", "YUYV", "NV12", "YU12"}


@given(FORMATS, ENCODERS)
def test_the_camera_s_own_h264_is_never_touched(formats: set[str], encoders: set[str]) -> None:
    assert choose_plan(formats | {"H264"}, encoders) == Plan("h264")


@given(FORMATS, ENCODERS)
def test_the_board_s_encoder_goes_before_the_processor(formats: set[str], encoders: set[str]) -> None:
    plan = choose_plan(formats - {"H264"}, encoders)

    if not formats & READABLE or not encoders & {"libx264", "h264_v4l2m2m"}:
        assert plan is None
        return
    assert plan is not None
    assert plan.encoder == ("h264_v4l2m2m" if "h264_v4l2m2m" in encoders else "libx264")
    assert (plan.warning is not None) == (plan.encoder == "libx264")
    assert (plan.input_format == "mjpeg") == bool(formats & {"MJPG", "JPEG"})


def test_encoders_are_read_from_ffmpeg_s_list() -> None:
    listing = subprocess.run(["ffmpeg", "-hide_banner", "-encoders"], capture_output=True, text=True, check=True).stdout

    assert "libx264" in read_encoders(listing)
    assert "aac" not in read_encoders(listing)
    assert "mpeg4" in read_encoders(listing)
    assert "=" not in read_encoders(listing)


def test_the_request_is_as_long_as_the_kernel_s_structure() -> None:
    """_IOC packs the size into bits 16 to 29 of the number, direction, letter and number around it."""
    assert _FMTDESC.size == 64
    assert 3 << 30 | _FMTDESC.size << 16 | ord("V") << 8 | 2 == _ENUM_FMT
    filled = struct.pack("=III32s4sI12x", 0, 1, 0, b"Motion-JPEG", b"MJPG", 0)
    assert _FMTDESC.unpack(filled)[4] == b"MJPG"


def test_a_missing_device_is_told(tmp_path: Path) -> None:
    with pytest.raises(CameraTroubleError, match="plugged in"):
        pixel_formats(tmp_path / "video0")


@pytest.mark.parametrize("device", ["/dev/null", "/dev", "/dev/null/video0"])
def test_what_is_no_camera_is_told(device: str) -> None:
    with pytest.raises(CameraTroubleError, match="is not a camera"):
        pixel_formats(Path(device))


def test_a_file_is_no_camera_and_no_encoder(tmp_path: Path) -> None:
    file = tmp_path / "video0"
    file.write_bytes(b"x" * 100)

    with pytest.raises(CameraTroubleError, match="is not a camera"):
        pixel_formats(file)
    assert not can_encode_h264(file)


async def test_connecting_to_nothing_is_told(tmp_path: Path) -> None:
    camera = V4l2Camera(device=str(tmp_path / "video0"))

    with pytest.raises(CameraTroubleError, match="plugged in"):
        async with camera.connect():
            pass


@pytest.mark.parametrize("audio", ["auto", "hw:9"])
@pytest.mark.parametrize("plan", [Plan("h264"), Plan("mjpeg", "libx264"), Plan("yuyv422", "h264_v4l2m2m")])
def test_ffmpeg_takes_the_command_as_far_as_the_missing_device(tmp_path: Path, plan: Plan, audio: str) -> None:
    """Ffmpeg parses the whole command before it opens the first input. More cannot be tried without a camera."""
    argv = segment_argv(V4l2Camera(device="/dev/no-such-video", audio=audio).footage(plan), tmp_path)
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    lines = done.stderr.strip().splitlines()

    assert done.returncode != 0
    assert "No such file or directory" in done.stderr
    assert all("no-such-video" in line or "hw:9" in line or "No such file" in line for line in lines)


def test_sound_comes_from_the_device_that_was_named() -> None:
    with_sound = V4l2Camera(device="/dev/video0", audio="hw:1").footage(Plan("h264"))

    assert len(with_sound.streams) == 2
    assert with_sound.options["c:a"] == "aac"
    assert len(V4l2Camera(device="/dev/video0").footage(Plan("h264")).streams) == 1
