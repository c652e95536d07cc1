"""Cameras that announce themselves in this network (mDNS), as a process of its own: zeroconf is heavy.

    python -m appliance.gopro.finding [SECONDS]

Prints ADDRESS:PORT of the first one, or nothing. HERO13 with firmware 1.10 announces nothing (its known issues).
"""

import queue
import sys

from zeroconf import IPVersion, ServiceListener, Zeroconf
from zeroconf import ServiceBrowser as Browser

from appliance.gopro_addresses import OPEN_PORT

SERVICE = "_gopro-web._tcp.local."
_LOOK_S = 3.0
_ASK_MS = 1500


class _Names(ServiceListener):
    """Hands on the names that are announced; called in zeroconf's thread."""

    def __init__(self) -> None:
        self.heard: queue.SimpleQueue[str] = queue.SimpleQueue()

    def add_service(self, zc: Zeroconf, type_: str, name: str) -> None:  # noqa: ARG002 - zeroconf's signature
        self.heard.put(name)

    def update_service(self, zc: Zeroconf, type_: str, name: str) -> None:
        """Of no interest."""

    def remove_service(self, zc: Zeroconf, type_: str, name: str) -> None:
        """Of no interest."""


def find_announced(limit_s: float = _LOOK_S) -> str | None:
    """ADDRESS:PORT of the first camera that announces itself; blocks for as long as none does."""
    with Zeroconf(ip_version=IPVersion.V4Only) as network:
        names = _Names()
        Browser(network, SERVICE, names)
        try:
            name = names.heard.get(timeout=limit_s)
        except queue.Empty:
            return None
        info = network.get_service_info(SERVICE, name, timeout=_ASK_MS)
        addresses = info.parsed_addresses(IPVersion.V4Only) if info else []
        return f"{addresses[0]}:{info.port or OPEN_PORT}" if info and addresses else None


def main() -> int:
    """Look, and print what was found."""
    try:
        found = find_announced(float(sys.argv[1]) if sys.argv[1:] else _LOOK_S)
    except OSError as error:  # no network at all
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{found}\n" if found else "")
    return 0


if __name__ == "__main__":
    sys.exit(main())
