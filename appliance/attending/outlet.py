"""Where an attendant hands over what it has put in order: a UDP port of this machine alone, read by ffmpeg."""

import contextlib
import socket
from typing import Self

LOOPBACK = "127.0.0.1"
_QUEUE_BYTES = 4_194_304


class Outlet:
    """Sends datagrams to one port of loopback. What ffmpeg does not take in time is lost, as on any network."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._socket = socket.socket(type=socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _QUEUE_BYTES)
        self._socket.connect((LOOPBACK, port))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def send(self, datagram: bytes) -> None:
        """Hand it over; never waits, never fails."""
        with contextlib.suppress(OSError):  # nobody listens yet, or the queue is full
            self._socket.send(datagram)


def free_ports(count: int = 1) -> list[int]:
    """Ports of loopback that are free now: for each asked for, an even one whose next is free, too (RFC 3550, 11)."""
    found: list[int] = []
    with contextlib.ExitStack() as held:
        while len(found) < count:
            lower = held.enter_context(socket.socket(type=socket.SOCK_DGRAM))
            upper = held.enter_context(socket.socket(type=socket.SOCK_DGRAM))
            lower.bind((LOOPBACK, 0))
            port: int = lower.getsockname()[1]
            with contextlib.suppress(OSError, OverflowError):
                upper.bind((LOOPBACK, port + 1))
                found += [port] if port % 2 == 0 else []
    return found
