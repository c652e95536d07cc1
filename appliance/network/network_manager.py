"""What is asked of NetworkManager. Every call has a time limit, and raises `BusError` when nothing comes of it.

Calls, flags and options are those of its D-Bus API reference, 1.42 and later.
"""

import contextlib
from collections.abc import Sequence

from appliance.network.airwaves import AccessPoint, shown
from appliance.network.bus import BusError
from appliance.network.link import PROPERTIES, Link
from appliance.network.model import Internet, Known, Radio, View
from appliance.network.profiles import HOTSPOT_ID, TRIAL_ID
from appliance.network.reading import (
    WIRES,
    Device,
    access_point_from,
    addresses_from,
    device_from,
    internet_from,
    is_of_camera,
    known_from,
    object_in,
    one,
    paths_in,
    section,
)
from appliance.network.setup_mode import Sight
from appliance.network.typed import Settings, Typed, flag, number, text
from appliance.network.uplink import NETWORK_MANAGER

PATH = "/org/freedesktop/NetworkManager"
DEVICE = f"{NETWORK_MANAGER}.Device"
WIRELESS = f"{DEVICE}.Wireless"
ACCESS_POINT = f"{NETWORK_MANAGER}.AccessPoint"
ACTIVE = f"{NETWORK_MANAGER}.Connection.Active"
IP4 = f"{NETWORK_MANAGER}.IP4Config"
SETTINGS = f"{NETWORK_MANAGER}.Settings"
SETTINGS_PATH = f"{PATH}/Settings"
CONNECTION = f"{SETTINGS}.Connection"

_TO_DISK = 1
_UPDATE = "a{sa{sv}}ua{sv}"
_SECURITY = "802-11-wireless-security"
_NO_SECRETS = {f"{NETWORK_MANAGER}.AgentManager.NoSecrets", f"{CONNECTION}.SettingNotFound"}
"""An open network has none, and no section for them."""
_NO_FLAGS = 0
_ANY = "/"


class NetworkManager:
    """Follows nothing and remembers nothing: whoever asks gets what is so now.

    `slow_s`: for calls that NetworkManager does not answer at once.
    """

    def __init__(self, link: Link, slow_s: float = 25.0) -> None:
        self._link = link
        self._slow_s = slow_s

    # how it is

    async def view(self) -> View:
        """Everything at once."""
        if not self._link.is_present:
            return View()
        told = await self._link.properties(PATH, NETWORK_MANAGER)
        devices = [await self._device(path) for path in paths_in(told.get("Devices"))]
        radios = sorted((device for device in devices if device.is_radio), key=lambda one: one.interface)
        radio = radios[0] if radios else None
        wire, wire_addresses = await self._wire(devices)
        known = await self.known()
        is_on = one(told, "WirelessEnabled", otherwise=True) and one(told, "WirelessHardwareEnabled", otherwise=True)
        active = await self._active(radio)
        is_ours = one(active, "Uuid", "") == HOTSPOT_ID
        point = await self._carrying(active)
        return View(
            sight=Sight(
                has_manager=True,
                has_radio=radio is not None,
                is_blocked=not is_on,
                is_wired=wire is not None,
                knows=bool(known),
                station="none" if is_ours or radio is None else radio.station,
                is_open=is_ours and radio is not None and radio.station == "joined",
            ),
            device=radio.path if radio else "",
            interface=radio.interface if radio else "",
            active=radio.active if radio else "",
            connection=one(active, "Uuid", ""),
            ssid=b"" if is_ours or point is None else point.ssid,
            strength=None if is_ours or point is None else point.strength,
            addresses=() if is_ours else addresses_from(await self._ip4(radio)),
            wire=one(await self._active(wire), "Id", ""),
            wire_addresses=wire_addresses,
            internet=internet_from(told.get("Connectivity")),
            radios=tuple([await self._radio(one) for one in radios]),
            known=tuple(shown(one.ssid) for one in known),
        )

    async def known(self) -> list[Known]:
        """The networks that are joined by themselves, the most wanted first."""
        listed = await self._link.call(SETTINGS_PATH, SETTINGS, "ListConnections")
        found = []
        for path in paths_in(listed[0] if listed else []):
            with contextlib.suppress(BusError):  # it was forgotten just now
                if known := known_from(path, await self._settings(path)):
                    found.append(known)
        return sorted(found, key=lambda known: (-known.priority, known.ssid))

    async def internet(self) -> Internet:
        """What a fresh look says."""
        answer = await self._link.call(PATH, NETWORK_MANAGER, "CheckConnectivity", limit_s=self._slow_s)
        return internet_from(answer[0] if answer else None)

    async def heard(self, device: str) -> list[AccessPoint]:
        """What the radio heard lately."""
        listed = await self._link.call(device, WIRELESS, "GetAllAccessPoints")
        points = []
        for path in paths_in(listed[0] if listed else []):
            with contextlib.suppress(BusError):  # it went out of hearing just now
                points.append(access_point_from(await self._link.properties(path, ACCESS_POINT)))
        return points

    async def last_scan_ms(self, device: str) -> int:
        """When the air was listened to, of the clock that `age_s` knows; negative: never."""
        return one(await self._link.properties(device, WIRELESS), "LastScan", -1)

    # what is done

    async def request_scan(self, device: str, names: Sequence[bytes] = ()) -> None:
        """Begin to listen; done when `last_scan_ms` has changed. `names`: of networks that hide theirs."""
        options = {"ssids": Typed("aay", list(names))} if names else {}
        await self._link.call(device, WIRELESS, "RequestScan", "a{sv}", [options])

    async def switch_radio_on(self) -> None:
        await self._link.call(PATH, PROPERTIES, "Set", "ssv", [NETWORK_MANAGER, "WirelessEnabled", flag(value=True)])

    async def add_and_activate(self, settings: Settings, device: str, persist: str) -> None:
        """Begin to use a new connection. `persist`: `memory` or `volatile`, which vanishes when it is closed."""
        body = [settings, device, _ANY, {"persist": text(persist)}]
        member = "AddAndActivateConnection2"
        await self._link.call(PATH, NETWORK_MANAGER, member, "a{sa{sv}}ooa{sv}", body, limit_s=self._slow_s)

    async def activate(self, known: Known, device: str) -> None:
        """Begin to join a known network."""
        body = [known.path, device, _ANY]
        await self._link.call(PATH, NETWORK_MANAGER, "ActivateConnection", "ooo", body, limit_s=self._slow_s)

    async def deactivate(self, active: str) -> None:
        await self._link.call(PATH, NETWORK_MANAGER, "DeactivateConnection", "o", [active], limit_s=self._slow_s)

    async def store(self, settings: Settings) -> str:
        """Keep a connection on disk, in place of the one of the same UUID if there is one; its path."""
        identity = str(settings["connection"]["uuid"].value)
        path = await self._find(identity)
        if path is None:
            added = await self._link.call(SETTINGS_PATH, SETTINGS, "AddConnection2", _UPDATE, [settings, _TO_DISK, {}])
            return str(added[0])
        await self._link.call(path, CONNECTION, "Update2", _UPDATE, [settings, _TO_DISK, {}])
        return path

    async def prefer(self, known: Known, priority: int) -> None:
        """Give a known network its rank. Its secrets, which its settings lack, are asked for, or they would be lost."""
        told = await self._link.call(known.path, CONNECTION, "GetSettings", keeps_types=True)
        settings: dict[str, dict[str, Typed]] = told[0]
        for name, secrets in (await self._secrets(known.path)).items():
            settings.setdefault(name, {}).update(secrets)
        settings["connection"]["autoconnect-priority"] = number(priority)
        await self._link.call(known.path, CONNECTION, "Update2", _UPDATE, [settings, _TO_DISK, {}])

    async def delete(self, path: str) -> None:
        """Forget a connection."""
        await self._link.call(path, CONNECTION, "Delete")

    # the way back

    async def checkpoint(self, device: str, timeout_s: int) -> str:
        """Remember what it carries; NetworkManager itself goes back to it after `timeout_s`, should we vanish.

        Of this device alone: to go back with all of them closes what is at a cable that was plugged in meanwhile, and
        keeps it closed.
        """
        body = [[device], timeout_s, _NO_FLAGS]
        answer = await self._link.call(PATH, NETWORK_MANAGER, "CheckpointCreate", "aouu", body)
        return str(answer[0])

    async def roll_back(self, checkpoint: str) -> None:
        await self._link.call(PATH, NETWORK_MANAGER, "CheckpointRollback", "o", [checkpoint], limit_s=self._slow_s)

    async def tidy(self) -> None:
        """Go back to before a trial that an earlier life of ours left in its middle, and forget its connection."""
        told = await self._link.properties(PATH, NETWORK_MANAGER)
        for checkpoint in paths_in(told.get("Checkpoints")):
            with contextlib.suppress(BusError):
                await self.roll_back(checkpoint)
        await self.drop(TRIAL_ID)

    async def drop(self, identity: str) -> None:
        """Forget a connection of ours, if it is there."""
        left = await self._find(identity)
        if left is not None:
            await self.delete(left)

    async def _device(self, path: str) -> Device:
        return device_from(path, await self._link.properties(path, DEVICE))

    async def _radio(self, device: Device) -> Radio:
        is_up = device.station == "joined"
        return Radio(device.interface, device.path, one(await self._active(device), "Uuid", "") if is_up else "")

    async def _active(self, device: Device | None) -> dict[str, object]:
        if device is None or not device.active:
            return {}
        with contextlib.suppress(BusError):  # it was closed just now
            return await self._link.properties(device.active, ACTIVE)
        return {}

    async def _carrying(self, active: dict[str, object]) -> AccessPoint | None:
        path = object_in(active, "SpecificObject")
        if not path:
            return None
        with contextlib.suppress(BusError):
            return access_point_from(await self._link.properties(path, ACCESS_POINT))
        return None

    async def _wire(self, devices: Sequence[Device]) -> tuple[Device | None, tuple[str, ...]]:
        """The cable that brings a network, and the box's addresses there; a camera's brings none."""
        for device in devices:
            if device.kind in WIRES and device.station == "joined":
                told = await self._ip4(device)
                if not is_of_camera(told):
                    return device, addresses_from(told)
        return None, ()

    async def _ip4(self, device: Device | None) -> dict[str, object]:
        if device is None or not device.addresses:
            return {}
        with contextlib.suppress(BusError):
            return await self._link.properties(device.addresses, IP4)
        return {}

    async def _settings(self, path: str) -> dict[str, dict[str, object]]:
        answer = await self._link.call(path, CONNECTION, "GetSettings")
        return answer[0] if answer and isinstance(answer[0], dict) else {}

    async def _secrets(self, path: str) -> dict[str, dict[str, Typed]]:
        try:
            answer = await self._link.call(path, CONNECTION, "GetSecrets", "s", [_SECURITY], keeps_types=True)
        except BusError as error:
            if error.name in _NO_SECRETS:
                return {}
            raise
        return answer[0] if answer and isinstance(answer[0], dict) else {}

    async def _find(self, identity: str) -> str | None:
        listed = await self._link.call(SETTINGS_PATH, SETTINGS, "ListConnections")
        for path in paths_in(listed[0] if listed else []):
            with contextlib.suppress(BusError):
                if one(section(await self._settings(path), "connection"), "uuid", "") == identity:
                    return path
        return None
