"""One connection to the message bus. The only module that knows dbus-next.

Its version 0.2.3 is the last of its kind; its faults end here:
- a call has no time limit, and ends with None when the connection does: answers are matched to calls here;
- connecting blocks the loop for as long as a bus that hangs has a full queue;
- a bus that hangs up while we sign in makes it spin for ever, without yielding;
- its sockets are never closed (its issues 112 and 137), not even those that could not connect;
- writing to what is closed would watch a descriptor that may be another file by now;
- its errors are of any kind: whatever its parser stumbled over.
"""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dbus_next.aio.message_bus import MessageBus
from dbus_next.constants import BusType, MessageFlag, MessageType
from dbus_next.message import Message
from dbus_next.signature import Variant
from msgspec import Struct

from appliance.network.typed import Typed

NO_REPLY = "org.freedesktop.DBus.Error.NoReply"
DISCONNECTED = "org.freedesktop.DBus.Error.Disconnected"
INVALID_ARGUMENTS = "org.freedesktop.DBus.Error.InvalidArgs"

_OF_THE_WAY = {
    f"org.freedesktop.DBus.Error.{name}"
    for name in ("NoReply", "Disconnected", "ServiceUnknown", "NameHasNoOwner", "Timeout", "TimedOut")
}


class BusError(Exception):
    """Nothing came of it. `name`: the error's name on the bus, whether the service, the bus or we gave it."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__(f"{text} ({name})")
        self.name = name

    @property
    def is_of_the_way(self) -> bool:
        """Whether nobody could be asked, or nobody answered; else somebody said no."""
        return self.name in _OF_THE_WAY


class Call(Struct, frozen=True):
    """What is asked of whom. `body`: as `signature` (of D-Bus) has it; variants in it are `Typed`."""

    destination: str
    path: str
    interface: str
    member: str
    signature: str = ""
    body: Sequence[Any] = ()
    keeps_types: bool = False
    """Whether variants of the answer come as `Typed`, to be sent back as they are."""


class Signal(Struct, frozen=True):
    """What somebody told. `sender`: the unique name, vouched for by the bus. `body`: without variants."""

    sender: str
    path: str
    interface: str
    member: str
    body: Sequence[Any]


class Bus(MessageBus):
    """One connection, to be closed by whoever opened it."""

    def __init__(self, address: str | None, hear: Callable[[Signal], None]) -> None:
        super().__init__(address, BusType.SYSTEM)  # type: ignore[arg-type]  # None is its own default
        self._hear = hear
        self._answers: dict[int, asyncio.Future[Message | None]] = {}
        self.add_message_handler(self._take)

    @classmethod
    async def open(cls, address: str | None, hear: Callable[[Signal], None], limit_s: float) -> "Bus":
        """Connect to `unix:path=…`, or to the system's bus, and sign in. `hear` gets every signal that reaches us.

        Raises:
            BusError: if that cannot be done within `limit_s`.
        """
        with contextlib.ExitStack() as undo:
            try:
                bus = cls(address, hear)
                undo.callback(bus.close)
                async with asyncio.timeout(limit_s):
                    await bus._loop.sock_connect(bus._sock, bus._where)
                    await bus.connect()
            except Exception as error:
                raise BusError(DISCONNECTED, f"the bus cannot be reached: {error!r}") from error
            undo.pop_all()
        return bus

    async def ask(self, call: Call, limit_s: float) -> list[Any]:
        """The body of the answer, without the library's variants. No service is started by this.

        Raises:
            BusError: if there is none within `limit_s`, if the connection breaks, if the answer is an error.
        """
        message = _message(call)
        message.serial = self.next_serial()
        answer = self._answers[message.serial] = self._loop.create_future()
        try:
            self._post(message)
            async with asyncio.timeout(limit_s):
                return _body(await answer, _typed if call.keeps_types else _plain)
        except TimeoutError as error:
            raise BusError(NO_REPLY, f"{call.member} was not answered within {limit_s:g} s") from error
        finally:
            del self._answers[message.serial]

    async def wait_until_broken(self) -> None:
        with contextlib.suppress(Exception):  # what broke it
            await self.wait_for_disconnect()  # type: ignore[no-untyped-call]

    def close(self) -> None:
        """Let go of the socket; whoever waits for an answer is told that none comes. Safe to repeat."""
        if self._sock.fileno() < 0:
            return
        self._finalize(None)  # type: ignore[no-untyped-call]
        if not self._disconnect_future.cancelled():
            self._disconnect_future.exception()  # seen: asyncio need not complain of it
        for answer in self._answers.values():
            if not answer.done():
                answer.set_result(None)
        with contextlib.suppress(OSError):  # what is not sent yet cannot be
            self._stream.close()
        self._sock.close()

    def _post(self, message: Message) -> None:
        if not self.connected:
            raise BusError(DISCONNECTED, "the connection to the bus is broken")
        try:
            sent = self.send(message)
        except (TypeError, ValueError) as error:
            raise BusError(INVALID_ARGUMENTS, f"{message.member} cannot be asked: {error}") from error
        sent.add_done_callback(lambda done: done.cancelled() or done.exception())  # the answer tells of it, too

    def _take(self, message: Message) -> bool:
        """Gets every message first. True: no more is to be done about it."""
        if message.message_type is MessageType.SIGNAL:
            told = message.path, message.interface, message.member
            self._hear(Signal(message.sender, *told, [_plain(part) for part in message.body]))
            return True
        answer = self._answers.get(message.reply_serial)
        if answer and not answer.done():
            answer.set_result(message)
        return answer is not None

    def _setup_socket(self) -> None:
        """Called by the constructor; the base class would connect here and now."""
        transport, options = self._bus_address[0]
        if transport != "unix" or not options.keys() & {"path", "abstract"}:
            raise ValueError(f"only unix:path=… and unix:abstract=… can be reached, not {transport}")
        self._where = options.get("path") or f"\0{options['abstract']}"
        self._sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._stream = self._sock.makefile("rwb")
        self._fd = self._sock.fileno()
        self._sock.setblocking(False)

    async def _auth_readline(self) -> str:
        """Called by `connect`; the bus says nothing beyond the line before it is answered."""
        line = b""
        while not line.endswith(b"\r\n"):
            piece = await self._loop.sock_recv(self._sock, 1024)
            line += piece
            if not piece:
                raise EOFError("the bus hung up while we signed in")
        return line[:-2].decode()


def _message(call: Call) -> Message:
    try:
        return Message(
            call.destination,
            call.path,
            call.interface,
            call.member,
            flags=MessageFlag.NO_AUTOSTART,  # to look at a service must not start what the owner stopped
            signature=call.signature,
            body=[_variants(part) for part in call.body],
        )
    except (TypeError, ValueError) as error:
        raise BusError(INVALID_ARGUMENTS, f"{call.member} cannot be asked: {error}") from error


def _body(answer: Message | None, read: Callable[[Any], Any]) -> list[Any]:
    if answer is None:
        raise BusError(DISCONNECTED, "the connection to the bus broke")
    if answer.message_type is MessageType.ERROR:
        raise BusError(answer.error_name, str(answer.body[0]) if answer.body else "no reason given")
    return [read(part) for part in answer.body]


def _variants(value: Any) -> Any:
    """With the library's variants, however deep."""
    if isinstance(value, Typed):
        return Variant(value.signature, _variants(value.value))
    if isinstance(value, Mapping):
        return {key: _variants(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_variants(part) for part in value]
    return value


def _typed(value: Any) -> Any:
    """With `Typed` for the library's variants, however deep."""
    if isinstance(value, Variant):
        return Typed(value.signature, _typed(value.value))
    if isinstance(value, dict):
        return {key: _typed(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_typed(part) for part in value]
    return value


def _plain(value: Any) -> Any:
    """Without variants, however deep."""
    if isinstance(value, Variant):
        return _plain(value.value)
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return value
