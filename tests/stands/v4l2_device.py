"""A V4L2 device without a kernel: tables behind the port that real devices are asked through."""

import ctypes
import errno

from msgspec import Struct, field

from appliance.camera.v4l2_structures import (
    DISCRETE,
    ENUM_FMT,
    ENUM_FRAMEINTERVALS,
    ENUM_FRAMESIZES,
    QUERYCTRL,
    S_EXT_CTRLS,
    ControlQuery,
    Controls,
    FormatDescription,
    FrameInterval,
    FrameSize,
    four_letters,
    pixel_format,
)

CONTINUOUS, STEPWISE = 2, 3
Size = tuple[int, int]


class Range(Struct):
    """A control: least, most, step; flags of V4L2."""

    least: int
    most: int
    step: int = 1
    flags: int = 0


class StandInDevice(Struct):
    """`sizes`: by format, discrete ones or one range of six numbers; `intervals`: by size, in seconds as fractions."""

    formats: list[str]
    sizes: dict[str, list[Size] | tuple[int, ...]] = field(default_factory=dict)
    intervals: dict[Size, list[Size] | tuple[int, ...]] = field(default_factory=dict)
    controls: dict[int, Range] = field(default_factory=dict)
    set_to: dict[int, int] = field(default_factory=dict)
    error: int | None = None
    """What every question is answered with, instead."""
    refuses_controls: bool = False
    kind: int = 1
    """Of its buffers."""

    def ask(self, request: int, told: ctypes.Structure) -> None:
        if self.error is not None:
            raise OSError(self.error, "made up")
        match request, told:
            case (n, FormatDescription()) if n == ENUM_FMT:
                self._format(told)
            case (n, FrameSize()) if n == ENUM_FRAMESIZES:
                _fill(told, self.sizes.get(four_letters(told.pixel_format), []), STEPWISE)
            case (n, FrameInterval()) if n == ENUM_FRAMEINTERVALS:
                _fill(told, self.intervals.get((told.width, told.height), []), CONTINUOUS)
            case (n, ControlQuery()) if n == QUERYCTRL:
                self._query(told)
            case (n, Controls()) if n == S_EXT_CTRLS:
                self._set(told)
            case _:
                raise OSError(errno.ENOTTY, "no such request")

    def _format(self, told: FormatDescription) -> None:
        if told.type != self.kind or told.index >= len(self.formats):
            raise OSError(errno.EINVAL, "the end")
        told.pixelformat = pixel_format(self.formats[told.index])

    def _query(self, told: ControlQuery) -> None:
        if told.id not in self.controls:
            raise OSError(errno.EINVAL, "no such control")
        control = self.controls[told.id]
        told.minimum, told.maximum, told.step, told.flags = control.least, control.most, control.step, control.flags

    def _set(self, told: Controls) -> None:
        one = told.controls[0]
        control = self.controls[one.id]
        if self.refuses_controls:
            raise OSError(errno.EACCES, "not now")
        if not control.least <= one.value <= control.most or (one.value - control.least) % control.step:
            raise OSError(errno.ERANGE, "out of range")
        assert (told.which, told.count, one.size, one.reserved2) == (0, 1, 0, 0)
        self.set_to[one.id] = one.value


def _fill(told: FrameSize | FrameInterval, known: list[Size] | tuple[int, ...], kind: int) -> None:
    if isinstance(known, tuple) and told.index == 0:
        told.type = kind
        told.limits = (ctypes.c_uint32 * 6)(*known)
    elif isinstance(known, list) and told.index < len(known):
        told.type = DISCRETE
        told.limits = (ctypes.c_uint32 * 6)(*known[told.index])
    else:
        raise OSError(errno.EINVAL, "the end")
