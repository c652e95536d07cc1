"""A camera that needs no hardware: a moving pattern with a running clock and a beep every second."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import ffmpeg

from appliance.camera.encoding import exact_key_frames, software_picture
from appliance.camera.source import Footage

_FONTS = Path("/usr/share/fonts")
_FAVOURITES = ("DejaVuSansMono.ttf", "DejaVuSans.ttf")
_NEEDS_NO_ESCAPE = re.compile(r"[\w/.+-]+")


def find_font(folder: Path = _FONTS) -> Path | None:
    """A TrueType font to write the clock with, or None when the machine has none."""
    fonts = sorted(font for font in folder.rglob("*.ttf") if _NEEDS_NO_ESCAPE.fullmatch(str(font)))
    favourites = [font for name in _FAVOURITES for font in fonts if font.name == name]
    return next(iter(favourites + fonts), None)


class TestPattern:
    """Live pictures and sound made by ffmpeg itself, in real time.

    `size`: width and height in pixels; small, as a board's processor is slow (measured on x86-64: 0.14 of a core, and
    0.28 for 1280x720). `rate`: pictures a second. `bitrate`: of the picture, bits per second.
    testsrc2 always shows its own clock (time since the start); the time of day needs a font.
    """

    __test__ = False  # pytest would take the name for a test class
    name = "test pattern"
    latency_s = 0.5
    start_limit_s = 10.0

    def __init__(
        self,
        *,
        size: tuple[int, int] = (640, 360),
        rate: int = 30,
        bitrate: int = 2_000_000,
        audio: str = "auto",
        fonts: Path = _FONTS,
    ) -> None:
        self._size = size
        self._rate = rate
        self._bitrate = bitrate
        self._has_sound = audio != "none"
        self._font = find_font(fonts)

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Footage]:
        pattern = ffmpeg.input(self._graph(), f="lavfi", re=None)
        options = software_picture(self._bitrate, exact_key_frames(self._rate))
        if not self._has_sound:
            yield Footage(streams=(pattern["v:0"],), options=options)
            return
        sound: dict[str, str | int] = {"c:a": "aac", "b:a": 96_000}
        yield Footage(streams=(pattern["v:0"], pattern["a:0"]), options=options | sound)

    def _graph(self) -> str:
        width, height = self._size
        picture = f"testsrc2=size={width}x{height}:rate={self._rate}{self._clock()}[out0]"
        sound = "sine=frequency=330:beep_factor=4:sample_rate=48000,volume=0.3[out1]"
        return f"{picture};{sound}" if self._has_sound else picture

    def _clock(self) -> str:
        if self._font is None:
            return ""
        size = self._size[1] // 12
        look = f"fontfile={self._font}:fontsize={size}:fontcolor=white:box=1:boxcolor=black"
        return f",drawtext={look}:text=%{{localtime}}:x=(w-text_w)/2:y=h-2*text_h"
