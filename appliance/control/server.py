"""The supervisor's end of the control socket: who may ask, what is understood, who hears of events.

A request is handed to the `Service`; whatever a client does wrong, or stops doing, concerns only that client.
"""

import asyncio
import contextlib
import errno
import logging
import os
import socket
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import msgspec

from appliance.control.connection import LONGEST_LINE_BYTES, BadLineError, Connection, encode_line
from appliance.control.errors import RefusedError, SocketTroubleError
from appliance.control.messages import Answer, AnyRequest, Event, Refused, ServiceRequest, Subscribe

LONGEST_PATH_BYTES = 107
"""Linux keeps a unix socket's path in 108 bytes, the closing zero included (unix(7))."""

MOST_CONNECTIONS = 64
SOCKET_MODE = 0o660

_log = logging.getLogger(__name__)
_decoder = msgspec.json.Decoder(AnyRequest)
_WORDS = ", ".join(str(kind.__struct_config__.tag) for kind in AnyRequest.__args__)

Tell = Callable[[Event], None]


class Service(Protocol):
    """What stands behind the server.

    A call that is under way when the server stops is cancelled; a client that vanishes cancels nothing. A call may
    take minutes: it holds up nobody but the client that asked.
    """

    async def ask(self, request: ServiceRequest, tell: Tell) -> Answer:
        """The one answer; events on the way to it are told to the client that asked.

        Raises:
            RefusedError: no, with a sentence.
        """


class Server:
    """Answers at the unix socket `path` to clients of the users `allowed_uids`.

    A client that leaves its answer unread for `patience_s` is hung up on.
    """

    def __init__(
        self, path: str | Path, service: Service, allowed_uids: frozenset[int], patience_s: float = 10
    ) -> None:
        self._path = Path(path)
        self._service = service
        self._allowed_uids = allowed_uids
        self._patience_s = patience_s
        self._connections: dict[Connection, asyncio.Task[None]] = {}
        self._subscribers: set[Connection] = set()
        self._server: asyncio.Server | None = None
        self._identity: tuple[int, int] | None = None
        self._is_stopping = False

    async def start(self) -> None:
        """Take the place at the socket and answer from now on.

        Raises:
            SocketTroubleError: with a sentence, when the place cannot be had.
        """
        try:
            self._server = await asyncio.start_unix_server(self._accept, sock=self._bind(), limit=LONGEST_LINE_BYTES)
        except OSError as trouble:
            raise SocketTroubleError(f"The control socket {self._path} cannot be made: {trouble.strerror}.") from None

    def publish(self, event: Event) -> None:
        """Tell every subscriber; never waits for one."""
        line = encode_line(event)
        for connection in self._subscribers:
            connection.send_line(line)

    async def stop(self) -> None:
        """Hang up on everybody and remove the socket; safe when it never started."""
        if self._server is None:
            return
        self._is_stopping = True
        self._server.close()
        for connection, task in tuple(self._connections.items()):
            connection.abort()
            task.cancel()
        await asyncio.gather(*self._connections.values(), return_exceptions=True)
        await self._server.wait_closed()
        self._server = None
        with contextlib.suppress(FileNotFoundError):
            if _identity(self._path) == self._identity:  # another supervisor may have taken the place
                self._path.unlink()

    def _bind(self) -> socket.socket:
        if len(os.fsencode(self._path)) > LONGEST_PATH_BYTES:
            raise SocketTroubleError(
                f"The path of the control socket is longer than {LONGEST_PATH_BYTES} bytes, which Linux does not allow:"
                f" {self._path}"
            )
        self._path.parent.mkdir(parents=True, exist_ok=True)
        _clear(self._path)
        bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            bound.bind(os.fspath(self._path))
            self._path.chmod(SOCKET_MODE)  # before anybody can connect: it does not listen yet
            self._identity = _identity(self._path)
        except BaseException:
            bound.close()
            raise
        return bound

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = Connection(reader, writer, self._patience_s)
        if self._is_stopping:  # it knocked while the door was closing
            connection.abort()
            return
        task = asyncio.create_task(self._serve(connection))
        self._connections[connection] = task
        task.add_done_callback(lambda _: self._connections.pop(connection))

    async def _serve(self, connection: Connection) -> None:
        try:
            if refusal := self._refusal(connection):
                connection.send(Refused(refusal))
            else:
                await self._converse(connection)
        except OSError:
            connection.abort()  # the client has gone, or does not read
        finally:
            self._subscribers.discard(connection)
        await connection.close()

    def _refusal(self, connection: Connection) -> str | None:
        uid = connection.peer_uid
        if uid not in self._allowed_uids:
            return f"User {uid} may not talk to the recorder; use the account that it runs as, or root."
        if len(self._connections) > MOST_CONNECTIONS:
            return f"{MOST_CONNECTIONS} clients are connected already; close one of them."
        return None

    async def _converse(self, connection: Connection) -> None:
        while True:
            try:
                line = await connection.receive()
            except BadLineError as trouble:
                connection.send(Refused(str(trouble)))
            else:
                if line is None:
                    return
                await self._answer(connection, line)
            await connection.drain()

    async def _answer(self, connection: Connection, line: bytes) -> None:
        try:
            request = _decoder.decode(line)
        except (ValueError, RecursionError) as trouble:
            connection.send(Refused(_misunderstanding(trouble)))
            return
        if isinstance(request, Subscribe):
            self._subscribers.add(connection)
            return
        try:
            connection.send(await self._service.ask(request, connection.send))
        except RefusedError as refused:
            connection.send(Refused(refused.sentence))
        except Exception as fault:  # noqa: BLE001 - logged and told; one request's fault must not end the recording
            _log.exception("a request failed: %s", type(request).__name__)
            connection.send(Refused(f"The recorder failed at this ({type(fault).__name__}); its log tells more."))


def _misunderstanding(trouble: Exception) -> str:
    if not isinstance(trouble, msgspec.ValidationError):
        return "This line is not a JSON object in UTF-8."
    if "`do`" in str(trouble) or "$.do" in str(trouble):
        return f'A request says in "do" what it wants; there are: {_WORDS}.'
    return f"The request is not understood: {trouble}."


def _clear(path: Path) -> None:
    """Remove the socket that a dead supervisor left behind."""
    try:
        is_socket = stat.S_ISSOCK(path.lstat().st_mode)
    except FileNotFoundError:
        return
    if not is_socket:
        raise SocketTroubleError(f"{path} is not a socket; move it away or choose another control.socket.")
    if _is_answered(path):
        raise SocketTroubleError(f"Another recorder answers at {path} already; stop it first.")
    path.unlink()


def _is_answered(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.setblocking(False)  # a full backlog would make us wait
        result = probe.connect_ex(os.fspath(path))
    return result not in {errno.ECONNREFUSED, errno.ENOENT}


def _identity(path: Path) -> tuple[int, int]:
    status = path.lstat()
    return status.st_dev, status.st_ino
