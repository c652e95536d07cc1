"""A camera's attendant as its source sees it: started, listened to, and ended with the connection."""

import asyncio
import contextlib
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from appliance.attendance import AccessPoint, Report, hear
from appliance.camera.radio import Radio
from appliance.camera.source import CameraTroubleError
from appliance.child import Child

TROUBLE_S = 3.0
"""A trouble that lasts for so long is told; a shorter one is the attendant's own business.

One that was told already is waited for as long as the connection may take: so an attendant is there when the camera
comes back, and no new one has to be started every few seconds."""
_FAREWELL_S = 4.0


class Attendant:
    """One running attendant; `last`: what it said last."""

    def __init__(self, child: Child, name: str, radio: Radio | None = None) -> None:
        self.last = Report("searching", f"{name} is looked for.")
        self._child = child
        self._name = name
        self._radio = radio
        self._news = asyncio.Event()
        self._listening = asyncio.create_task(self._listen())

    async def streaming(self, limit_s: float, told: str = "") -> Report:
        """Wait until the stream runs. `told`: the trouble that the owner knows of already.

        Raises:
            CameraTroubleError: with the attendant's sentence, when a trouble lasts or `limit_s` is over.
        """
        try:
            async with asyncio.timeout(limit_s):
                while self.last.state != "streaming":
                    await self._change(told)
        except TimeoutError:
            raise CameraTroubleError(self.last.sentence) from None
        return self.last

    async def _change(self, told: str) -> None:
        """Until it says something else; a trouble is only so long a trouble of its own."""
        self._news.clear()
        if self._listening.done():
            raise CameraTroubleError(self._last_words())
        report = self.last
        is_new = report.state == "trouble" and report.sentence != told
        if report.access_point and self._radio:
            await self._join(report.access_point, self._radio)
            is_new = False  # it is over: the attendant needs a while to see that
        try:
            async with asyncio.timeout(TROUBLE_S if is_new else None):
                await self._news.wait()
        except TimeoutError:
            raise CameraTroubleError(report.sentence) from None

    async def _join(self, access_point: AccessPoint, radio: Radio) -> None:
        trouble = await radio.join(access_point.ssid, access_point.password)
        if trouble:
            raise CameraTroubleError(trouble)

    def check(self) -> None:
        """Raises CameraTroubleError if the camera is in trouble: its sentence says more than a silent stream."""
        if self.last.state == "trouble":
            raise CameraTroubleError(self.last.sentence)

    async def stop(self) -> None:
        """It lets go of the camera, and ends."""
        await self._child.stop(_FAREWELL_S)
        await self._listening

    async def _listen(self) -> None:
        while line := await self._line():
            self.last = hear(line) or self.last
            self._news.set()
        self._news.set()

    async def _line(self) -> bytes:
        """Its next line; empty at the end."""
        while True:
            with contextlib.suppress(ValueError):  # beyond the stream's limit: what follows is its rest, or the next
                return await self._child.output.readline()

    def _last_words(self) -> str:
        if self.last.state == "trouble":
            return self.last.sentence
        words = self._child.last_words.splitlines()
        return f"The program that speaks with {self._name} has ended ({words[-1] if words else 'without a word'})."


@asynccontextmanager
async def attended(
    module: str, arguments: Sequence[str], name: str, radio: Radio | None = None
) -> AsyncIterator[Attendant]:
    """The attendant `python -m MODULE ARGUMENTS` of the camera called `name`, until the context is left.

    Raises:
        CameraTroubleError: when left, if the attendant knows why nothing more comes.
    """
    child = await Child.start([sys.executable, "-m", module, *arguments], output=PIPE)
    attendant = Attendant(child, name, radio)
    try:
        yield attendant
        attendant.check()
    finally:
        await attendant.stop()
