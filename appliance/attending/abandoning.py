"""Blocking work that may hang for ever: it is given up after a time, and its thread holds nobody up."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


class Alone:
    """Does such work one after the other: what hangs costs one thread, however often it is asked for again."""

    def __init__(self) -> None:
        self._under_way: asyncio.Future[Any] | None = None

    async def within(self, limit_s: float, work: Callable[[], T]) -> T:
        """What `work` gives.

        Raises:
            TimeoutError: after `limit_s`; what was begun goes on, and nothing else begins before it is over.
        """
        async with asyncio.timeout(limit_s):
            while self._under_way and not self._under_way.done():
                await asyncio.wait([self._under_way])
            self._under_way = begun = _begun(work)
            return await asyncio.shield(begun)


async def within(limit_s: float, work: Callable[[], T]) -> T:
    """What `work` gives, done in a thread that dies with the process.

    Raises:
        TimeoutError: after `limit_s`; the thread is left to itself.
    """
    return await asyncio.wait_for(_begun(work), limit_s)


def _begun(work: Callable[[], T]) -> asyncio.Future[T]:
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: BaseException | None) -> None:
        if done.done():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(result)  # type: ignore[arg-type]

    def run() -> None:
        result, error = None, None
        try:
            result = work()
        except Exception as failure:  # noqa: BLE001 - handed over to whoever waits
            error = failure
        with contextlib.suppress(RuntimeError):  # the loop has ended before us
            loop.call_soon_threadsafe(settle, result, error)

    threading.Thread(target=run, daemon=True).start()
    return done
