"""One connection of a visitor, as waitress has it: what we want to know of it, and what it may take."""

import socket
import time
from typing import Any

from waitress.channel import HTTPChannel
from waitress.task import WSGITask

from setup_portal.arrival import plain_address, sender
from setup_portal.gate import HANG_UP, LOCAL
from setup_portal.idle import Idle

MOST_EACH = 24
"""Of them for one visitor: a browser takes six, a phone has its sheet beside it, a home shares an IPv6 network."""
ASK_WITHIN_S = 40.0
"""So soon after the connection or the last answer a whole request must have come, however many bytes of it do."""
MOST_AT_ONCE_BYTES = 64 * 1024
"""Read of a file and handed to the kernel in one go; waitress would take as much as the kernel may hold, megabytes."""


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


class Channel(HTTPChannel):
    """One connection, which is there to ask: who does so byte by byte is hung up on."""

    task_class = _Task

    def __init__(self, server: Any, connection: socket.socket, address: Any, adj: Any, map: Any) -> None:  # noqa: A002
        super().__init__(server, connection, address, adj, map)
        self.sendbuf_len = min(self.sendbuf_len, MOST_AT_ONCE_BYTES)
        self.sender = sender(plain_address(str(address[0])))
        self._waiting_since_s = time.monotonic()
        others = [one for one in map.values() if isinstance(one, Channel) and one.sender == self.sender]
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
