"""A connection is brought up, and once more where its password only seems to be wrong."""

import asyncio
from collections.abc import Awaitable, Callable

from appliance.network.network_manager import NetworkManager
from appliance.network.outcome import Reason, failure_of, may_be_late
from appliance.network.profiles import JoinSecurity
from appliance.network.trace import Tracer
from appliance.network.typed import Settings

Begin = Callable[[], Awaitable[None]]
Heard = Callable[[], bool]
"""Whether the network was on the air a minute ago at most."""


class Activator:
    """Remembers nothing."""

    def __init__(self, manager: NetworkManager, tracer: Tracer) -> None:
        self._manager = manager
        self._tracer = tracer

    async def add_anew(self, settings: Settings, device: str, persist: str) -> None:
        """Begin to use a new connection, in place of what an earlier try left of it."""
        await self._manager.drop(str(settings["connection"]["uuid"].value))
        await self._manager.add_and_activate(settings, device, persist)

    async def activate(
        self,
        begin: Begin,
        device: str,
        limit_s: float,
        security: JoinSecurity = "wpa2",
        is_heard: Heard = lambda: True,
    ) -> Reason | None:
        """Why it did not come up; None if it did. A second try has what is left of `limit_s`.

        Raises:
            BusError: NetworkManager says no.
        """
        loop = asyncio.get_running_loop()
        until_s = loop.time() + limit_s
        reason, is_sure = await self._once(begin, device, limit_s, security, is_heard)
        if is_sure:
            return reason
        again, _ = await self._once(begin, device, until_s - loop.time(), security, is_heard)
        return reason if again == "timeout" else again

    async def _once(
        self, begin: Begin, device: str, limit_s: float, security: JoinSecurity, is_heard: Heard
    ) -> tuple[Reason | None, bool]:
        """And whether there is no doubt of it."""
        with self._tracer.tracing(device) as trace:
            await begin()
            await trace.until_over(limit_s)
            await self._tracer.catch_up()
        if trace.is_broken:
            return "no-manager", True
        reason = failure_of(trace.steps, trace.whispers, security, is_heard=is_heard())
        return reason, not may_be_late(reason, trace.whispers)
