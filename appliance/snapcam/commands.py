"""What a SnapCam is asked, and what its answers mean. Pure."""

import ipaddress
import time
from typing import Any

from msgspec import Struct

from appliance.snapcam.exchange import Exchange

WIFI_ON = 22
"""Another command right after it, and the Wi-Fi stays off."""
OWN_ADDRESS = "192.168.2.103"
"""Of every SnapCam in its own network."""
_LOW_BATTERY = 1


class Told(Struct, frozen=True):
    """What a camera has told of itself. `battery`: 0 to 5, -1 unknown. `free_mb`: of its card, -1 unknown."""

    ssid: str
    password: str
    address: str = OWN_ADDRESS
    battery: int = -1
    free_mb: int = -1
    version: str = ""

    @property
    def warning(self) -> str | None:
        """What the owner should know of it."""
        return "The SnapCam's battery is nearly empty." if 0 <= self.battery <= _LOW_BATTERY else None


def set_clock(local: time.struct_time) -> Exchange:
    """Tell it the time."""
    return Exchange(15, answers=False, time=time.strftime("%Y%m%d%H%M%S", local))


def ask_version() -> Exchange:
    """`ver`."""
    return Exchange(25, answers=True)


def ask_card() -> Exchange:
    """`total` and `free`."""
    return Exchange(24, answers=True)


def ask_battery() -> Exchange:
    """`battery`."""
    return Exchange(27, answers=True)


def ask_wifi() -> Exchange:
    """`ssid` and `pwd`."""
    return Exchange(18, answers=True)


def ask_address() -> Exchange:
    """`ip`."""
    return Exchange(29, answers=True)


def switch_wifi_on() -> Exchange:
    """It comes on some seconds later."""
    return Exchange(WIFI_ON, answers=False)


def read_told(wifi: dict[str, Any], *others: dict[str, Any]) -> Told | None:
    """From the answers; None if there is no Wi-Fi in them. What else is missing or no sense is unknown."""
    ssid, password = _text(wifi.get("ssid")), _text(wifi.get("pwd"))
    if not ssid:
        return None
    rest = {key: value for answer in others for key, value in answer.items()}
    return Told(
        ssid=ssid,
        password=password,
        address=_address(rest.get("ip")),
        battery=_number(rest.get("battery"), 10),
        free_mb=_number(rest.get("free"), 16),
        version=_text(rest.get("ver")),
    )


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _address(value: object) -> str:
    """0.0.0.0, which it may have before its Wi-Fi is on, would be this box."""
    try:
        told = ipaddress.IPv4Address(_text(value))
    except ValueError:
        return OWN_ADDRESS
    return OWN_ADDRESS if told.is_unspecified or told.is_multicast or told.is_reserved else str(told)


def _number(value: object, base: int) -> int:
    try:
        return value if isinstance(value, int) else int(str(value), base)
    except ValueError:
        return -1
