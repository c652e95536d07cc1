"""Where a GoPro is, told by addresses alone. Pure.

Over USB it gives this box an address in 172.2X.1YZ.0/24, XYZ being the last digits of its serial number, and is .51
itself (GoPro's documentation, "USB"); on its own Wi-Fi it is 10.5.5.9.
"""

import re
from collections.abc import Iterable

OPEN_PORT = 8080
"""Where those of HERO9 and later listen; older ones serve files there."""
ON_ITS_WIFI = "10.5.5.9"
"""Of every GoPro in its own network."""
_OVER_USB = re.compile(r"(172\.2\d\.1\d\d)\.\d{1,3}")
_CAMERA_OVER_USB = re.compile(r"172\.2\d\.1\d\d\.51(:\d+)?")
_IN_ITS_WIFI = re.compile(r"10\.5\.5\.\d{1,3}")


def likely_addresses(own: Iterable[str]) -> list[str]:
    """`own`: the IPv4 addresses of this box. Over USB first: no Wi-Fi is as steady as a wire."""
    own = list(own)
    wired = [f"{found[1]}.51" for address in own if (found := _OVER_USB.fullmatch(address))]
    return [*dict.fromkeys(wired + ([ON_ITS_WIFI] if is_in_its_wifi(own) else []))]


def is_in_its_wifi(own: Iterable[str]) -> bool:
    """Whether a box with these addresses is in the Wi-Fi of a GoPro."""
    return any(_IN_ITS_WIFI.fullmatch(address) for address in own)


def leads_to_camera(own: str) -> bool:
    """Whether an address of this box is one that a GoPro gives over USB."""
    return bool(_OVER_USB.fullmatch(own))


def is_over_usb(address: str) -> bool:
    """Whether that is the address of a camera at the end of a wire, with or without a port."""
    return bool(_CAMERA_OVER_USB.fullmatch(address))


def with_port(address: str) -> str:
    """`ADDRESS` or `ADDRESS:PORT` as `ADDRESS:PORT`, for one that speaks Open GoPro."""
    return address if ":" in address else f"{address}:{OPEN_PORT}"
