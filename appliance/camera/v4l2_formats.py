"""What a V4L2 device can give, and how it is told what to give: asked by ioctl; the device is not started."""

import ctypes
import errno
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from msgspec import Struct

from appliance.camera.source import CameraTroubleError
from appliance.camera.v4l2_device import Device, opened
from appliance.camera.v4l2_structures import (
    CAPTURE_TYPES,
    DISCRETE,
    ENUM_FMT,
    ENUM_FRAMEINTERVALS,
    ENUM_FRAMESIZES,
    FormatDescription,
    FrameInterval,
    FrameSize,
    four_letters,
    pixel_format,
)

USUAL_SIZES = ((1920, 1080), (1280, 720), (640, 480))
"""What is taken of a device that gives any size in a range."""
USUAL_RATE = 30.0

_MOST = 256
"""No list of a device is longer; one that never ends is one of a broken driver."""
_END = frozenset({errno.EINVAL})
"""The end of a list, or no such kind here."""
_NO_LIST = frozenset({errno.EINVAL, errno.ENOTTY, errno.ENODATA})
"""The same, where a driver may know nothing of the whole question; of its formats every camera knows."""

T = TypeVar("T", bound=ctypes.Structure)


class Mode(Struct, frozen=True):
    """`code`: four letters, `MJPG`; `rate`: pictures a second."""

    code: str
    width: int
    height: int
    rate: float

    @property
    def pixels(self) -> int:
        return self.width * self.height


def pixel_formats(path: Path) -> frozenset[str]:
    """The four-letter codes (`H264`, `MJPG`, `YUYV`) that the device can capture; empty for one that captures nothing.

    Raises:
        CameraTroubleError: if it is missing, not a V4L2 device, busy, or not ours to open.
    """
    with opened(path) as device:
        return frozenset(formats_of(device))


def can_encode_h264(path: Path) -> bool:
    """Whether it is a memory-to-memory device that makes H.264 (`/dev/video11` on a Raspberry Pi)."""
    try:
        return "H264" in pixel_formats(path)
    except CameraTroubleError:
        return False


def formats_of(device: Device, kinds: Sequence[int] = CAPTURE_TYPES) -> Iterator[str]:
    """The codes of an open device, in the order of its driver. `kinds`: of its buffers."""
    for kind in kinds:
        for index in range(_MOST):
            told = _asked(device, ENUM_FMT, FormatDescription(index=index, type=kind), _END)
            if told is None:
                break
            yield four_letters(told.pixelformat)


def modes_of(device: Device, code: str) -> list[Mode]:
    """In which sizes, and how fast, it gives one format; empty where the driver does not tell."""
    return [Mode(code, *size, rate) for size in _sizes(device, code) for rate in _rates(device, code, *size)]


def _sizes(device: Device, code: str) -> Iterator[tuple[int, int]]:
    for index in range(_MOST):
        told = _asked(device, ENUM_FRAMESIZES, FrameSize(index=index, pixel_format=pixel_format(code)))
        if told is None:
            return
        if told.type == DISCRETE:
            yield told.limits[0], told.limits[1]
        else:
            yield from (size for size in USUAL_SIZES if _fits(size, *told.limits))
            return


def _fits(size: tuple[int, int], *limits: int) -> bool:
    """`limits`: least, most and step of width, then of height."""
    ranges = (limits[:3], limits[3:])
    return all(
        least <= length <= most and (length - least) % max(1, step) == 0
        for length, (least, most, step) in zip(size, ranges, strict=True)
    )


def _rates(device: Device, code: str, width: int, height: int) -> Iterator[float]:
    is_told = False
    for index in range(_MOST):
        asked = FrameInterval(index=index, pixel_format=pixel_format(code), width=width, height=height)
        told = _asked(device, ENUM_FRAMEINTERVALS, asked)
        if told is None:
            break
        is_told = True
        if told.type != DISCRETE:
            yield _rate_in(*told.limits[:4])
            return
        if told.limits[0]:
            yield round(told.limits[1] / told.limits[0], 3)
    if not is_told:
        yield USUAL_RATE


def _rate_in(least_n: int, least_d: int, most_n: int, most_d: int) -> float:
    """The usual rate, or the nearest that a range of intervals allows."""
    fastest = least_d / least_n if least_n else USUAL_RATE
    slowest = most_d / most_n if most_n else 0.0
    return round(min(max(USUAL_RATE, slowest), fastest), 3)


def _asked(device: Device, request: int, told: T, ends: frozenset[int] = _NO_LIST) -> T | None:
    """The answer; None for an error of `ends`."""
    try:
        device.ask(request, told)
    except OSError as error:
        if error.errno in ends:
            return None
        raise
    return told
