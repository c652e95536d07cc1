"""The way to one service on the bus, kept up for ever: through restarts of the service and of the bus."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from msgspec import Struct

from appliance.backoff import Backoff
from appliance.network.bus import Bus, BusError, Call, Signal

PROPERTIES = "org.freedesktop.DBus.Properties"
SERVICE_UNKNOWN = "org.freedesktop.DBus.Error.ServiceUnknown"
INCONSISTENT = "org.freedesktop.DBus.Error.InconsistentMessage"
_NAME_HAS_NO_OWNER = "org.freedesktop.DBus.Error.NameHasNoOwner"
_BUS = "org.freedesktop.DBus"
_BUS_PATH = "/org/freedesktop/DBus"
_log = logging.getLogger(__name__)


class Match(Struct, frozen=True):
    """Which signals to hear. `path`: of one object; `under`: of it and all below; `first`: what `body` begins with."""

    interface: str
    member: str
    path: str | None = None
    under: str | None = None
    first: str | None = None

    def rule(self, sender: str) -> str:
        """The match rule, as the D-Bus specification words it (Message Bus Message Routing)."""
        named = {
            "type": "signal",
            "sender": sender,
            "interface": self.interface,
            "member": self.member,
            "path": self.path,
            "path_namespace": self.under,
            "arg0": self.first,
        }
        return ",".join(f"{key}='{value}'" for key, value in named.items() if value is not None)

    def fits(self, signal: Signal) -> bool:
        """The bus sends what fits any of our rules: which of them is for us to find."""
        return (
            (signal.interface, signal.member) == (self.interface, self.member)
            and self.path in {None, signal.path}
            and (self.under is None or f"{signal.path}/".startswith(f"{self.under}/"))
            and (self.first is None or list(signal.body[:1]) == [self.first])
        )


class Link:
    """The way to one service. Hearers and watchers are called in the loop; they return at once and do not raise.

    `address`: of the bus, `unix:path=…`; None for the system's. `limit_s`: for each call that has none of its own.
    """

    def __init__(
        self, service: str, *, address: str | None = None, limit_s: float = 15.0, waits: Backoff | None = None
    ) -> None:
        self._service = service
        self._address = address
        self._limit_s = limit_s
        self._waits = waits or Backoff(first_s=1.0, most_s=60.0)
        self._hearers: list[tuple[Match, Callable[[Signal], None]]] = []
        self._watchers: list[Callable[[], None]] = []
        self._owner_match = Match(_BUS, "NameOwnerChanged", path=_BUS_PATH, first=service)
        self._bus: Bus | None = None
        self._owner = ""
        self._has_heard_of_owner = False

    @property
    def is_present(self) -> bool:
        """Whether somebody answers to the service's name now."""
        return bool(self._owner)

    def hear(self, match: Match, hearer: Callable[[Signal], None]) -> None:
        """Hand over the service's own signals that fit, for ever. To be called before `run`."""
        self._hearers.append((match, hearer))

    def watch(self, watcher: Callable[[], None]) -> None:
        """Tell when the service came, went or was started anew: what was read of it before is void."""
        self._watchers.append(watcher)

    async def call(
        self,
        path: str,
        interface: str,
        member: str,
        signature: str = "",
        body: Sequence[Any] = (),
        *,
        limit_s: float | None = None,
        keeps_types: bool = False,
    ) -> list[Any]:
        """The body of the service's answer, without variants. The service is never started by this.

        `keeps_types`: variants come as `Typed`.

        Raises:
            BusError: whatever the service, the bus or the clock has against it.
        """
        if self._bus is None or not self._owner:
            raise BusError(SERVICE_UNKNOWN, f"{self._service} is not there")
        return await self._bus.ask(
            Call(self._service, path, interface, member, signature, body, keeps_types), limit_s or self._limit_s
        )

    async def properties(self, path: str, interface: str) -> dict[str, Any]:
        """All properties of one interface of an object.

        Raises:
            BusError: as of `call`.
        """
        match await self.call(path, PROPERTIES, "GetAll", "s", [interface]):
            case [dict() as values]:
                return values
        raise BusError(INCONSISTENT, f"{self._service} told no properties of {path}")

    async def catch_up(self) -> None:
        """Until all is heard that the bus had for us before: it answers in turn. Returns at once without a bus."""
        if self._bus:
            with contextlib.suppress(BusError):
                await self._bus.ask(Call(_BUS, _BUS_PATH, _BUS, "GetId"), self._limit_s)

    async def run(self) -> NoReturn:
        """Keep the way up, whatever becomes of the bus; cancelling closes it."""
        while True:
            try:
                with contextlib.suppress(BusError):
                    await self._hold()
            except Exception:  # noqa: BLE001 - whatever it is, the way is made anew: nobody else would
                _log.exception("the way to %s failed, and is made anew", self._service)
            await asyncio.sleep(self._waits.next_s())

    async def _hold(self) -> None:
        """One connection, until it breaks."""
        bus = await Bus.open(self._address, self._heard, self._limit_s)
        try:
            self._bus = bus
            await self._introduce(bus)
            self._waits.reset()
            await bus.wait_until_broken()
        finally:
            self._bus = None
            bus.close()
            self._owned_by("")

    async def _introduce(self, bus: Bus) -> None:
        """Say what we want to hear, then ask who is there: in this order nothing is missed."""
        self._has_heard_of_owner = False
        rules = [self._owner_match.rule(_BUS), *(match.rule(self._service) for match, _ in self._hearers)]
        for rule in rules:
            await bus.ask(Call(_BUS, _BUS_PATH, _BUS, "AddMatch", "s", [rule]), self._limit_s)
        owner = await self._ask_owner(bus)
        if not self._has_heard_of_owner:  # what was heard is as new as the answer, or newer
            self._owned_by(owner)

    async def _ask_owner(self, bus: Bus) -> str:
        try:
            (owner,) = await bus.ask(Call(_BUS, _BUS_PATH, _BUS, "GetNameOwner", "s", [self._service]), self._limit_s)
        except BusError as error:
            if error.name != _NAME_HAS_NO_OWNER:
                raise
            return ""
        return str(owner)

    def _heard(self, signal: Signal) -> None:
        """Anybody may send us a signal; only the bus and the owner of the service's name are believed."""
        if signal.sender == _BUS and self._owner_match.fits(signal):
            self._has_heard_of_owner = True
            self._owned_by(signal.body[2])
        elif signal.sender == self._owner:
            for match, hearer in self._hearers:
                if match.fits(signal):
                    hearer(signal)

    def _owned_by(self, owner: str) -> None:
        if owner == self._owner:
            return
        self._owner = owner
        for watcher in self._watchers:
            watcher()
