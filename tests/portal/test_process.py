"""The pages as a process: handed a socket, bounded in what they take, small, and gone when nobody comes."""

import contextlib
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from setup_portal.connection import ASK_WITHIN_S, MOST_EACH
from setup_portal.gate import Gate
from setup_portal.idle import Idle
from setup_portal.serving import MOST_CONNECTIONS, SILENT_S, server_for

from appliance.control.standin import StandInSupervisor

ROOT = Path(__file__).parents[2]
MOST_PSS_KB = 45 * 1024
PATIENCE_S = 60
HAND_OVER = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.execve(sys.argv[2], sys.argv[2:], {**os.environ, "LISTEN_FDS": "1", "LISTEN_PID": str(os.getpid())})
"""


class Pages:
    """A running process, started as systemd starts it: with its socket as file 3."""

    def __init__(self, folder: Path, control: Path, *more: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.port = int(listener.getsockname()[1])
            self.process = subprocess.Popen(
                [sys.executable, "-c", HAND_OVER, str(listener.fileno()), sys.executable, "-m", "setup_portal",
                 "--state", str(folder), "--socket", str(control),
                 "--trust-loopback", *more],
                env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'setup-portal'}"},
                pass_fds=[listener.fileno()], stderr=subprocess.PIPE, text=True,
            )  # fmt: skip

    def ask(self, path: str, method: str = "GET", body: bytes | None = None, **fields: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        with contextlib.closing(connection):
            connection.request(method, path, body, {name.replace("_", "-"): text for name, text in fields.items()})
            answer = connection.getresponse()
            return answer.status, answer.read().decode(errors="replace")

    def raw(self, request: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_S) as connection:
            connection.sendall(request)
            return connection.makefile("rb").read()

    def begin(self, request: bytes) -> socket.socket:
        """A visitor who asks and does not read."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_S)
        connection.sendall(request)
        return connection

    @property
    def pss_kb(self) -> int:
        text = Path(f"/proc/{self.process.pid}/smaps_rollup").read_text()
        return int(re.findall(r"^Pss: +(\d+) kB", text, re.MULTILINE)[0])


@contextlib.contextmanager
def running(folder: Path, control: Path, *more: str) -> Iterator[Pages]:
    pages = Pages(folder, control, *more)
    try:
        yield pages
    finally:
        pages.process.kill()
        pages.process.communicate()


def test_it_serves_on_the_socket_that_it_is_handed(
    tmp_path: Path, control: Path, supervisor: StandInSupervisor
) -> None:
    with running(tmp_path / "pages", control) as pages:
        assert pages.ask("/")[0] == 303
        code, page = pages.ask("/set-up/welcome")
        assert (code, "A few short steps" in page) == (200, True)
        assert pages.ask("/", Host="evil.example")[0] == 421
        assert pages.pss_kb <= MOST_PSS_KB
        pages.process.send_signal(signal.SIGTERM)
        assert pages.process.wait(PATIENCE_S) == 0


def test_what_is_too_large_or_no_http_is_refused(tmp_path: Path, control: Path, supervisor: StandInSupervisor) -> None:
    with running(tmp_path / "pages", control) as pages:
        assert pages.ask("/password", "POST", b"x=" + b"y" * 100_000)[0] == 413
        assert pages.ask("/password", "POST", b"x" * 300_000)[0] == 413
        assert pages.ask("/", Cookie="x" * 20_000)[0] == 431
        assert b" 400 " in pages.raw(b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nbad header\r\n\r\n").splitlines()[0]
        assert b" 421 " in pages.raw(b"GET http://evil.example/ HTTP/1.0\r\n\r\n").splitlines()[0]
        assert pages.ask("/api/state") == (200, '{"is_up":true}\n')


def test_it_ends_when_nobody_comes_and_says_nothing_of_what_was_typed(tmp_path: Path, control: Path) -> None:
    with running(tmp_path / "pages", control, "--idle", "0.001") as pages:
        _, said = pages.process.communicate(timeout=PATIENCE_S)
        assert pages.process.returncode == 0
        assert said.count("\n") == 1


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path, control: Path) -> None:
    (tmp_path / "file").touch()
    with running(tmp_path / "file" / "pages", control) as pages:
        _, said = pages.process.communicate(timeout=PATIENCE_S)
        assert (pages.process.returncode, said) == (2, "The pages cannot be served: Not a directory.\n")


@pytest.mark.parametrize("phone_stays", [False, True])
def test_idle_is_when_nobody_came_is_answered_or_stays(phone_stays: bool) -> None:
    idle = Idle(60.0, now_s=0.0)
    idle.begin(100.0)
    assert not idle.is_over(1000.0)
    idle.end(1000.0)
    if phone_stays:
        idle.releases.release("192.0.2.10", 1000.0)
    assert not idle.is_over(1059.0)
    assert idle.is_over(1060.0) is not phone_stays
    assert not Idle(None, time.monotonic()).is_over(time.monotonic() + 1e9)


def test_a_page_that_goes_on_telling_is_not_idle() -> None:
    asked, may_end = threading.Event(), threading.Event()

    def telling(_: object, start_response: Callable[[str, list[tuple[str, str]]], object]) -> Iterator[bytes]:
        start_response("200 OK", [("Content-Type", "text/event-stream")])
        yield b"data: 1\n\n"
        asked.set()
        may_end.wait(PATIENCE_S)

    with serving(telling) as (_, idle, address):
        with socket.create_connection(address, timeout=PATIENCE_S) as visitor:
            visitor.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            assert asked.wait(PATIENCE_S)
            assert not idle.is_over(time.monotonic() + 1e6)
            may_end.set()
            assert visitor.makefile("rb").read().endswith(b"0\r\n\r\n")
        assert idle.is_over(time.monotonic() + 1e6)


def test_who_asks_byte_by_byte_is_hung_up_on() -> None:
    with serving(hello) as (server, _, address), socket.create_connection(address, timeout=PATIENCE_S) as visitor:
        channel = the_channel(server)
        for piece in (b"GET / HTTP/1.1\r\n", b"Host: 127.0.0.1\r\n", b"\r\n"):
            visitor.sendall(piece)
        assert answer(visitor).startswith(b"HTTP/1.1 200")
        visitor.sendall(b"\r\nGET / HTTP/1.1\r\n")
        until(lambda: channel.request is not None)
        channel._waiting_since_s -= ASK_WITHIN_S / 2
        visitor.sendall(b"Host: 127.0.0.1\r\n\r\n")
        assert answer(visitor).startswith(b"HTTP/1.1 200")
        until(lambda: channel._waiting_since_s > time.monotonic() - ASK_WITHIN_S / 2)  # it was answered since
        visitor.sendall(b"GET / ")
        until(lambda: channel.request is not None)
        channel._waiting_since_s -= ASK_WITHIN_S
        assert visitor.recv(1000) == b""
        assert channel.last_activity > time.time() - SILENT_S


def test_one_visitor_leaves_room_for_others() -> None:
    with serving(hello) as (server, _, address), contextlib.ExitStack() as open_ones:
        mine = [open_ones.enter_context(socket.create_connection(address, PATIENCE_S)) for _ in range(MOST_CONNECTIONS)]
        for one in mine[MOST_EACH:]:
            assert one.recv(1000) == b""
        until(lambda: len(server.active_channels) == MOST_EACH)
        with socket.create_connection(address, PATIENCE_S, source_address=("127.0.0.2", 0)) as other:
            other.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            assert other.recv(1000).startswith(b"HTTP/1.1 200")
        mine[0].sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert mine[0].recv(1000).startswith(b"HTTP/1.1 200")


def answer(visitor: socket.socket) -> bytes:
    """The whole of it, in however many pieces it comes."""
    heard = b""
    while not heard.endswith(b"hi"):
        heard += visitor.recv(1000)
    return heard


def hello(_: object, start_response: Callable[[str, list[tuple[str, str]]], object]) -> list[bytes]:
    start_response("200 OK", [("Content-Length", "2")])
    return [b"hi"]


@contextlib.contextmanager
def serving(application: Any) -> Iterator[tuple[Any, Idle, tuple[str, int]]]:
    """A server in a thread of ours."""
    idle = Idle(60.0, time.monotonic())
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = server_for(Gate(application, idle, lambda: "moment"), [listener])
        how = {"map": server._map, "timeout": 0.05}
        thread = threading.Thread(target=server.asyncore.loop, kwargs=how, daemon=True)
        thread.start()
        yield server, idle, listener.getsockname()
        server.task_dispatcher.shutdown()
        for channel in list(server.active_channels.values()):
            channel.will_close = True
        until(lambda: not server.active_channels)
        server.trigger.pull_trigger(server.close)  # by its own thread, which may be waiting for what is closed
        thread.join(PATIENCE_S)


def until(is_so: Callable[[], object]) -> None:
    end_s = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < end_s
        time.sleep(0.01)


def the_channel(server: Any) -> Any:
    until(lambda: server.active_channels)
    (channel,) = server.active_channels.values()
    return channel
