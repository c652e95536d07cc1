"""V4L2 as far as it goes without a camera.

Honest limits: no V4L2 device was ever opened by this code. The decisions are proven on their own, the questions on a
stand-in behind the port to the kernel, whose structures a C compiler holds against the kernel's header, the opening on
files that are no device, and the command on a real ffmpeg up to the point where it misses the device.
"""

import ctypes
import errno
import os
import shutil
import subprocess
import threading
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.camera import v4l2, v4l2_structures
from appliance.camera.source import CameraTroubleError
from appliance.camera.v4l2 import V4l2Camera, look_at
from appliance.camera.v4l2_controls import set_controls
from appliance.camera.v4l2_formats import (
    USUAL_RATE,
    USUAL_SIZES,
    Mode,
    can_encode_h264,
    formats_of,
    modes_of,
    pixel_formats,
)
from appliance.camera.v4l2_plan import (
    FULL_HD,
    HD,
    SMOOTH,
    USABLE,
    Plan,
    bitrate_for,
    choose_mode,
    choose_plan,
    controls_for,
    read_encoders,
)
from appliance.camera.v4l2_structures import H264_I_PERIOD, REPEAT_SEQ_HEADER, VIDEO_BITRATE, four_letters, pixel_format
from tests.camera.conftest import segment_argv
from tests.stands.v4l2_device import Range, StandInDevice

FORMATS = st.sets(st.sampled_from(["H264", "HEVC", "MJPG", "JPEG", "YUYV", "NV12", "YU12", "pBAA", "RG10", "GREY"]))
ENCODERS = st.sets(st.sampled_from(["libx264", "h264_v4l2m2m", "libx265", "mpeg4"]))
READABLE = {"MJPG", "JPEG", "YUYV", "NV12", "YU12"}
MODE = Mode("H264", 1280, 720, 30.0)
MODES = st.lists(
    st.builds(
        Mode,
        code=st.sampled_from(["H264", "MJPG"]),
        width=st.sampled_from([160, 640, 1280, 1920, 3840]),
        height=st.sampled_from([90, 480, 720, 1080, 2160]),
        rate=st.sampled_from([5.0, 15.0, 24.0, 29.97, 30.0, 60.0]),
    ),
    max_size=8,
)

# What is chosen


@given(FORMATS, ENCODERS)
def test_the_camera_s_own_h264_is_never_touched(formats: set[str], encoders: set[str]) -> None:
    assert choose_plan(formats | {"H264"}, encoders) == Plan("H264")


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


@given(MODES, st.sampled_from([HD, FULL_HD]))
def test_smooth_before_large_and_never_larger_than_is_good(modes: list[Mode], most: tuple[int, int]) -> None:
    chosen = choose_mode(modes, "H264", most)
    told = [mode for mode in modes if mode.code == "H264"]

    if not told:
        assert chosen == Mode("H264", *HD, USUAL_RATE)
        return
    within = [mode for mode in told if mode.pixels <= most[0] * most[1]]
    assert chosen in (within or told)
    smooth = [mode for mode in within if mode.rate >= SMOOTH]
    if smooth:
        assert chosen.rate >= SMOOTH
        assert chosen.pixels == max(mode.pixels for mode in smooth)
    if not within:
        assert chosen.pixels == min(mode.pixels for mode in told)


def test_thirty_a_second_is_as_good_as_sixty() -> None:
    modes = [Mode("H264", 1280, 720, rate) for rate in (60.0, 30.0, 15.0)]

    assert choose_mode(modes, "H264", FULL_HD).rate == 30


def test_what_a_picture_is_worth() -> None:
    assert bitrate_for(1280, 720) == 4_100_000
    assert bitrate_for(1920, 1080) == 9_300_000


def test_encoders_are_read_from_ffmpeg_s_list() -> None:
    listing = subprocess.run(["ffmpeg", "-hide_banner", "-encoders"], capture_output=True, text=True, check=True).stdout

    assert "libx264" in read_encoders(listing)
    assert "aac" not in read_encoders(listing)
    assert "mpeg4" in read_encoders(listing)
    assert "=" not in read_encoders(listing)


# What is asked


def test_a_webcam_tells_its_sizes_and_rates() -> None:
    webcam = StandInDevice(
        ["MJPG", "YUYV"],
        {"MJPG": [(1920, 1080), (1280, 720)], "YUYV": [(640, 480)]},
        {(1920, 1080): [(1, 15), (1, 5)], (1280, 720): [(1001, 30000), (0, 1)], (640, 480): (1, 60, 1, 1, 0, 0)},
    )

    look = look_at(webcam)

    assert look.formats == {"MJPG", "YUYV"}
    assert set(look.modes) == {
        Mode("MJPG", 1920, 1080, 15.0), Mode("MJPG", 1920, 1080, 5.0), Mode("MJPG", 1280, 720, 29.97),
        Mode("YUYV", 640, 480, 30.0),
    }  # fmt: skip
    assert choose_mode(look.modes, "MJPG", FULL_HD) == Mode("MJPG", 1280, 720, 29.97)


def test_the_pi_camera_gives_any_size_in_a_range() -> None:
    """As bcm2835-v4l2 tells it: stepwise sizes and intervals."""
    pi = StandInDevice(
        ["YU12", "MJPG", "H264"],
        dict.fromkeys(["YU12", "MJPG", "H264"], (32, 2592, 2, 32, 1944, 2)),
        dict.fromkeys(USUAL_SIZES, (1, 90, 1, 1, 0, 0)),
    )
    look = look_at(pi)
    plan = choose_plan(look.formats, set())

    assert plan == Plan("H264")
    assert choose_mode(look.modes, "H264", FULL_HD) == Mode("H264", 1920, 1080, 30.0)
    assert look_at(StandInDevice(["H264"], {"H264": (32, 1280, 7, 32, 720, 2)})).modes == ()


def test_a_driver_that_tells_nothing_of_rates_is_asked_for_the_usual_one() -> None:
    assert modes_of(StandInDevice(["H264"], {"H264": [(640, 360)]}), "H264") == [Mode("H264", 640, 360, USUAL_RATE)]
    assert modes_of(StandInDevice(["H264"]), "H264") == []


def test_a_sensor_s_raw_pattern_is_not_asked_for_its_sizes() -> None:
    look = look_at(StandInDevice(["pBAA", "RG10"], {"pBAA": [(2592, 1944)]}))

    assert look.formats == {"pBAA", "RG10"}
    assert look.modes == ()
    assert not look.formats & USABLE


class Endless(StandInDevice):
    def ask(self, request: int, told: ctypes.Structure) -> None:
        told.index = 0
        super().ask(request, told)


def test_a_list_that_never_ends_ends() -> None:
    assert len(list(formats_of(Endless(["H264"])))) == 256


def test_a_camera_that_is_pulled_out_meanwhile_is_no_end_of_a_list() -> None:
    with pytest.raises(OSError, match="made up"):
        look_at(StandInDevice(["H264"], error=errno.ENODEV))


def test_controls_that_exist_are_set_to_the_nearest_that_they_take() -> None:
    device = StandInDevice(
        ["H264"],
        controls={
            VIDEO_BITRATE: Range(25_000, 4_000_000, 25_000),
            H264_I_PERIOD: Range(0, 0x7FFFFFFF),
            REPEAT_SEQ_HEADER: Range(0, 1, flags=0x0004),
        },
    )

    assert set_controls(device, controls_for(MODE)) == [VIDEO_BITRATE, H264_I_PERIOD]
    assert device.set_to == {VIDEO_BITRATE: 4_000_000, H264_I_PERIOD: 30}
    assert set_controls(StandInDevice(["H264"]), controls_for(MODE)) == []


@given(st.integers(-10, 100), st.integers(0, 100), st.integers(0, 9), st.integers(-1000, 1000))
def test_no_control_is_set_out_of_its_range(least: int, width: int, step: int, value: int) -> None:
    device = StandInDevice([], controls={VIDEO_BITRATE: Range(least, least + width, max(1, step))})

    assert set_controls(device, {VIDEO_BITRATE: value}) == [VIDEO_BITRATE]  # the stand-in refuses any other


def test_a_driver_that_refuses_a_control_costs_nothing() -> None:
    device = StandInDevice([], controls={VIDEO_BITRATE: Range(0, 10_000_000)}, refuses_controls=True)

    assert set_controls(device, controls_for(MODE)) == []


@pytest.mark.parametrize("no", [errno.EIO, errno.EACCES, errno.ETIMEDOUT])
def test_a_driver_that_refuses_to_be_asked_of_a_control_costs_nothing(no: int) -> None:
    assert set_controls(StandInDevice([], error=no), controls_for(MODE)) == []


def test_what_ffmpeg_reads_no_pictures_of_is_no_camera() -> None:
    """An encoder, or a camera whose pictures come in planes."""
    planes = StandInDevice(["NV12"], {"NV12": [(1280, 720)]}, kind=9)

    assert look_at(planes).formats == set()
    assert list(formats_of(planes)) == ["NV12"]


# The kernel's structures

_STRUCTURES: Mapping[str, type[ctypes.Structure]] = {
    "v4l2_fmtdesc": v4l2_structures.FormatDescription,
    "v4l2_frmsizeenum": v4l2_structures.FrameSize,
    "v4l2_frmivalenum": v4l2_structures.FrameInterval,
    "v4l2_queryctrl": v4l2_structures.ControlQuery,
    "v4l2_ext_control": v4l2_structures.Control,
    "v4l2_ext_controls": v4l2_structures.Controls,
}
_THEIR_NAMES = {"limits": "discrete", "value_high": None}
_NUMBERS = {
    "VIDIOC_ENUM_FMT": v4l2_structures.ENUM_FMT,
    "VIDIOC_ENUM_FRAMESIZES": v4l2_structures.ENUM_FRAMESIZES,
    "VIDIOC_ENUM_FRAMEINTERVALS": v4l2_structures.ENUM_FRAMEINTERVALS,
    "VIDIOC_QUERYCTRL": v4l2_structures.QUERYCTRL,
    "VIDIOC_S_EXT_CTRLS": v4l2_structures.S_EXT_CTRLS,
    "V4L2_CID_MPEG_VIDEO_BITRATE": VIDEO_BITRATE,
    "V4L2_CID_MPEG_VIDEO_H264_I_PERIOD": H264_I_PERIOD,
    "V4L2_CID_MPEG_VIDEO_REPEAT_SEQ_HEADER": REPEAT_SEQ_HEADER,
    "V4L2_FRMSIZE_TYPE_DISCRETE": v4l2_structures.DISCRETE,
    "V4L2_FRMIVAL_TYPE_DISCRETE": v4l2_structures.DISCRETE,
    "V4L2_BUF_TYPE_VIDEO_CAPTURE": v4l2_structures.CAPTURE_TYPES[0],
    "V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE": v4l2_structures.CAPTURE_TYPES[1],
    "V4L2_CTRL_FLAG_DISABLED|V4L2_CTRL_FLAG_READ_ONLY|V4L2_CTRL_FLAG_INACTIVE": v4l2_structures.OUT_OF_USE,
    "V4L2_PIX_FMT_H264": pixel_format("H264"),
    "V4L2_PIX_FMT_MJPEG": pixel_format("MJPG"),
}


def _questions() -> dict[str, int]:
    """C expressions, and what ours are."""
    asked = dict(_NUMBERS)
    for name, ours in _STRUCTURES.items():
        asked[f"sizeof(struct {name})"] = ctypes.sizeof(ours)
        for field, *_ in ours._fields_:
            theirs = _THEIR_NAMES.get(field, field)
            if theirs:
                asked[f"offsetof(struct {name}, {theirs})"] = getattr(ours, field).offset
    return asked


@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler is here")
def test_every_structure_and_number_is_the_kernel_s(tmp_path: Path) -> None:
    questions = _questions()
    lines = "\n".join(f'printf("%lld\\n", (long long)({question}));' for question in questions)
    (tmp_path / "ask.c").write_text(
        f"#include <stddef.h>\n#include <stdio.h>\n#include <linux/videodev2.h>\nint main(void) {{\n{lines}\n}}\n"
    )
    built = subprocess.run(
        ["cc", "-w", "-o", "ask", "ask.c"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    if "videodev2.h: No such file" in built.stderr:
        pytest.skip("the kernel's headers are not here")
    assert built.returncode == 0, built.stderr

    answers = subprocess.run([tmp_path / "ask"], capture_output=True, text=True, check=True).stdout.split()

    assert dict(zip(questions, map(int, answers), strict=True)) == questions


def test_four_letters_and_back() -> None:
    assert four_letters(pixel_format("MJPG")) == "MJPG"
    assert len(four_letters(0xFFFFFFFF)) == 4


# What is no camera


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


async def test_a_driver_that_hangs_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(v4l2, "DRIVER_LIMIT_S", 0.05)
    answers = threading.Event()
    camera = V4l2Camera(device=str(tmp_path / "video0"))
    monkeypatch.setattr(camera, "_look", answers.wait)

    for _ in range(3):
        with pytest.raises(CameraTroubleError, match="does not answer its driver"):
            async with camera.connect():
                pass
    answers.set()


# What ffmpeg is told


@pytest.mark.parametrize("sound", [None, "hw:9"])
@pytest.mark.parametrize("plan", [Plan("H264"), Plan("MJPG", "libx264"), Plan("YUYV", "h264_v4l2m2m")])
def test_ffmpeg_takes_the_command_as_far_as_the_missing_device(tmp_path: Path, plan: Plan, sound: str | None) -> None:
    """Ffmpeg parses the whole command before it opens the first input. More cannot be tried without a camera."""
    mode = Mode(plan.code, 1280, 720, 29.97)
    argv = segment_argv(V4l2Camera(device="/dev/no-such-video").footage(plan, mode, sound), tmp_path)
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    lines = done.stderr.strip().splitlines()

    assert done.returncode != 0
    assert "No such file or directory" in done.stderr
    assert all("no-such-video" in line or "hw:9" in line or "No such file" in line for line in lines)
    assert argv[argv.index("-framerate") + 1] == "29.97"
    assert argv[argv.index("-video_size") + 1] == "1280x720"


def test_sound_comes_from_the_device_that_was_found() -> None:
    with_sound = V4l2Camera(device="/dev/video0").footage(Plan("H264"), MODE, "plughw:1,0")

    assert len(with_sound.streams) == 2
    assert with_sound.options["c:a"] == "aac"
    assert len(V4l2Camera(device="/dev/video0").footage(Plan("H264"), MODE).streams) == 1
    assert os.fspath(Path("/dev/video0")) in str(with_sound.streams[0].node)
