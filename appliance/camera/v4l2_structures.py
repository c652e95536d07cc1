"""What the kernel is asked about a V4L2 device: structures, numbers and requests of linux/videodev2.h.

The tests hold each of them against the header by a C compiler.
"""

import ctypes

CAMERA_TYPES = (1,)
"""V4L2_BUF_TYPE_VIDEO_CAPTURE: ffmpeg reads no other (libavdevice/v4l2.c, device_open)."""
CAPTURE_TYPES = (*CAMERA_TYPES, 9)
"""And its multi-planar brother, which encoders use."""
DISCRETE = 1
"""V4L2_FRMSIZE_TYPE_DISCRETE and V4L2_FRMIVAL_TYPE_DISCRETE; anything else is a range."""
OUT_OF_USE = 0x0001 | 0x0004 | 0x0010
"""V4L2_CTRL_FLAG_DISABLED, READ_ONLY, INACTIVE."""

VIDEO_BITRATE = 0x009909CF
"""V4L2_CID_MPEG_VIDEO_BITRATE, bits per second."""
REPEAT_SEQ_HEADER = 0x009909E2
"""V4L2_CID_MPEG_VIDEO_REPEAT_SEQ_HEADER: SPS and PPS before each key frame."""
H264_I_PERIOD = 0x00990A66
"""V4L2_CID_MPEG_VIDEO_H264_I_PERIOD: pictures from one key frame to the next."""

_U32 = ctypes.c_uint32


class FormatDescription(ctypes.Structure):
    """struct v4l2_fmtdesc."""

    _fields_ = (
        ("index", _U32),
        ("type", _U32),
        ("flags", _U32),
        ("description", ctypes.c_char * 32),
        ("pixelformat", _U32),
        ("mbus_code", _U32),
        ("reserved", _U32 * 3),
    )


class FrameSize(ctypes.Structure):
    """struct v4l2_frmsizeenum. `limits`: width and height; of a range least, most and step of each."""

    _fields_ = (
        ("index", _U32),
        ("pixel_format", _U32),
        ("type", _U32),
        ("limits", _U32 * 6),
        ("reserved", _U32 * 2),
    )


class FrameInterval(ctypes.Structure):
    """struct v4l2_frmivalenum. `limits`: numerator and denominator in seconds; of a range least, most and step."""

    _fields_ = (
        ("index", _U32),
        ("pixel_format", _U32),
        ("width", _U32),
        ("height", _U32),
        ("type", _U32),
        ("limits", _U32 * 6),
        ("reserved", _U32 * 2),
    )


class ControlQuery(ctypes.Structure):
    """struct v4l2_queryctrl."""

    _fields_ = (
        ("id", _U32),
        ("type", _U32),
        ("name", ctypes.c_char * 32),
        ("minimum", ctypes.c_int32),
        ("maximum", ctypes.c_int32),
        ("step", ctypes.c_int32),
        ("default_value", ctypes.c_int32),
        ("flags", _U32),
        ("reserved", _U32 * 2),
    )


class Control(ctypes.Structure):
    """struct v4l2_ext_control, which is packed: its union of 8 bytes is told as two halves."""

    _fields_ = (
        ("id", _U32),
        ("size", _U32),
        ("reserved2", _U32),
        ("value", ctypes.c_int32),
        ("value_high", _U32),
    )


class Controls(ctypes.Structure):
    """struct v4l2_ext_controls. `which` 0: controls of any class, at their current values."""

    _fields_ = (
        ("which", _U32),
        ("count", _U32),
        ("error_idx", _U32),
        ("request_fd", ctypes.c_int32),
        ("reserved", _U32),
        ("controls", ctypes.POINTER(Control)),
    )


def _request(number: int, kind: type[ctypes.Structure]) -> int:
    """_IOWR('V', number, kind) of asm-generic/ioctl.h, which x86 and Arm use."""
    return 3 << 30 | ctypes.sizeof(kind) << 16 | ord("V") << 8 | number


ENUM_FMT = _request(2, FormatDescription)
QUERYCTRL = _request(36, ControlQuery)
S_EXT_CTRLS = _request(72, Controls)
ENUM_FRAMESIZES = _request(74, FrameSize)
ENUM_FRAMEINTERVALS = _request(75, FrameInterval)


def four_letters(pixel_format: int) -> str:
    """What V4L2 calls a format: `MJPG`."""
    return pixel_format.to_bytes(4, "little").decode("ascii", errors="replace")


def pixel_format(letters: str) -> int:
    """The other way."""
    return int.from_bytes(letters.encode("ascii"), "little")
