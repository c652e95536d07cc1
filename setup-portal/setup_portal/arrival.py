"""Where a visitor comes from, and whether the name that they call is ours. Pure.

A page of a stranger can have its own name point at the box (DNS rebinding): a browser then lets the stranger's script
read our pages. So only names that no stranger can own are answered with pages.
"""

import ipaddress
import re
from dataclasses import dataclass
from typing import Literal

SETUP_ADDRESS = "192.0.2.1"
"""The box's address on its own network. Android shows no sign-in for a private one."""
SETUP_NETWORK = ipaddress.ip_network("192.0.2.0/24")

Place = Literal["set-up", "home", "here"]
"""`set-up`: the box's own Wi-Fi. `home`: any other network. `here`: the machine itself."""

_NEIGHBOURHOOD_BITS = 64
_HOST = re.compile(r"(?P<name>\[[0-9a-fA-F:.]{2,45}\]|[A-Za-z0-9_.-]{1,253})(?::(?P<port>[0-9]{1,5}))?\Z")
_HOME_SUFFIXES = ("", ".local", ".lan", ".home", ".home.arpa", ".internal", ".localdomain", ".fritz.box")
"""What home routers append to a box's name; none of them can be bought by a stranger."""
DEFAULT_NAME = "moment"


@dataclass(frozen=True)
class Arrival:
    """One connection: our address, the visitor's."""

    local: str
    peer: str

    @property
    def place(self) -> Place:
        """By our own address, which a visitor cannot choose, and theirs, so that no other network's visitor passes."""
        if self.local == SETUP_ADDRESS and _is_on_setup_network(self.peer):
            return "set-up"
        return "here" if _is_loopback(self.local) and _is_loopback(self.peer) else "home"


def plain_address(address: str) -> str:
    """An address as it is written: without a zone, and IPv4 as itself where it came through an IPv6 socket."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(parsed)


def sender(address: str) -> str:
    """Who is meant by a plain address: of IPv6 its /64, where everybody may take any number of addresses."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    is_alone = isinstance(parsed, ipaddress.IPv4Address)
    return address if is_alone else str(ipaddress.ip_network((parsed, _NEIGHBOURHOOD_BITS), strict=False))


def called_name(host: str) -> str | None:
    """The name or address in a Host field, in lower case and without the port; None where it is neither."""
    found = _HOST.match(host)
    return None if found is None else found["name"].strip("[]").lower().rstrip(".")


def is_ours(host: str, arrival: Arrival, box_name: str) -> bool:
    """Whether a Host field names this box: by the address that was knocked at, or by its name in a home."""
    name = called_name(host)
    if not name:
        return False
    if plain_address(name) == arrival.local:
        return True
    if arrival.place == "here" and name == "localhost":
        return True
    return any(_is_named(name, own) for own in {box_name.lower(), DEFAULT_NAME} if own)


def _is_named(name: str, own: str) -> bool:
    """MDNS (RFC 6762, chapter 9) appends a number where two boxes want one name."""
    pattern = rf"{re.escape(own)}(-[0-9]{{1,3}})?(?P<suffix>\..*)?"
    found = re.fullmatch(pattern, name)
    return found is not None and (found["suffix"] or "") in _HOME_SUFFIXES


def _is_on_setup_network(address: str) -> bool:
    try:
        return ipaddress.ip_address(address) in SETUP_NETWORK
    except ValueError:
        return False


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
