"""The recorder's words to the service manager: ready, still recording, stopping."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Protocol

from appliance.notify import Notifier
from appliance.recording.freshness import Freshness
from appliance.recording.liveness import Liveness, Signs

LOOKS_PER_WATCHDOG = 8
"""So often is recording looked at while the watchdog waits; what a look may miss shortens its patience by that much."""


FOR_GOOD = "STOPPING=1"
FOR_ANOTHER_LIFE = "RELOADING=1\nWATCHDOG=1"
"""The process goes on, and is ready again after a while (sd_notify(3)): a manager that heard FOR_GOOD would kill it.
A last sign of life, too, so that the watchdog waits for the next life in full."""


def for_good() -> str:
    """What is said at the end."""
    return FOR_GOOD


class Recording(Protocol):
    """What is looked at."""

    freshness: Freshness
    restarts: int
    last_closed_s: float | None

    @property
    def is_paused(self) -> bool:
        """Whether it was told to stand still."""


class Heartbeat:
    """Feeds the watchdog as long as recording goes on. `farewell`: asked at the end for what is to be said."""

    def __init__(self, notifier: Notifier, recording: Recording, farewell: Callable[[], str] = for_good) -> None:
        self._notifier = notifier
        self._recording = recording
        self._farewell = farewell
        self._liveness = Liveness()

    async def run(self, stop: asyncio.Event) -> None:
        """Say that we are ready, be alive until `stop` is set or we are cancelled, and say that, too."""
        self._notifier.tell("READY=1")
        try:
            await self._feed(stop)
        finally:
            self._notifier.tell(self._farewell())

    async def _feed(self, stop: asyncio.Event) -> None:
        every_s = self._notifier.watchdog_s and self._notifier.watchdog_s / LOOKS_PER_WATCHDOG
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(every_s):
                    await stop.wait()
                    return
            self._look()

    def _look(self) -> None:
        freshness = self._recording.freshness
        recording = self._recording
        signs = Signs(freshness.state, recording.last_closed_s, recording.restarts, recording.is_paused)
        if self._liveness.is_alive(signs):
            said = f"{freshness.state}: {freshness.reason}" if freshness.reason else freshness.state
            self._notifier.tell("WATCHDOG=1", f"STATUS={said}")
