"""NetworkManager's properties as values of ours. Pure and total: what is missing or of a wrong type is as unknown.

Names and numbers are those of its D-Bus API reference (nm-dbus-types; org.freedesktop.NetworkManager and its .Device,
.Connection.Active, .AccessPoint, .IP4Config and .Settings.Connection).
"""

from collections.abc import Mapping, Sequence
from typing import TypeVar

from msgspec import Struct

from appliance.gopro_addresses import leads_to_camera
from appliance.network.airwaves import AccessPoint
from appliance.network.model import Internet, Known
from appliance.network.outcome import DeviceState
from appliance.network.profiles import CAMERA_ID, HOTSPOT_ID, TRIAL_ID
from appliance.network.setup_mode import Station

Properties = Mapping[str, object]
T = TypeVar("T")

WIFI, WIRES = 2, frozenset({1, 20})
"""NMDeviceType: a radio; a cable, and what is one in a container (veth)."""

_INTERNET: dict[int, Internet] = {1: "none", 2: "portal", 3: "limited", 4: "full"}
_NO_OBJECT = "/"


class Device(Struct, frozen=True):
    """A network device."""

    path: str
    kind: int
    state: int
    interface: str
    active: str
    """What it carries, on the bus; empty: nothing."""
    addresses: str
    """Where its addresses are told, on the bus; empty: nowhere."""

    @property
    def is_radio(self) -> bool:
        """Whether it is Wi-Fi that NetworkManager looks after."""
        return self.kind == WIFI and self.state != DeviceState.UNMANAGED

    @property
    def station(self) -> Station:
        if self.state == DeviceState.ACTIVATED:
            return "joined"
        return "joining" if DeviceState.PREPARE <= self.state < DeviceState.ACTIVATED else "none"


def device_from(path: str, told: Properties) -> Device:
    """From the properties of a device."""
    return Device(
        path,
        one(told, "DeviceType", 0),
        one(told, "State", 0),
        one(told, "Interface", ""),
        object_in(told, "ActiveConnection"),
        object_in(told, "Ip4Config"),
    )


def access_point_from(told: Properties) -> AccessPoint:
    """From the properties of an access point."""
    numbers = (one(told, name, 0) for name in ("Flags", "WpaFlags", "RsnFlags", "Strength", "Frequency"))
    return AccessPoint(one(told, "Ssid", b""), *numbers)


def known_from(path: str, told: Mapping[str, object]) -> Known | None:
    """From the settings of a connection; None if it is no Wi-Fi that is joined by itself."""
    connection, wifi = section(told, "connection"), section(told, "802-11-wireless")
    identity, ssid = one(connection, "uuid", ""), one(wifi, "ssid", b"")
    is_ours = identity in {HOTSPOT_ID, TRIAL_ID, CAMERA_ID}
    is_home = one(wifi, "mode", "infrastructure") == "infrastructure" and one(connection, "autoconnect", otherwise=True)
    if not ssid or is_ours or not is_home:
        return None
    priority = one(connection, "autoconnect-priority", 0)
    return Known(identity, ssid, priority, path, is_hidden=one(wifi, "hidden", otherwise=False))


def addresses_from(told: Properties) -> tuple[str, ...]:
    """From the properties of an IP4Config."""
    listed: list[object] = one(told, "AddressData", [])
    return tuple(one(entry, "address", "") for entry in listed if isinstance(entry, dict) and entry.get("address"))


def is_of_camera(told: Properties) -> bool:
    """From the properties of an IP4Config: whether a GoPro is at the end of this cable, and nothing beyond it."""
    addresses = addresses_from(told)
    return bool(addresses) and all(map(leads_to_camera, addresses)) and not one(told, "Gateway", "")


def internet_from(connectivity: object) -> Internet:
    """From `Connectivity`, or what `CheckConnectivity` answers."""
    return _INTERNET.get(connectivity, "unknown") if isinstance(connectivity, int) else "unknown"


def section(told: Mapping[str, object], name: str) -> Properties:
    """One section of a connection's settings; empty if it is not there."""
    return one(told, name, {})


def one(told: Properties, name: str, otherwise: T) -> T:
    """One property, of the type of `otherwise`."""
    value = told.get(name)
    return value if isinstance(value, type(otherwise)) else otherwise


def object_in(told: Properties, name: str) -> str:
    """The path of an object; empty: there is none."""
    path = one(told, name, "")
    return "" if path == _NO_OBJECT else path


def paths_in(value: object) -> Sequence[str]:
    """A list of paths."""
    return [path for path in value if isinstance(path, str)] if isinstance(value, list) else []
