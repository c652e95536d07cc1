"""The line to one camera: its commands one after the other, its keep-alives beside them, each with an end.

A call that has no end (an answer that comes byte by byte) leaves its thread behind; so it ends the attendant, whose
process takes the thread with it.
"""

import asyncio
import threading
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from appliance.attending.abandoning import within
from appliance.gopro.client import TALK_ERRORS, GoProClient
from appliance.gopro.http import CameraHttp, NoAnswerError

KEEP_ALIVE_EVERY_S = 2.5
"""A camera wants to hear it every 3 s."""
AGAIN_S = 0.25
"""One that was not answered is said again so soon: the next one would come too late."""
HUNG_AFTER_S = 8.0
_QUICK_S = 1.5

T = TypeVar("T")


class HungError(Exception):
    """A call has no end."""


class Line:
    """To the camera at `address`."""

    def __init__(self, address: str) -> None:
        self._http, self._pulse_http = CameraHttp(address), CameraHttp(address, _QUICK_S)
        self._client, self._pulse = GoProClient(self._http), GoProClient(self._pulse_http)
        self._turn = threading.Lock()
        self._pulsing: asyncio.Task[None] | None = None

    async def call(self, what: Callable[[GoProClient], T]) -> T:
        """Raises whatever the client does, and HungError.

        A farewell is not said before the call that it cut short is over: a start would outlive its stop.
        """
        return await _bounded(partial(self._in_turn, what))

    def _in_turn(self, what: Callable[[GoProClient], T]) -> T:
        with self._turn:
            return what(self._client)

    def keep_alive(self) -> None:
        """Begin to say it, in steady steps, until `close`; once is enough."""
        self._pulsing = self._pulsing or asyncio.create_task(self._pulsate())

    async def _pulsate(self) -> None:
        loop = asyncio.get_running_loop()
        due_s = loop.time()
        while True:
            is_heard = await _bounded(self._say_alive)
            due_s = max(due_s + KEEP_ALIVE_EVERY_S, loop.time()) if is_heard else loop.time() + AGAIN_S
            await asyncio.sleep(due_s - loop.time())

    def _say_alive(self) -> bool:
        """Whether it was heard. What has become of the camera else is seen by the looks at its state."""
        try:
            self._pulse.keep_alive()
        except NoAnswerError:
            return False
        except TALK_ERRORS:
            return True
        return True

    def check(self) -> None:
        """Raises HungError if a keep-alive has no end."""
        if self._pulsing is not None and self._pulsing.done():
            self._pulsing.result()

    async def close(self) -> None:
        """Say nothing more."""
        if self._pulsing:
            self._pulsing.cancel()
            await asyncio.gather(self._pulsing, return_exceptions=True)
        self._http.close()
        self._pulse_http.close()


async def is_open_gopro(address: str) -> bool:
    """Whether an Open GoPro camera answers there, soon."""
    http = CameraHttp(address, _QUICK_S)
    try:
        return bool(await _bounded(GoProClient(http).version))
    except TALK_ERRORS:
        return False
    finally:
        http.close()


async def _bounded(work: Callable[[], T]) -> T:
    try:
        return await within(HUNG_AFTER_S, work)
    except TimeoutError:
        raise HungError from None
