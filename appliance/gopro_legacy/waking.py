"""The magic packet that wakes a GoPro whose Wi-Fi rests."""

import contextlib
import re
import socket
from pathlib import Path

_NEIGHBOURS = Path("/proc/net/arp")
_ANYBODY = b"\xff" * 6
_MAC = re.compile(r"[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}")
_MAC_COLUMN = 3
PORTS = (9, 7)
"""7 is for the HERO5 (gopro-py-api)."""


def magic_packet(mac: bytes) -> bytes:
    """Six times 255, then sixteen times the six bytes of the sleeper's address."""
    return b"\xff" * 6 + mac * 16


def mac_in(neighbours: str, host: str) -> bytes | None:
    """The hardware address of `host` in what Linux tells in /proc/net/arp; None if it is not known."""
    for line in neighbours.splitlines()[1:]:
        words = line.split()
        if len(words) > _MAC_COLUMN and words[0] == host and _MAC.fullmatch(words[_MAC_COLUMN]):
            mac = bytes.fromhex(words[_MAC_COLUMN].replace(":", ""))
            return mac if any(mac) else None
    return None


def wake(host: str, ports: tuple[int, ...] = PORTS) -> None:
    """Send it. That nobody hears it is no error: the status shows it."""
    neighbours = _NEIGHBOURS.read_text() if _NEIGHBOURS.exists() else ""
    packet = magic_packet(mac_in(neighbours, host) or _ANYBODY)
    with socket.socket(type=socket.SOCK_DGRAM) as sender:
        for port in ports:
            with contextlib.suppress(OSError):
                sender.sendto(packet, (host, port))
