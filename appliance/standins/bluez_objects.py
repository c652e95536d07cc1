"""The objects of BlueZ: an adapter, a device, and what the device has to say. Pure."""

from typing import Any

from msgspec import Struct

ADAPTER = "/org/bluez/hci0"
DEVICE = f"{ADAPTER}/dev_D4_2C_3D_07_44_60"
NOTIFIES = f"{DEVICE}/service0028/char0029"
_SERVICE = f"{DEVICE}/service0028"
_TAKES = f"{_SERVICE}/char002c"
_CHARACTERISTIC = "org.bluez.GattCharacteristic1"
_FIRST_VALUE = 0x30
"""The handle of the first of the values that can be read."""

Section = dict[str, tuple[str, Any]]
"""Properties of an interface: their D-Bus types and values."""
Objects = dict[str, dict[str, Section]]
"""By path and interface."""


class Gatt(Struct, frozen=True):
    """The service that a device has: the UUIDs of it, of what notifies, and of what takes commands.

    `values`: what can be read, by its UUID. `wants_bond`: it talks to nobody whom it is not paired with.
    """

    name: str
    address: str
    service: str
    notifies: str
    takes: str
    values: dict[str, bytes] = {}
    wants_bond: bool = False


class How(Struct, frozen=True):
    """How adapter and device are now."""

    is_on: bool
    is_seeing: bool
    is_bonded: bool
    is_connected: bool


def values_of(gatt: Gatt) -> dict[str, bytes]:
    """What can be read, by its path."""
    return {f"{_SERVICE}/char{_FIRST_VALUE + at:04x}": value for at, value in enumerate(gatt.values.values())}


def objects_of(gatt: Gatt, how: How) -> Objects:
    """All that there is below an adapter."""
    return {
        ADAPTER: {"org.bluez.Adapter1": _adapter(how)},
        DEVICE: {"org.bluez.Device1": _device(gatt, how)},
        _SERVICE: {
            "org.bluez.GattService1": {
                "UUID": ("s", gatt.service),
                "Device": ("o", DEVICE),
                "Primary": ("b", True),
                "Handle": ("q", 0x28),
            }
        },
        NOTIFIES: {_CHARACTERISTIC: _characteristic(gatt.notifies, ["notify", "read"], 0x29)},
        _TAKES: {_CHARACTERISTIC: _characteristic(gatt.takes, ["write", "read"], 0x2C)},
        **{
            path: {_CHARACTERISTIC: _characteristic(uuid, ["read"], _FIRST_VALUE + at)}
            for at, (path, uuid) in enumerate(zip(values_of(gatt), gatt.values, strict=True))
        },
    }


def _adapter(how: How) -> Section:
    return {
        "Address": ("s", "00:11:22:33:44:55"),
        "Name": ("s", "stand-in"),
        "Alias": ("s", "stand-in"),
        "Powered": ("b", how.is_on),
        "Discovering": ("b", how.is_seeing),
        "Roles": ("as", ["central", "peripheral"]),
    }


def _device(gatt: Gatt, how: How) -> Section:
    return {
        "Address": ("s", gatt.address),
        "AddressType": ("s", "public"),
        "Name": ("s", gatt.name),
        "Alias": ("s", gatt.name),
        "Paired": ("b", how.is_bonded),
        "Bonded": ("b", how.is_bonded),
        "Connected": ("b", how.is_connected),
        "ServicesResolved": ("b", how.is_connected),
        "UUIDs": ("as", [gatt.service]),
        "RSSI": ("n", -50),
        "Adapter": ("o", ADAPTER),
    }


def _characteristic(uuid: str, flags: list[str], handle: int) -> Section:
    return {
        "UUID": ("s", uuid),
        "Service": ("o", _SERVICE),
        "Flags": ("as", flags),
        "Notifying": ("b", False),
        "Value": ("ay", b""),
        "Handle": ("q", handle),
        "MTU": ("q", 23),
    }
