"""waitress on the socket that systemd hands over, or on an address of one's own."""

import contextlib
import os
import socket
import time
from collections.abc import Mapping, Sequence
from typing import Any

from waitress.channel import HTTPChannel
from waitress.server import create_server
from waitress.task import WSGITask

from setup_portal.arrival import plain_address, sender
from setup_portal.gate import HANG_UP, LOCAL, Gate
from setup_portal.idle import Idle

FIRST_HANDED = 3
"""The first file that systemd hands over (sd_listen_fds(3))."""
MOST_BODY_BYTES = 256 * 1024
MOST_HEADER_BYTES = 16 * 1024
MOST_WAITING_BYTES = 512 * 1024
"""What is made for a visitor who reads slowly waits to be made; a file on the card needs no room."""
MOST_CONNECTIONS = 64
MOST_EACH = 24
"""Of them for one visitor: a browser takes six, a phone has its sheet beside it, a home shares an IPv6 network."""
SILENT_S = 30
"""So long may nothing come or go on a connection."""
ASK_WITHIN_S = 40.0
"""So soon after the connection or the last answer a whole request must have come, however many bytes of it do."""
THREADS = 12
"""A page that goes on telling what happens holds one for as long as it is open: four may (`live.stream`), and two may
watch what is made for them (`lookback.watching`)."""


class _Task(WSGITask):
    def get_environment(self) -> Any:
        environ = super().get_environment()
        environ[LOCAL] = _own_address(self.channel.socket)
        environ[HANG_UP] = self.set_close_on_finish
        return environ

    def service(self) -> None:
        """A page that goes on telling what happens is no idle one."""
        idle: Idle = self.channel.server.idle  # type: ignore[attr-defined] # server_for puts it there
        idle.begin(time.monotonic())
        try:
            super().service()
        finally:
            idle.end(time.monotonic())


class _Channel(HTTPChannel):
    """One connection, which is there to ask: who does so byte by byte is hung up on."""

    task_class = _Task

    def __init__(self, server: Any, connection: socket.socket, address: Any, adj: Any, map: Any) -> None:  # noqa: A002
        super().__init__(server, connection, address, adj, map)
        self.sender = sender(plain_address(str(address[0])))
        self._waiting_since_s = time.monotonic()
        others = [one for one in map.values() if isinstance(one, _Channel) and one.sender == self.sender]
        self.will_close = len(others) > MOST_EACH

    def readable(self) -> Any:
        """Asked at least once a second."""
        now_s = time.monotonic()
        if self.total_outbufs_len:
            self._waiting_since_s = now_s
        elif not self.requests and now_s - self._waiting_since_s > ASK_WITHIN_S:
            self.will_close = True
        return super().readable()

    def service(self) -> None:
        """Answer, in a thread."""
        super().service()
        self._waiting_since_s = time.monotonic()


def _own_address(connection: socket.socket | None) -> str:
    try:
        return "" if connection is None else str(connection.getsockname()[0])
    except (OSError, IndexError):  # the visitor has gone already
        return ""


def handed_sockets(environment: Mapping[str, str]) -> list[socket.socket]:
    """The sockets that this process was started with."""
    if environment.get("LISTEN_PID") != str(os.getpid()):
        return []
    count = int(environment.get("LISTEN_FDS", "0"))
    return [socket.socket(fileno=number) for number in range(FIRST_HANDED, FIRST_HANDED + count)]


def first_free(addresses: Sequence[tuple[str, int]]) -> socket.socket:
    """A socket of our own, at the first address that nobody has taken.

    Raises:
        OSError: all are taken, or none is ours.
    """
    for address, port in addresses[:-1]:
        with contextlib.suppress(OSError):
            return _listening(address, port)
    return _listening(*addresses[-1])


def _listening(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return socket.create_server((address, port), family=family, backlog=16)


def is_sending(server: Any) -> bool:
    """Whether something is on its way that is answered already, such as a long film."""
    channels = list(getattr(server, "active_channels", {}).values())
    return any(channel.total_outbufs_len for channel in channels)


def server_for(gate: Gate, sockets: list[socket.socket]) -> Any:
    """A server; `run()` serves until SystemExit, then finishes what it began."""
    dispatched: dict[int, Any] = {}
    server = create_server(
        gate,
        map=dispatched,
        sockets=sockets,
        threads=THREADS,
        ident=None,
        clear_untrusted_proxy_headers=True,
        max_request_body_size=MOST_BODY_BYTES,
        max_request_header_size=MOST_HEADER_BYTES,
        inbuf_overflow=MOST_BODY_BYTES,
        outbuf_high_watermark=MOST_WAITING_BYTES,
        channel_timeout=SILENT_S,
        cleanup_interval=10,
        connection_limit=MOST_CONNECTIONS,
    )
    for listener in dispatched.values():
        if hasattr(listener, "channel_class"):
            listener.channel_class, listener.idle = _Channel, gate.idle
    return server
