"""Ports of loopback that nobody listens on."""

import contextlib
import socket


def free_port() -> int:
    """A port that is free for both TCP and UDP."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
            tcp.bind(("127.0.0.1", 0))
            port: int = tcp.getsockname()[1]
            with contextlib.suppress(OSError):  # somebody's for UDP
                udp.bind(("127.0.0.1", port))
                return port
