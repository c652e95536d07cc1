"""What the set-up mode decides, carried out: one work at a time."""

import logging
from concurrent.futures import Executor

from msgspec.structs import replace

from appliance.network.airwaves import quietest_channel
from appliance.network.bus import BusError
from appliance.network.ear import Ear
from appliance.network.hotspot import Hotspot
from appliance.network.joining import Joining
from appliance.network.model import View
from appliance.network.network_manager import NetworkManager
from appliance.network.profiles import Wanted, chosen_security
from appliance.network.proof import Proof
from appliance.network.setup_mode import Command
from appliance.network.trials import Trials
from appliance.network.turns import Command as RadioCommand
from appliance.threads import in_thread

_log = logging.getLogger(__name__)


class Works:
    """`thread`: for the card."""

    def __init__(
        self,
        *,
        manager: NetworkManager,
        joining: Joining,
        ear: Ear,
        trials: Trials,
        hotspot: Hotspot,
        thread: Executor,
    ) -> None:
        self._manager = manager
        self._joining = joining
        self._ear = ear
        self._trials = trials
        self._hotspot = hotspot
        self._thread = thread

    async def do(self, command: Command, view: View) -> bool:
        """Whether it came to what it was for."""
        try:
            return await self._do(command, view)
        except BusError as error:
            _log.warning("the network: %s failed: %s", command, error)
            return False

    async def move(self, command: RadioCommand, device: str, camera: Wanted) -> Proof:
        """Bring a radio to the camera or home; whether it is there."""
        try:
            if command == "join-camera":
                return await self._visit(camera, device)
            return Proof(is_proven=await self._retry(device), reason=None)
        except BusError as error:
            _log.warning("the network: %s failed: %s", command, error)
            return Proof(is_proven=False, reason=None)

    async def _visit(self, camera: Wanted, device: str) -> Proof:
        """Join the camera's network; one that is not heard is not tried, which would cost the radio half a minute."""
        trouble = await self._ear.listen(device, *([camera.ssid] if camera.is_hidden else []))
        if not trouble and not self._ear.is_heard(camera.ssid):
            return Proof(is_proven=False, reason="not-found")
        heard = self._ear.security_of(camera.ssid)
        security = chosen_security(None, heard, camera.password)
        return await self._joining.visit(replace(camera, security=security), device)

    async def prove(self, wanted: Wanted, view: View) -> Proof:
        """Try a network and come back."""
        await self._trials.store()
        # a list that is fresh makes the join quick, and tells more if it fails
        await self._ear.listen(view.device, *([wanted.ssid] if wanted.is_hidden else []))
        return await self._joining.prove(wanted, view, lambda: self._ear.is_heard(wanted.ssid))

    async def _do(self, command: Command, view: View) -> bool:
        match command:
            case "unblock":
                await self._manager.switch_radio_on()
            case "close":
                await self._manager.deactivate(view.active)
            case "open":
                return await self._open(view.device)
            case "retry":
                return await self._retry(view.device)
            case "keep":
                return await self._keep(view.device)
        return True

    async def _open(self, device: str) -> bool:
        secret = await in_thread(self._thread, self._hotspot.read)
        if secret is None:
            return False
        await self._listen_well(device)  # once it is open, the radio hears little
        channel = quietest_channel(self._ear.points)
        is_open = await self._joining.open(device, secret.name.encode(), secret.passphrase, channel)
        self._hotspot.trouble = None if is_open else "The set-up network could not be opened; it is tried again."
        return is_open

    async def _listen_well(self, device: str) -> None:
        """A radio that was just switched on may hear nothing at first: then it listens once more."""
        if await self._ear.listen(device) is None and not self._ear.points:
            await self._ear.listen(device)

    async def _retry(self, device: str) -> bool:
        """Join a known network that can be in reach; where nothing is heard, each of them can."""
        trouble = await self._ear.listen(device)
        known = await self._manager.known()
        for one in known:
            can_be_there = trouble or one.is_hidden or self._ear.is_heard(one.ssid)
            if can_be_there and await self._joining.join(one, device):
                return True
        return False

    async def _keep(self, device: str) -> bool:
        wanted = self._trials.wanted
        if wanted is None:
            return False
        rank = max((one.priority for one in await self._manager.known()), default=-1) + 1
        return await self._joining.keep(wanted, device, rank)
