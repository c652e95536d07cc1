"""waitress on the socket that systemd hands over, or on an address of one's own."""

import contextlib
import os
import socket
from collections.abc import Mapping, Sequence
from typing import Any

from waitress.server import create_server

from setup_portal.connection import Channel
from setup_portal.gate import Gate

FIRST_HANDED = 3
"""The first file that systemd hands over (sd_listen_fds(3))."""
MOST_BODY_BYTES = 256 * 1024
MOST_HEADER_BYTES = 16 * 1024
MOST_WAITING_BYTES = 512 * 1024
"""What is made for a visitor who reads slowly waits to be made; a file on the card needs no room."""
MOST_CONNECTIONS = 64
SILENT_S = 30
"""So long may nothing come or go on a connection."""
THREADS = 12
"""A page that goes on telling what happens holds one for as long as it is open: four may (`live.stream`), and two may
watch what is made for them (`lookback.watching`)."""


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
            listener.channel_class, listener.idle = Channel, gate.idle
    return server
