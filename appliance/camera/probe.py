"""What a network camera sends: asked once, remembered while its epochs go well."""

import asyncio
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import msgspec

from appliance.camera.source import CameraTroubleError
from appliance.camera.troubles import explain
from appliance.child import Child

LOOK_LIMIT_S = 8.0
"""A silent camera is told before its `start_limit_s` is over; one with a key frame every 5 s is still seen."""
_SHORT_EPOCH_S = 20.0
"""An epoch that ends sooner casts doubt on what was remembered; longer than any `start_limit_s`."""


class StreamFacts(msgspec.Struct, frozen=True):
    """The first picture and the first usable sound of a camera, in ffmpeg's codec names (`h264`, `aac`).

    `width`, `height`: pixels, 0 when no key frame passed by during the look.
    """

    video_codec: str
    width: int
    height: int
    audio_codec: str | None


class _Stream(msgspec.Struct):
    codec_type: str = ""
    codec_name: str = ""
    width: int = 0
    height: int = 0
    sample_rate: str = "0"
    channels: int = 0

    @property
    def is_picture(self) -> bool:
        return self.codec_type == "video" and bool(self.codec_name)

    @property
    def is_sound(self) -> bool:
        """Without rate and channels (old GoPros say "aac, 0 channels") no muxer takes it."""
        return self.codec_type == "audio" and bool(self.codec_name) and self.channels > 0 and self.sample_rate != "0"


class _Report(msgspec.Struct):
    streams: list[_Stream] = msgspec.field(default_factory=list)


def read_report(report: bytes) -> StreamFacts | None:
    """From `ffprobe -show_streams -of json`; None when there is no picture in it, or no sense."""
    try:
        streams = msgspec.json.decode(report, type=_Report).streams
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError):
        return None
    picture = next((stream for stream in streams if stream.is_picture), None)
    if picture is None:
        return None
    sounds = [stream for stream in streams if stream.codec_type == "audio"]
    sound = sounds[0].codec_name if sounds and sounds[0].is_sound else None
    return StreamFacts(picture.codec_name, picture.width, picture.height, sound)


class Probe:
    """Asks ffprobe about one camera, by the wall clock: it gives up after `limit_s` whatever ffprobe does.

    `options`: ffprobe's input options. `if_silent`: the sentence for a camera that let the time pass.
    """

    def __init__(
        self,
        url: str,
        options: Sequence[str],
        *,
        name: str,
        if_silent: str,
        limit_s: float = LOOK_LIMIT_S,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._argv = ("ffprobe", "-v", "error", "-show_streams", "-of", "json", *options, "-i", url)
        self._name = name
        self._if_silent = if_silent
        self._limit_s = limit_s
        self._now_s = now_s
        self._facts: StreamFacts | None = None

    @asynccontextmanager
    async def epoch(self) -> AsyncIterator[StreamFacts]:
        """What the camera sends, for the length of one epoch; a short one makes us ask again next time.

        ffprobe has ended, and let go of its port, before the facts are given.

        Raises:
            CameraTroubleError: when entered, if the camera does not answer or sends no picture.
        """
        facts = await self._ask_or_remember()
        began_s = self._now_s()
        try:
            yield facts
        finally:
            if self._now_s() - began_s < _SHORT_EPOCH_S:
                self.forget()

    def forget(self) -> None:
        """Ask the camera again before the next epoch."""
        self._facts = None

    async def _ask_or_remember(self) -> StreamFacts:
        if self._facts is None:
            self._facts = await self._ask()
        return self._facts

    async def _ask(self) -> StreamFacts:
        child = await Child.start(self._argv, output=PIPE)
        try:
            async with asyncio.timeout(self._limit_s):
                report = await child.output.read()
                code = await child.wait()
        except TimeoutError:
            raise CameraTroubleError(self._if_silent) from None
        finally:
            await child.stop(patience_s=0.5)
        facts = read_report(report)
        if facts is None:
            raise CameraTroubleError(explain(child.last_words, code, self._name))
        return facts
