"""Which pixel formats a V4L2 device offers, asked by ioctl; the device is not started."""

import contextlib
import errno
import fcntl
import os
import struct
from collections.abc import Iterator
from pathlib import Path

from appliance.camera.source import CameraTroubleError

_ENUM_FMT = 0xC0405602
"""VIDIOC_ENUM_FMT = _IOWR('V', 2, struct v4l2_fmtdesc), linux/videodev2.h."""
_FMTDESC = struct.Struct("=III32s4sI12x")
"""index, type, flags, description, pixelformat, mbus_code, reserved: 64 bytes."""
_CAPTURE_TYPES = (1, 9)
"""V4L2_BUF_TYPE_VIDEO_CAPTURE and its multi-planar brother, which encoders use."""

_CURES = {
    errno.ENOENT: "There is no camera at {device}; is it plugged in?",
    errno.EACCES: "This user may not open {device}: sudo usermod -aG video $USER, then log in again.",
    errno.EPERM: "This user may not open {device}: sudo usermod -aG video $USER, then log in again.",
    errno.EBUSY: "{device} is in use by another program.",
    errno.ENODEV: "The camera at {device} is not connected any more.",
    errno.ENXIO: "The camera at {device} is not connected any more.",
    errno.ENOTTY: "{device} is not a camera.",
    errno.EISDIR: "{device} is not a camera.",
    errno.ENOTDIR: "{device} is not a camera.",
}


def pixel_formats(device: Path) -> frozenset[str]:
    """The four-letter codes (`H264`, `MJPG`, `YUYV`) that `device` can capture; empty for one that captures nothing.

    Raises:
        CameraTroubleError: if it is missing, not a V4L2 device, busy, or not ours to open.
    """
    try:
        handle = os.open(device, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        with contextlib.closing(os.fdopen(handle, "rb", buffering=0)) as opened:
            return frozenset(code for kind in _CAPTURE_TYPES for code in _formats(opened.fileno(), kind))
    except OSError as error:
        cure = _CURES.get(error.errno or 0, f"The camera at {{device}} cannot be opened: {error.strerror}.")
        raise CameraTroubleError(cure.format(device=device)) from error


def can_encode_h264(device: Path) -> bool:
    """Whether `device` is a memory-to-memory device that makes H.264 (`/dev/video11` on a Raspberry Pi)."""
    try:
        return "H264" in pixel_formats(device)
    except CameraTroubleError:
        return False


def _formats(handle: int, kind: int) -> Iterator[str]:
    for index in range(256):
        wanted = bytearray(_FMTDESC.pack(index, kind, 0, b"", b"", 0))
        try:
            fcntl.ioctl(handle, _ENUM_FMT, wanted, True)
        except OSError as error:
            if error.errno == errno.EINVAL:  # the end of the list, or no such kind here
                return
            raise
        yield _FMTDESC.unpack(wanted)[4].decode("ascii", errors="replace")
