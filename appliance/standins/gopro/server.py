"""Its HTTP: each connection has a thread; what is answered is the stand-in's business."""

import http.server
import json
import socket
import time
from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit

from appliance.standins.gopro.card import Card, asked_range
from appliance.standins.gopro.faults import Faults, concerns
from appliance.standins.gopro.paths import Reply

_MEDIA = "/videos/DCIM/"
_PIECE_BYTES = 65_536


class Behind(Protocol):
    """Who knows the answers."""

    faults: Faults
    card: Card

    def ask(self, path: str, query: Mapping[str, str], address: str) -> Reply | None: ...

    """None when the camera is asleep."""


class Server(http.server.ThreadingHTTPServer):
    """Listens at `address`."""

    daemon_threads = True
    allow_reuse_address = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], behind: Behind) -> None:
        self.behind = behind
        super().__init__(address, _Conversation)

    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever hangs up has reasons."""


class _Conversation(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60
    server: Server

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name for it
        """Not a word."""

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        behind = self.server.behind
        reply = behind.ask(address.path, dict(parse_qsl(address.query)), self.client_address[0])
        if reply is None or concerns(behind.faults.drops, address.path):
            self._hang_up()
        elif concerns(behind.faults.hangs, address.path):
            self._hang(behind.faults)
        elif concerns(behind.faults.dribbles, address.path):
            self._dribble(behind.faults)
        elif address.path.startswith(_MEDIA) and reply.status == 200:  # noqa: PLR2004 - OK
            self._send_file(address.path.removeprefix(_MEDIA))
        else:
            self._send_json(reply, is_sense=not concerns(behind.faults.babbles, address.path))

    def do_HEAD(self) -> None:
        self.do_GET()

    def _send_json(self, reply: Reply, *, is_sense: bool) -> None:
        time.sleep(reply.after_s)
        body = json.dumps(reply.body).encode() if is_sense else b'{"status": {"8": 0, <html>'
        self.send_response(reply.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _send_file(self, path: str) -> None:
        found = self.server.behind.card.find(path)
        content = found.read_bytes() if found else None
        if content is None:
            self._send_json(Reply(404), is_sense=True)
            return
        try:
            piece = asked_range(self.headers.get("Range"), len(content))
        except ValueError:
            self._send_json(Reply(416), is_sense=True)
            return
        begin, end = piece or (0, len(content))
        self.send_response(206 if piece else 200)
        if piece:
            self.send_header("Content-Range", f"bytes {begin}-{end - 1}/{len(content)}")
        self.send_header("Content-Length", str(end - begin))
        self.end_headers()
        if self.command == "GET":
            self._send_bytes(content[begin:end])

    def _send_bytes(self, content: bytes) -> None:
        if self.server.behind.faults.breaks_off:
            self.wfile.write(content[: len(content) // 2])
            self._hang_up()
        else:
            self.wfile.write(content)

    def _hang(self, faults: Faults) -> None:
        while faults.hangs:
            time.sleep(0.05)
        self._hang_up()

    def _dribble(self, faults: Faults) -> None:
        """The head never ends."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
        while faults.dribbles:
            self.wfile.write(b"x")
            time.sleep(0.2)
        self._hang_up()

    def _hang_up(self) -> None:
        self.close_connection = True
        with_socket: Any = self.connection
        with_socket.shutdown(socket.SHUT_RDWR)
