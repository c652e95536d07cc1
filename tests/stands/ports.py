"""Ports of loopback that nobody listens on."""

import socket


def free_port() -> int:
    """A port that is free for both TCP and UDP."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
        tcp.bind(("127.0.0.1", 0))
        port: int = tcp.getsockname()[1]
        udp.bind(("127.0.0.1", port))
    return port
