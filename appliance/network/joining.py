"""Joining with a way back: a network is proven, the box goes back to where it was, and only then is it kept.

The way back is a checkpoint of NetworkManager: it takes it by itself when nobody says otherwise in time, even if this
program or its phone has vanished.
"""

import asyncio
import contextlib
from collections.abc import Callable

from msgspec import Struct

from appliance.network.airwaves import AccessPoint
from appliance.network.bus import BusError
from appliance.network.model import Internet, Known, View
from appliance.network.network_manager import NetworkManager
from appliance.network.outcome import Reason, failure_of
from appliance.network.profiles import CAMERA_ID, Wanted, camera_settings, home_settings, hotspot_settings
from appliance.network.trace import Trace, Tracer

Heard = Callable[[], bool]


class Patience(Struct, frozen=True):
    """How long each part may take, in seconds. `checkpoint_s` outlasts all of a trial."""

    scan_s: float = 12.0
    join_s: float = 50.0
    """A network that is not found is given up by NetworkManager after 25 s, an address after 20 s."""
    internet_s: float = 15.0
    keep_s: float = 60.0
    """A router may rest for some seconds before it lets the same radio in again."""
    back_s: float = 15.0
    visit_s: float = 45.0
    """A camera's Wi-Fi takes some seconds to come up after it was asked for."""
    checkpoint_s: int = 120
    look_s: float = 0.5
    """Between two looks at what is not told by a signal."""
    settle_s: float = 0.1
    """A change is told in several signals: they are waited for and looked at once."""
    sight_s: float = 15.0
    """NetworkManager may start after us: until then nobody is told that it does not run."""


class Proof(Struct, frozen=True):
    """What a trial came to. `is_proven`: the box was in, with an address; `reason`: None if nothing is wrong."""

    is_proven: bool
    reason: Reason | None
    addresses: tuple[str, ...] = ()
    internet: Internet = "unknown"


class Joining:
    """Works on one radio, one work at a time."""

    def __init__(self, manager: NetworkManager, tracer: Tracer, patience: Patience | None = None) -> None:
        self._manager = manager
        self._tracer = tracer
        self._patience = patience or Patience()

    async def scan(self, device: str, *names: bytes) -> list[AccessPoint] | None:
        """Listen, and say what is heard; None if it was not listened anew within the time. `names`: of hidden ones.

        Raises:
            BusError: NetworkManager says no.
        """
        manager = self._manager
        before_ms = await manager.last_scan_ms(device)
        await manager.request_scan(device, names)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._patience.scan_s):
                while await manager.last_scan_ms(device) == before_ms:  # noqa: ASYNC110 - NetworkManager's, not ours
                    await asyncio.sleep(self._patience.look_s)
                return await manager.heard(device)
        return None

    async def open(self, device: str, ssid: bytes, passphrase: str, channel: int) -> bool:
        """Open the set-up network; whether it is open."""
        settings = hotspot_settings(ssid, passphrase, channel)
        with self._tracer.tracing(device) as trace:
            await self._manager.add_and_activate(settings, device, "volatile")
            await trace.until_over(self._patience.join_s)
        return self._failure(trace, None) is None

    async def join(self, known: Known, device: str) -> bool:
        """Join a known network; whether the box is in."""
        with self._tracer.tracing(device) as trace:
            await self._manager.activate(known, device)
            await trace.until_over(self._patience.keep_s)
        return self._failure(trace, None) is None

    async def visit(self, wanted: Wanted, device: str) -> Proof:
        """Join the network that a camera is. It is forgotten when the radio leaves it."""
        await self._manager.drop(CAMERA_ID)
        with self._tracer.tracing(device) as trace:
            await self._manager.add_and_activate(camera_settings(wanted), device, "volatile")
            await trace.until_over(self._patience.keep_s)
            await self._tracer.catch_up()
        reason = self._failure(trace, wanted)
        return Proof(is_proven=reason is None, reason=reason)

    async def prove(self, wanted: Wanted, view: View, is_heard: Heard) -> Proof:
        """Try a network and come back to `view`. Raises nothing; being cancelled brings it back as well."""
        try:
            checkpoint = await self._manager.checkpoint(self._patience.checkpoint_s)
        except BusError as error:
            return _broken_off(error)
        try:
            return await self._try(wanted, view.device, is_heard)
        except BusError as error:
            return _broken_off(error)
        finally:
            await asyncio.shield(self._come_back(checkpoint, view))

    async def _come_back(self, checkpoint: str, view: View) -> None:
        """Until what the radio carried before is up again, within limits."""
        with contextlib.suppress(BusError), self._tracer.tracing(view.device) as trace:
            await self._manager.roll_back(checkpoint)  # if it cannot be asked to, NetworkManager does so by itself
            if view.active:
                await trace.until_over(self._patience.back_s)

    async def keep(self, wanted: Wanted, device: str, priority: int) -> bool:
        """Store a proven network, in place of what was known under its name, and join it; whether the box is in."""
        path = await self._manager.store(home_settings(wanted, is_trial=False, priority=priority))
        for known in await self._manager.known():
            if known.ssid == wanted.ssid and known.path != path:
                await self._manager.delete(known.path)
        return await self.join(Known("", wanted.ssid, priority, path), device)

    async def _try(self, wanted: Wanted, device: str, is_heard: Heard) -> Proof:
        with self._tracer.tracing(device) as trace:
            await self._manager.add_and_activate(home_settings(wanted, is_trial=True), device, "memory")
            await trace.until_over(self._patience.join_s)
            await self._tracer.catch_up()
        reason = self._failure(trace, wanted, is_heard=is_heard())
        if reason:
            return Proof(is_proven=False, reason=reason)
        internet = await self._internet()
        addresses = (await self._manager.view()).addresses
        return Proof(bool(addresses), _remark(internet) if addresses else "no-address", addresses, internet)

    async def _internet(self) -> Internet:
        """Looked at for a while: right after a connection came up it is none or limited."""
        loop = asyncio.get_running_loop()
        until_s = loop.time() + self._patience.internet_s
        found: Internet = "unknown"
        while found not in {"full", "portal"} and loop.time() < until_s:
            with contextlib.suppress(BusError):
                found = await self._manager.internet()
            await asyncio.sleep(self._patience.look_s)
        return found

    @staticmethod
    def _failure(trace: Trace, wanted: Wanted | None, *, is_heard: bool = True) -> Reason | None:
        if trace.is_broken:
            return "no-manager"
        return failure_of(trace.steps, trace.whispers, wanted.security if wanted else "wpa2", is_heard=is_heard)


def _broken_off(error: BusError) -> Proof:
    return Proof(is_proven=False, reason="no-manager" if error.is_of_the_way else "rejected")


def _remark(internet: Internet) -> Reason | None:
    match internet:
        case "portal":
            return "sign-in-page"
        case "none" | "limited":
            return "no-internet"
    return None
