"""Its announcement in the network (mDNS): `SERIAL._gopro-web._tcp.local.`, as real ones do (HERO13 1.10 does not)."""

import socket
from types import TracebackType
from typing import Self

from zeroconf import IPVersion, ServiceInfo, Zeroconf

_SERVICE = "_gopro-web._tcp.local."


class Announcement:
    """Announced for as long as the context lasts."""

    def __init__(self, serial: str, address: str, port: int) -> None:
        self._network = Zeroconf(ip_version=IPVersion.V4Only)
        self._info = ServiceInfo(
            _SERVICE,
            f"{serial}.{_SERVICE}",
            addresses=[socket.inet_aton(address)],
            port=port,
            server=f"{serial}.local.",
        )

    def __enter__(self) -> Self:
        self._network.register_service(self._info)
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._network.unregister_service(self._info)
        self._network.close()
