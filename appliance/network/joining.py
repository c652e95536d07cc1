"""Joining with a way back: a network is proven, the box goes back to where it was, and only then is it kept.

The way back is a checkpoint of NetworkManager: it takes it by itself when nobody says otherwise in time, even if this
program or its phone has vanished.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from functools import partial

from appliance.network.activation import Activator, Heard
from appliance.network.airwaves import AccessPoint
from appliance.network.bus import BusError
from appliance.network.model import Internet, Known, View
from appliance.network.network_manager import NetworkManager
from appliance.network.patience import Patience
from appliance.network.profiles import TRIAL_ID, Wanted, camera_settings, home_settings, hotspot_settings
from appliance.network.proof import Proof, broken_off, remark
from appliance.network.trace import Tracer

ReachStorage = Callable[[], Awaitable[bool | None]]
"""Whether the owner's storage answers from where the box is now; None if there is none to ask. Raises nothing."""


async def no_storage() -> None:
    """Of a box without one, or that must not ask it."""


class Joining:
    """Works on one radio, one work at a time."""

    def __init__(
        self, manager: NetworkManager, tracer: Tracer, reach: ReachStorage, patience: Patience | None = None
    ) -> None:
        self._manager = manager
        self._tracer = tracer
        self._activator = Activator(manager, tracer)
        self._reach = reach
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
        begin = partial(self._manager.add_and_activate, settings, device, "volatile")
        return await self._activator.activate(begin, device, self._patience.join_s) is None

    async def join(self, known: Known, device: str) -> bool:
        """Join a known network; whether the box is in."""
        begin = partial(self._manager.activate, known, device)
        return await self._activator.activate(begin, device, self._patience.keep_s) is None

    async def visit(self, wanted: Wanted, device: str) -> Proof:
        """Join the network that a camera is. It is forgotten when the radio leaves it."""
        begin = partial(self._activator.add_anew, camera_settings(wanted), device, "volatile")
        reason = await self._activator.activate(begin, device, self._patience.keep_s, wanted.security)
        return Proof(is_proven=reason is None, reason=reason)

    async def prove(self, wanted: Wanted, view: View, is_heard: Heard) -> Proof:
        """Try a network and come back to `view`. Raises nothing; being cancelled brings it back as well."""
        try:
            checkpoint = await self._manager.checkpoint(view.device, self._patience.checkpoint_s)
        except BusError as error:
            return broken_off(error)
        try:
            return await self._try(wanted, view.device, is_heard)
        except BusError as error:
            return broken_off(error)
        finally:
            await asyncio.shield(self._come_back(checkpoint, view))

    async def _come_back(self, checkpoint: str, view: View) -> None:
        """Until what the radio carried before is up again, within limits; the trial is forgotten."""
        with contextlib.suppress(BusError), self._tracer.tracing(view.device) as trace:
            await self._manager.roll_back(checkpoint)  # if it cannot be asked to, NetworkManager does so by itself
            if view.active:
                await trace.until_over(self._patience.back_s)
            await self._manager.drop(TRIAL_ID)

    async def keep(self, wanted: Wanted, device: str, priority: int) -> bool:
        """Store a proven network, in place of what was known under its name, and join it; whether the box is in."""
        path = await self._manager.store(home_settings(wanted, is_trial=False, priority=priority))
        for known in await self._manager.known():
            if known.ssid == wanted.ssid and known.path != path:
                await self._manager.delete(known.path)
        return await self.join(Known("", wanted.ssid, priority, path), device)

    async def _try(self, wanted: Wanted, device: str, is_heard: Heard) -> Proof:
        begin = partial(self._activator.add_anew, home_settings(wanted, is_trial=True), device, "memory")
        reason = await self._activator.activate(begin, device, self._patience.join_s, wanted.security, is_heard)
        if reason:
            return Proof(is_proven=False, reason=reason)
        internet = await self._internet()
        storage = await self._storage(internet)
        addresses = (await self._manager.view()).addresses
        return Proof(
            bool(addresses), remark(internet, storage=storage) if addresses else "no-address", addresses, internet
        )

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

    async def _storage(self, internet: Internet) -> bool | None:
        """Whether it answers: one at home does so without the internet. Behind a sign-in page nobody answers."""
        if internet == "portal":
            return None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._patience.storage_s):
                return await self._reach()
        return False
