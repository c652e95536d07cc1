"""The life of an attendant's process: until it is told to end, or cannot go on."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from appliance.attendance import Report, say


class TroubleError(Exception):
    """The camera cannot be served any longer. The text is one plain sentence for the owner."""


async def _no_goodbye() -> None:
    """Nothing was done to the camera."""


def serve(work: Coroutine[Any, Any, None], goodbye: Callable[[], Awaitable[None]] = _no_goodbye) -> int:
    """Do `work` until it is done, raises `TroubleError`, or SIGTERM cancels it; the exit code.

    `goodbye` undoes what was done to the camera, after the trouble is told.
    """
    return asyncio.run(_serve(work, goodbye))


async def _serve(work: Coroutine[Any, Any, None], goodbye: Callable[[], Awaitable[None]]) -> int:
    task = asyncio.ensure_future(work)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    try:
        await task
    except TroubleError as trouble:
        say(Report("trouble", str(trouble)))
        return 1
    except asyncio.CancelledError:
        return 0
    finally:
        await goodbye()
    return 0
