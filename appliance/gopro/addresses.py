"""Where a camera may be, without its saying so. Pure.

Over USB it gives this box an address in 172.2X.1YZ.0/24, XYZ being the last digits of its serial number, and is .51
itself (GoPro's documentation, "USB"); on its own Wi-Fi it is 10.5.5.9.
"""

import re
from collections.abc import Iterable

PORT = 8080
_OVER_USB = re.compile(r"(172\.2\d\.1\d\d)\.\d{1,3}")
_ON_ITS_WIFI = re.compile(r"10\.5\.5\.\d{1,3}")
_WIFI_ADDRESS = "10.5.5.9"


def likely_addresses(own: Iterable[str]) -> list[str]:
    """`own`: the IPv4 addresses of this box. Over USB first: no Wi-Fi is as steady as a wire."""
    own = list(own)
    wired = [f"{found[1]}.51" for address in own if (found := _OVER_USB.fullmatch(address))]
    wifi = [_WIFI_ADDRESS] if any(_ON_ITS_WIFI.fullmatch(address) for address in own) else []
    return [*dict.fromkeys(wired + wifi)]


def is_over_usb(address: str) -> bool:
    """Whether that is the address of a camera at the end of a wire."""
    return bool(_OVER_USB.fullmatch(address.partition(":")[0]))


def with_port(address: str) -> str:
    """`ADDRESS` or `ADDRESS:PORT` as `ADDRESS:PORT`."""
    return address if ":" in address else f"{address}:{PORT}"
