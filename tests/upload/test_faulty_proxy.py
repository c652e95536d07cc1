"""The faulty proxy does what it says: otherwise the tests that use it prove nothing."""

import socket
import socketserver
import threading
from collections.abc import Iterator
from typing import ClassVar

import pytest

from tests.stands.faulty_proxy import (
    Answer,
    Clean,
    Corrupt,
    FaultyProxy,
    HalfClose,
    Latency,
    Portal,
    Refuse,
    Reset,
    Stall,
    Truncate,
)

REQUEST = b"%s /moments/a HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\nExpect: nothing\r\n\r\n0123456789"


class Echo(socketserver.BaseRequestHandler):
    """Sends back what it gets; ends when its client does."""

    heard: ClassVar[list[bytes]] = []

    def handle(self) -> None:
        self.heard.append(b"")
        while chunk := self.request.recv(65_536):
            self.heard[-1] += chunk
            self.request.sendall(chunk)


@pytest.fixture
def proxy() -> Iterator[FaultyProxy]:
    Echo.heard.clear()
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Echo) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        with FaultyProxy(server.server_address[1]) as stand:
            yield stand
        server.shutdown()


def called(proxy: FaultyProxy) -> socket.socket:
    return socket.create_connection(("127.0.0.1", proxy.port), timeout=20)


def asked(proxy: FaultyProxy, content: bytes, count: int) -> bytes:
    """What comes back, up to `count` bytes."""
    with called(proxy) as client:
        client.sendall(content)
        return received(client, count)


def received(client: socket.socket, count: int) -> bytes:
    got = b""
    while len(got) < count and (chunk := client.recv(count - len(got))):
        got += chunk
    return got


def ended(client: socket.socket) -> bool:
    """Whether the other side ended the connection, in whatever way."""
    try:
        return client.recv(1) == b""
    except ConnectionResetError:
        return True


@pytest.mark.parametrize("fault", [Clean(), Latency(0.01), Reset(100), Stall(100), Corrupt(100), HalfClose(100)])
def test_what_is_not_reached_does_no_harm(proxy: FaultyProxy, fault: Clean) -> None:
    proxy.switch(fault)
    assert asked(proxy, b"x" * 100, 100) == b"x" * 100
    assert proxy.connections == 1


@pytest.mark.parametrize("fault", [Reset(), Reset(50)])
def test_reset(proxy: FaultyProxy, fault: Reset) -> None:
    proxy.switch(fault)
    with pytest.raises(ConnectionResetError):
        asked(proxy, b"x" * 100, 100)


@pytest.mark.parametrize("fault", [Stall(), Stall(50)])
def test_stall_until_something_else_is_wrong(proxy: FaultyProxy, fault: Stall) -> None:
    proxy.switch(fault)
    with called(proxy) as client:
        client.sendall(b"x" * 100)
        client.settimeout(0.3)
        with pytest.raises(TimeoutError):
            client.recv(1)
        proxy.switch(Clean())
        client.settimeout(20)
        assert ended(client)


def test_corrupt(proxy: FaultyProxy) -> None:
    proxy.switch(Corrupt(at_byte=3))
    assert asked(proxy, b"\x00" * 6, 6) == b"\x00\x00\x00\xff\x00\x00"


def test_half_close_tells_the_server_that_it_is_over(proxy: FaultyProxy) -> None:
    proxy.switch(HalfClose(after_bytes=5))
    with called(proxy) as client:
        client.sendall(b"12345")
        assert received(client, 5) == b"12345"
        client.sendall(b"6")
        assert client.recv(1) == b""
    assert Echo.heard == [b"12345"]


def test_refuse_and_come_back_at_the_same_port(proxy: FaultyProxy) -> None:
    with called(proxy) as open_one:
        proxy.switch(Refuse())
        with pytest.raises(ConnectionRefusedError):
            called(proxy)
        assert ended(open_one)
    proxy.switch(Clean())
    assert asked(proxy, b"again", 5) == b"again"


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Portal(), b"200 Told"),
        (Portal(redirects=True), b"Location: /sign-in"),
        (Answer(507), b"507 Told"),
        (Answer(403, methods=("PUT",)), b"403 Told"),
        (Answer(500, path="moments"), b"500 Told"),
    ],
)
def test_answers_in_the_servers_place(proxy: FaultyProxy, fault: Portal | Answer, words: bytes) -> None:
    proxy.switch(fault)
    assert words in asked(proxy, REQUEST % b"PUT", 5000)
    assert proxy.requests == ["PUT /moments/a"]
    assert b"".join(Echo.heard) == b""


@pytest.mark.parametrize("fault", [Answer(500, methods=("MOVE",)), Answer(500, path="elsewhere")])
def test_other_requests_reach_the_server(proxy: FaultyProxy, fault: Answer) -> None:
    proxy.switch(fault)
    expected = b"PUT /moments/a HTTP/1.1\r\nConnection: close\r\nContent-Length: 10\r\nHost: h\r\n\r\n0123456789"
    assert asked(proxy, REQUEST % b"PUT", len(expected)) == expected


def test_truncate(proxy: FaultyProxy) -> None:
    proxy.switch(Truncate(keep_bytes=4))
    expected = b"PUT /moments/a HTTP/1.1\r\nConnection: close\r\nContent-Length: 4\r\nHost: h\r\n\r\n0123"
    assert asked(proxy, REQUEST % b"PUT", len(expected)) == expected
