"""The line to one camera: its commands in one thread, its keep-alives in another, each with an end.

A call that has no end (an answer that comes byte by byte) leaves its thread behind; so it ends the attendant, whose
process takes the thread with it.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import TypeVar

from appliance.gopro.client import TALK_ERRORS, GoProClient
from appliance.gopro.http import CameraHttp
from appliance.threads import in_thread

KEEP_ALIVE_EVERY_S = 2.5
"""A camera wants to hear it every 3 s."""
HUNG_AFTER_S = 8.0
_QUICK_S = 1.5

T = TypeVar("T")


class HungError(Exception):
    """A call has no end."""


class Line:
    """To the camera at `address`. Its threads end with it, unless a call hangs."""

    def __init__(self, address: str) -> None:
        self._commands, self._pulse = ThreadPoolExecutor(1, "commands"), ThreadPoolExecutor(1, "keep-alive")
        self._http = CameraHttp(address)
        self._pulse_http = CameraHttp(address, _QUICK_S)
        self._client = GoProClient(self._http)
        self._pulsing: asyncio.Task[None] | None = None

    async def call(self, what: Callable[[GoProClient], T]) -> T:
        """Raises whatever the client does, and HungError."""
        return await _bounded(self._commands, lambda: what(self._client))

    def keep_alive(self) -> None:
        """Begin to say it, in steady steps, until `close`; once is enough."""
        self._pulsing = self._pulsing or asyncio.create_task(self._pulsate())

    async def _pulsate(self) -> None:
        loop = asyncio.get_running_loop()
        due_s = loop.time()
        while True:
            await _bounded(self._pulse, self._say_alive)
            due_s = max(due_s + KEEP_ALIVE_EVERY_S, loop.time())
            await asyncio.sleep(due_s - loop.time())

    def _say_alive(self) -> None:
        try:
            GoProClient(self._pulse_http).keep_alive()
        except TALK_ERRORS:  # what has become of it is seen by the looks at its state
            return

    def check(self) -> None:
        """Raises HungError if a keep-alive has no end."""
        if self._pulsing is not None and self._pulsing.done():
            self._pulsing.result()

    async def close(self) -> None:
        """Say nothing more."""
        if self._pulsing:
            self._pulsing.cancel()
            await asyncio.gather(self._pulsing, return_exceptions=True)
        for thread, http in ((self._commands, self._http), (self._pulse, self._pulse_http)):
            thread.shutdown(wait=False, cancel_futures=True)
            http.close()


async def is_open_gopro(address: str) -> bool:
    """Whether an Open GoPro camera answers there, soon."""
    thread, http = ThreadPoolExecutor(1), CameraHttp(address, _QUICK_S)
    try:
        return bool(await _bounded(thread, GoProClient(http).version))
    except TALK_ERRORS:
        return False
    finally:
        thread.shutdown(wait=False)
        http.close()


async def _bounded(thread: Executor, work: Callable[[], T]) -> T:
    try:
        async with asyncio.timeout(HUNG_AFTER_S):
            return await in_thread(thread, work)
    except TimeoutError:
        raise HungError from None
