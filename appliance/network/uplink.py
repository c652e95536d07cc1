"""Which network the box reaches the world through, as NetworkManager tells it, without ever polling it.

Facts of NetworkManager are from its D-Bus API reference (nm-dbus-types, org.freedesktop.NetworkManager and its
.Connection.Active and .AccessPoint), 1.42 and later.
"""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from enum import IntEnum
from typing import NoReturn

from appliance.backoff import Backoff
from appliance.network.bus import BusError
from appliance.network.link import PROPERTIES, Link, Match
from appliance.network.model import UNKNOWN, Uplink

NETWORK_MANAGER = "org.freedesktop.NetworkManager"
_PATH = "/org/freedesktop/NetworkManager"
_ACTIVE = f"{NETWORK_MANAGER}.Connection.Active"
_ACTIVE_PATHS = f"{_PATH}/ActiveConnection"
_ACCESS_POINT = f"{NETWORK_MANAGER}.AccessPoint"
_WIFI = "802-11-wireless"
_NO_OBJECT = "/"

Properties = Mapping[str, object]


class State(IntEnum):
    """NMState, of the property `State`. From `CONNECTED_SITE` on there is a default route."""

    UNKNOWN = 0
    CONNECTING = 40
    CONNECTED_SITE = 60


class Connectivity(IntEnum):
    """NMConnectivityState, of the property `Connectivity`: what the periodic check of NetworkManager found."""

    PORTAL = 2


METERED = {1: True, 2: False, 3: True, 4: False}
"""NMMetered, of the property `Metered`: yes, no, and the same as guesses; 0 is unknown."""


def uplink_from(manager: Properties, active: Properties, access_point: Properties) -> Uplink:
    """The properties of NetworkManager, of its primary connection and of that one's access point, as an uplink.

    While a further connection comes up, the state is `CONNECTING` though the primary one still carries. A state of
    `UNKNOWN` is, by the reference, an error of NetworkManager that says nothing of the network. Total: properties that
    are missing or of a wrong type are as unknown ones.
    """
    state = _number(manager, "State")
    if state == State.UNKNOWN:
        return UNKNOWN
    has_primary = _text(manager, "PrimaryConnection") not in {"", _NO_OBJECT}
    return Uplink(
        is_known=True,
        is_connected=state >= State.CONNECTED_SITE or (state == State.CONNECTING and has_primary),
        names=_names(active, access_point),
        is_metered=METERED.get(_number(manager, "Metered")),
        is_behind_portal=_number(manager, "Connectivity") == Connectivity.PORTAL,
    )


def _names(active: Properties, access_point: Properties) -> tuple[str, ...]:
    """An SSID is bytes (`ay`), by habit UTF-8; a hidden one is empty."""
    ssid = access_point.get("Ssid")
    label = ssid.decode(errors="replace") if isinstance(ssid, bytes) else ""
    return tuple(dict.fromkeys(name for name in (label, _text(active, "Id")) if name))


def _number(properties: Properties, name: str) -> int:
    value = properties.get(name)
    return value if isinstance(value, int) else 0


def _text(properties: Properties, name: str) -> str:
    value = properties.get(name)
    return value if isinstance(value, str) else ""


class UplinkWatch:
    """Knows the uplink at any time. `link` leads to `NETWORK_MANAGER`, and is run by whoever built it.

    `on_change` is called in the loop with each new value, never twice with the same.
    """

    def __init__(self, link: Link, on_change: Callable[[Uplink], None], waits: Backoff | None = None) -> None:
        self.uplink = UNKNOWN
        self._link = link
        self._on_change = on_change
        self._waits = waits or Backoff(first_s=2.0, most_s=300.0)
        self._stirred = asyncio.Event()
        changed = "PropertiesChanged"
        link.watch(self._stirred.set)
        for match in (
            Match(PROPERTIES, changed, path=_PATH, first=NETWORK_MANAGER),
            Match(PROPERTIES, changed, under=_ACTIVE_PATHS, first=_ACTIVE),  # roaming, another name
        ):
            link.hear(match, lambda _: self._stirred.set())

    async def run(self) -> NoReturn:
        """Follow for ever. Sleeps until something changes; only a service that does not answer is asked again."""
        while True:
            self._stirred.clear()
            again_s = await self._look()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(again_s):
                    await self._stirred.wait()

    async def _look(self) -> float | None:
        """Read once. What changed meanwhile is not told: it may be half of the old and half of the new."""
        try:
            seen, is_answered = await self._read(), True
        except BusError:
            seen, is_answered = UNKNOWN, False
        if self._stirred.is_set():
            return None
        self._turned(seen)
        if is_answered or not self._link.is_present:
            self._waits.reset()
            return None
        return self._waits.next_s()

    async def _read(self) -> Uplink:
        manager = await self._link.properties(_PATH, NETWORK_MANAGER)
        primary = _text(manager, "PrimaryConnection")
        active: Properties = {}
        if primary not in {"", _NO_OBJECT}:
            active = await self._link.properties(primary, _ACTIVE)
        return uplink_from(manager, active, await self._access_point(active))

    async def _access_point(self, active: Properties) -> Properties:
        """That of a Wi-Fi connection; nothing if it went out of sight, which leaves the connection's own name."""
        path = _text(active, "SpecificObject")
        if _text(active, "Type") != _WIFI or path in {"", _NO_OBJECT}:
            return {}
        with contextlib.suppress(BusError):
            return await self._link.properties(path, _ACCESS_POINT)
        return {}

    def _turned(self, seen: Uplink) -> None:
        if seen != self.uplink:
            self.uplink = seen
            self._on_change(seen)
