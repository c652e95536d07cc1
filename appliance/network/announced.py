"""The name that avahi really answers to: where two boxes want one name, the second gets another (RFC 6762, 9)."""

import asyncio
from collections.abc import Callable
from typing import NoReturn

from appliance.naming import host_trouble
from appliance.network.bus import BusError, Signal
from appliance.network.link import Link, Match

AVAHI = "org.freedesktop.Avahi"
SERVER = "org.freedesktop.Avahi.Server"
"""Its object is `/`: avahi's own `org.freedesktop.Avahi.Server.xml`."""


class Announced:
    """`name`: without a domain; empty while avahi is away or tells none. `changed` is called when it is another."""

    def __init__(self, link: Link, changed: Callable[[], None]) -> None:
        self.name = ""
        self._link = link
        self._changed = changed
        self._stirred = asyncio.Event()
        link.hear(Match(SERVER, "StateChanged", path="/"), self._heard)
        link.watch(self._stirred.set)

    async def run(self) -> NoReturn:
        """For ever."""
        while True:
            await self._stirred.wait()
            self._stirred.clear()
            name = await self._read()
            if name != self.name:
                self.name = name
                self._changed()

    async def _read(self) -> str:
        try:
            match await self._link.call("/", SERVER, "GetHostNameFqdn"):
                case [str() as told]:
                    name = told.partition(".")[0]
                    return "" if host_trouble(name) else name
        except BusError:
            pass
        return ""

    def _heard(self, _: Signal) -> None:
        self._stirred.set()
