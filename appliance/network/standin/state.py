"""What the stand-in knows, and how it looks on the bus: properties of every object, with their D-Bus types."""

from collections.abc import Sequence

from msgspec import Struct, field

from appliance.network.outcome import DeviceState
from appliance.network.standin.air import Router

NAME = "org.freedesktop.NetworkManager"
PATH = "/org/freedesktop/NetworkManager"
SETTINGS_PATH = f"{PATH}/Settings"
WIFI_PATH, WIRE_PATH = f"{PATH}/Devices/3", f"{PATH}/Devices/2"
SECOND_WIFI_PATH = f"{PATH}/Devices/4"
WIRE_ACTIVE_PATH = f"{PATH}/ActiveConnection/0"
HOME_ADDRESS = "192.168.1.20"
_ACTIVE = f"{NAME}.Connection.Active"

Typed = tuple[str, object]
"""Signature and value; values inside of `v` are `Typed` as well."""
Section = dict[str, Typed]
Content = dict[str, Section]


class Connection(Struct):
    """A profile. `kind`: `disk`, `memory` or `volatile`."""

    path: str
    settings: Content
    kind: str

    def get(self, section: str, key: str, otherwise: object = "") -> object:
        return self.settings.get(section, {}).get(key, ("", otherwise))[1]

    @property
    def uuid(self) -> str:
        return str(self.get("connection", "uuid"))

    @property
    def ssid(self) -> bytes:
        found = self.get("802-11-wireless", "ssid", b"")
        return found if isinstance(found, bytes) else b""

    @property
    def is_access_point(self) -> bool:
        return self.get("802-11-wireless", "mode") == "ap"


class Active(Struct):
    """What the radio carries."""

    path: str
    connection: Connection
    router: Router | None = None
    is_up: bool = False


class Wireless(Struct):
    """A radio. `active`: what it carries; `state`: as NetworkManager numbers them."""

    path: str = WIFI_PATH
    interface: str = "wlan0"
    active: Active | None = None
    state: int = DeviceState.DISCONNECTED

    @property
    def addresses_path(self) -> str:
        """Where its addresses are told."""
        return f"{PATH}/IP4Config/{self.path.rpartition('/')[2]}"

    @property
    def leads_on(self) -> Router | None:
        """The router by which it leads to anywhere else, None if it does not."""
        active = self.active
        if active is None or not active.is_up or active.connection.get("ipv4", "never-default", otherwise=False):
            return None
        return active.router


class Checkpoint(Struct):
    """What it goes back to. `carried`: by the path of the radio; None: nothing."""

    carried: dict[str, Connection | None]


class State(Struct):
    """Everything. All radios hear the same air."""

    routers: list[Router] = field(default_factory=list)
    connections: dict[str, Connection] = field(default_factory=dict)
    radios: list[Wireless] = field(default_factory=lambda: [Wireless()])
    has_wire: bool = False
    wire: str = "Wired connection 1"
    """The name of the connection by wire."""
    is_enabled: bool = True
    scans: int = 0
    last_scan_ms: int = -1
    heard: list[Router] = field(default_factory=list)
    checkpoints: dict[str, Checkpoint] = field(default_factory=dict)

    @property
    def active(self) -> Active | None:
        """What the first radio carries."""
        return self.radios[0].active if self.radios else None

    @property
    def connectivity(self) -> int:
        routers = [radio.leads_on.connectivity for radio in self.radios if radio.leads_on]
        return routers[0] if routers else 4 if self.has_wire else 1

    def objects(self) -> dict[str, dict[str, Section]]:
        """Path, interface, properties."""
        found = {PATH: {NAME: self._manager()}}
        for radio in self.radios:
            found[radio.path] = self._radio(radio)
            if radio.active:
                found[radio.active.path] = {_ACTIVE: self._active_told(radio.active)}
                found[radio.addresses_path] = {f"{NAME}.IP4Config": self._addresses(radio.active)}
        if self.has_wire:
            found[WIRE_PATH] = {f"{NAME}.Device": _device(1, "eth0", 100, WIRE_ACTIVE_PATH, "/")}
            found[WIRE_ACTIVE_PATH] = {_ACTIVE: self._wire_told()}
        for number, router in enumerate(self.heard):
            found[f"{PATH}/AccessPoint/{number}"] = {f"{NAME}.AccessPoint": _access_point(router)}
        return found

    def _manager(self) -> Section:
        paths = [*([WIRE_PATH] if self.has_wire else []), *(radio.path for radio in self.radios)]
        primary, kind, metered = self._primary()
        is_in_something = any(radio.active for radio in self.radios)
        return {
            "Version": ("s", "1.42.4"),
            "Capabilities": ("au", [1]),
            "State": ("u", 70 if self.connectivity == 4 else 60 if primary != "/" else 50 if is_in_something else 20),  # noqa: PLR2004
            "Connectivity": ("u", self.connectivity),
            "Metered": ("u", metered),
            "PrimaryConnection": ("o", primary),
            "PrimaryConnectionType": ("s", kind),
            "Devices": ("ao", paths),
            "Startup": ("b", False),
            "WirelessEnabled": ("b", self.is_enabled),
            "WirelessHardwareEnabled": ("b", True),
            "Checkpoints": ("ao", [*self.checkpoints]),
        }

    def _primary(self) -> tuple[str, str, int]:
        """What leads to the world, its kind, and whether it is metered: a wire goes first."""
        if self.has_wire:
            return WIRE_ACTIVE_PATH, "802-3-ethernet", 4
        for radio in self.radios:
            if radio.active and radio.leads_on:
                return radio.active.path, "802-11-wireless", radio.leads_on.metered
        return "/", "", 0

    def _radio(self, radio: Wireless) -> dict[str, Section]:
        active = radio.active.path if radio.active else "/"
        addresses = radio.addresses_path if radio.active and radio.active.is_up else "/"
        state = radio.state if self.is_enabled else 20
        return {
            f"{NAME}.Device": _device(2, radio.interface, state, active, addresses),
            f"{NAME}.Device.Wireless": {
                "LastScan": ("x", self.last_scan_ms),
                "AccessPoints": ("ao", self.access_points()),
                "WirelessCapabilities": ("u", 0x240),
            },
        }

    def access_points(self) -> Sequence[str]:
        return [f"{PATH}/AccessPoint/{number}" for number in range(len(self.heard))]

    def _active_told(self, active: Active) -> Section:
        heard = [number for number, router in enumerate(self.heard) if router is active.router]
        return {
            "Id": ("s", str(active.connection.get("connection", "id"))),
            "Uuid": ("s", active.connection.uuid),
            "Type": ("s", "802-11-wireless"),
            "Connection": ("o", active.connection.path),
            "SpecificObject": ("o", f"{PATH}/AccessPoint/{heard[0]}" if heard else "/"),
            "State": ("u", 2 if active.is_up else 1),
        }

    def _wire_told(self) -> Section:
        return {
            "Id": ("s", self.wire),
            "Type": ("s", "802-3-ethernet"),
            "Connection": ("o", f"{SETTINGS_PATH}/0"),
            "SpecificObject": ("o", "/"),
            "State": ("u", 2),
        }

    @staticmethod
    def _addresses(active: Active) -> Section:
        address = "192.0.2.1" if active.connection.is_access_point else HOME_ADDRESS
        return {"AddressData": ("aa{sv}", [{"address": ("s", address), "prefix": ("u", 24)}])}


def _device(kind: int, interface: str, state: int, active: str, addresses: str) -> Section:
    return {
        "DeviceType": ("u", kind),
        "Interface": ("s", interface),
        "State": ("u", state),
        "ActiveConnection": ("o", active),
        "Ip4Config": ("o", addresses),
        "Managed": ("b", True),
    }


def _access_point(router: Router) -> Section:
    flags, wpa, rsn = router.flags
    return {
        "Ssid": ("ay", b"" if router.is_hidden else router.ssid),
        "Flags": ("u", flags),
        "WpaFlags": ("u", wpa),
        "RsnFlags": ("u", rsn),
        "Strength": ("y", router.strength),
        "Frequency": ("u", router.mhz),
        "HwAddress": ("s", "02:00:00:00:00:01"),
        "LastSeen": ("i", 100),
    }
