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

from setup_portal.gate import HANG_UP, LOCAL, Gate
from setup_portal.idle import Idle

FIRST_HANDED = 3
"""The first file that systemd hands over (sd_listen_fds(3))."""
MOST_BODY_BYTES = 256 * 1024
MOST_HEADER_BYTES = 16 * 1024
MOST_WAITING_BYTES = 512 * 1024
"""What is made for a visitor who reads slowly waits to be made; a file on the card needs no room."""
MOST_AT_ONCE_BYTES = 64 * 1024
"""Read of a file and handed to the kernel in one go; waitress would take as much as the kernel may hold, megabytes."""
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
    task_class = _Task

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.sendbuf_len = min(self.sendbuf_len, MOST_AT_ONCE_BYTES)


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
        channel_timeout=30,
        cleanup_interval=10,
        connection_limit=64,
    )
    for listener in dispatched.values():
        if hasattr(listener, "channel_class"):
            listener.channel_class, listener.idle = _Channel, gate.idle
    return server
