"""What a network camera sends: asked once, remembered while its epochs go well."""

import asyncio
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager

import msgspec

from appliance.camera.source import CameraTroubleError
from appliance.camera.troubles import explain
from appliance.child import Child
from appliance.decoding import decoded_or_none

LOOK_LIMIT_S = 8.0
"""A silent camera is told before its `start_limit_s` is over; one with a key frame every 5 s is still seen."""
_SHORT_EPOCH_S = 20.0
"""An epoch that ends sooner casts doubt on what was remembered; longer than any `start_limit_s`."""


class StreamFacts(msgspec.Struct, frozen=True):
    """The first picture and the first usable sound of a camera, in ffmpeg's codec names (`h264`, `aac`).

    `is_sure`: a longer look would find no more.
    """

    video_codec: str
    audio_codec: str | None
    is_sure: bool = True


Glance = Callable[[], Awaitable[StreamFacts | None]]


class _Stream(msgspec.Struct):
    codec_type: str = ""
    codec_name: str = ""
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
    told = decoded_or_none(report, _Report)
    streams = told.streams if told else []
    picture = next((stream for stream in streams if stream.is_picture), None)
    if picture is None:
        return None
    sounds = [stream for stream in streams if stream.codec_type == "audio"]
    has_sound = bool(sounds) and sounds[0].is_sound
    return StreamFacts(picture.codec_name, sounds[0].codec_name if has_sound else None, has_sound or not sounds)


class Probe:
    """Asks ffprobe about one camera, by the wall clock: it gives up after `limit_s` whatever ffprobe does.

    `looks`: ffprobe's input options, named as for ffmpeg-python, of a quick look first; each further one is taken where
    the one before left a doubt. `if_silent`: the sentence for a camera that let the time pass. `glance`: what can be
    known without ffprobe, None in case of doubt; it waits for the camera's first words.
    """

    def __init__(
        self,
        url: str,
        *looks: Mapping[str, str | int],
        name: str,
        if_silent: str,
        glance: Glance | None = None,
        limit_s: float = LOOK_LIMIT_S,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._looks = [_command(url, options) for options in looks]
        self._name = name
        self._if_silent = if_silent
        self._glance = glance
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
        try:
            async with asyncio.timeout(self._limit_s):
                if self._glance and (facts := await self._glance()):
                    return facts
                for argv in self._looks:
                    facts, child = await _look(argv)
                    if facts and facts.is_sure:
                        break
        except TimeoutError:
            raise CameraTroubleError(self._if_silent) from None
        if facts is None:
            raise CameraTroubleError(explain(child.last_words, await child.wait(), self._name))
        return facts


def _command(url: str, options: Mapping[str, str | int]) -> list[str]:
    words = [word for key, value in options.items() for word in (f"-{key}", str(value))]
    return ["ffprobe", "-v", "error", "-show_streams", "-of", "json", *words, "-i", url]


async def _look(argv: Sequence[str]) -> tuple[StreamFacts | None, Child]:
    """What ffprobe found, and the process, which has ended."""
    child = await Child.start(argv, output=PIPE)
    try:
        report = await child.output.read()
        await child.wait()
    finally:
        await child.stop(patience_s=0.5)
    return read_report(report), child
