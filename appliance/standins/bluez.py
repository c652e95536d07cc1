"""BlueZ's name, objects, calls and signals on a bus of its own, over one device that is made up: bleak talks to it.

What bleak (3.1) needs of it: an adapter whose `Roles` hold "central"; while it discovers, changes of the device's RSSI;
`Connected`, then `ServicesResolved`; GATT objects below the device; notifications as changes of `Value`.

As BlueZ does, it makes no bond while no agent answers for this machine (`standins/pairing.py`).
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Literal, Protocol

from dbus_next.aio.message_bus import MessageBus
from dbus_next.constants import MessageType, NameFlag
from dbus_next.message import Message
from dbus_next.signature import Variant
from msgspec import Struct

from appliance.standins.bluez_objects import DEVICE, NOTIFIES, Gatt, How, Objects, Section, objects_of, values_of
from appliance.standins.pairing import Pairing

_PROPERTIES = "org.freedesktop.DBus.Properties"
_SEEN_EVERY_S = 0.1
_CONNECTS_IN_S = 0.2
"""The signals come before the answer: bleak hears them by another connection, and must have heard them by then."""


class Talk(Protocol):
    """What is on the other end of the air."""

    def written(self, piece: bytes) -> list[bytes]:
        """What is notified to a write."""

    def hung_up(self) -> None:
        """The connection is over."""


class Faults(Struct):
    """What is wrong; may be changed while it runs."""

    is_mute: bool = False
    """Nobody answers, as while a daemon does not come up."""
    is_off: bool = False
    has_no_adapter: bool = False
    is_absent: bool = False
    """The device is: nothing of it is heard."""
    connecting: Literal["works", "fails", "hangs"] = "works"
    is_unpairable: bool = False
    """The device pairs with nobody: its owner has not said so in its menu."""
    refuses_to_disconnect: bool = False
    hangs_up: Callable[[], bool] = lambda: False
    """Asked at each write: whether the connection breaks instead."""


class RefusalError(Exception):
    """The name of an error on the bus."""


class BlueZ:
    """On the bus at `address` inside `running()`."""

    def __init__(self, address: str, gatt: Gatt, talk: Talk) -> None:
        self.faults = Faults()
        self.pairing = Pairing()
        self.connections = 0
        self._address = address
        self._gatt = gatt
        self._talk = talk
        self._is_connected = False
        self._seen: asyncio.Task[None] | None = None
        self._bus: MessageBus | None = None
        self._pairing_now: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator["BlueZ"]:
        bus = MessageBus(self._address)
        bus.add_message_handler(self._answer)
        await bus.connect()
        await bus.request_name("org.bluez", NameFlag.DO_NOT_QUEUE)
        self._bus = bus
        try:
            yield self
        finally:
            self._stop_seeing()
            if self._pairing_now:
                self._pairing_now.cancel()
            self._bus = None
            bus._finalize(None)  # type: ignore[no-untyped-call]  # noqa: SLF001 - leaves nothing to wait for
            with contextlib.suppress(Exception):
                await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]
            with contextlib.suppress(OSError):
                bus._stream.close()  # noqa: SLF001 - the library forgets it
            bus._sock.close()  # noqa: SLF001

    # the calls

    def _answer(self, message: Message) -> Message | bool:
        if not _is_for_bluez(message):
            return False
        hangs = message.member in {"Connect", "Pair"} and self.faults.connecting == "hangs"
        if hangs or self.faults.is_mute:
            return True
        if message.member == "Pair":
            self._pairing_now = asyncio.get_running_loop().create_task(self._pair(message))
            return True
        try:
            signature, body = self._called(message)
        except RefusalError as refusal:
            return Message.new_error(message, str(refusal), "")
        answer = Message.new_method_return(message, signature, body)
        if message.member != "Connect":
            return answer
        asyncio.get_running_loop().call_later(_CONNECTS_IN_S, self._send, answer)
        return True

    def _send(self, message: Message) -> None:
        if self._bus:
            self._bus.send(message)

    async def _pair(self, message: Message) -> None:
        assert self._bus is not None, "it is asked over the bus"
        is_agreed = await self.pairing.is_agreed(self._bus, DEVICE)
        if self.faults.is_unpairable or not is_agreed:
            self._send(Message.new_error(message, "org.bluez.Error.AuthenticationFailed", "Authentication Failed"))
            return
        self.pairing.is_bonded = True
        self._tell(DEVICE, "Device1", Paired=("b", True), Bonded=("b", True))
        self._connect()
        await asyncio.sleep(_CONNECTS_IN_S)
        self._send(Message.new_method_return(message, "", []))

    def _called(self, message: Message) -> tuple[str, list[Any]]:
        member = str(message.member)
        if member == "GetManagedObjects":
            return "a{oa{sa{sv}}}", [_variants(self._objects())]
        if member == "GetAll":
            return "a{sv}", [_told(self._objects().get(str(message.path), {}).get(message.body[0], {}))]
        if member in {"StartDiscovery", "Connect"} and self.faults.is_off:
            raise RefusalError("org.bluez.Error.NotReady")
        if member in {"ReadValue", "WriteValue", "StartNotify"} and self._gatt.wants_bond > self.pairing.is_bonded:
            raise RefusalError("org.bluez.Error.NotPermitted")
        if member == "ReadValue":
            return "ay", [values_of(self._gatt)[str(message.path)]]
        work: dict[str, Callable[[], None]] = {
            "StartDiscovery": self._start_seeing,
            "StopDiscovery": self._stop_seeing,
            "Connect": self._connect,
            "Disconnect": self._let_go,
            "WriteValue": lambda: self._write(bytes(message.body[0])),
            "RegisterAgent": lambda: self.pairing.register(message),
            "RequestDefaultAgent": self.pairing.prefer,
            "StartNotify": lambda: self._tell(NOTIFIES, "GattCharacteristic1", Notifying=("b", True)),
        }
        work.get(member, lambda: None)()
        return "", []

    def _start_seeing(self) -> None:
        if self._seen is None:
            self._seen = asyncio.create_task(self._be_seen())

    def _stop_seeing(self) -> None:
        if self._seen:
            self._seen.cancel()
            self._seen = None

    async def _be_seen(self) -> None:
        strength = -50
        while True:
            await asyncio.sleep(_SEEN_EVERY_S)
            strength = -50 if strength != -50 else -51  # noqa: PLR2004 - a change is what is told
            if not self.faults.is_absent:
                self._tell(DEVICE, "Device1", RSSI=("n", strength))

    def _connect(self) -> None:
        if self.faults.connecting == "fails":
            raise RefusalError("org.bluez.Error.Failed")
        self.connections += 1
        self._is_connected = True
        self._tell(DEVICE, "Device1", Connected=("b", True))
        self._tell(DEVICE, "Device1", ServicesResolved=("b", True))

    def _let_go(self) -> None:
        if self.faults.refuses_to_disconnect:
            raise RefusalError("org.bluez.Error.Failed")
        self.hang_up()

    def hang_up(self) -> None:
        """The device lets go of the connection."""
        if self._is_connected:
            self._is_connected = False
            self._talk.hung_up()
            self._tell(DEVICE, "Device1", Connected=("b", False), ServicesResolved=("b", False))

    def _write(self, piece: bytes) -> None:
        if self.faults.hangs_up():
            self.hang_up()
            raise RefusalError("org.bluez.Error.NotConnected")
        for notification in self._talk.written(piece):
            asyncio.get_running_loop().call_soon(self._notify, notification)

    def _notify(self, value: bytes) -> None:
        self._tell(NOTIFIES, "GattCharacteristic1", Value=("ay", value))

    def _tell(self, path: str, interface: str, **changed: tuple[str, Any]) -> None:
        body = [f"org.bluez.{interface}", _told(changed), []]
        self._send(Message.new_signal(path, _PROPERTIES, "PropertiesChanged", "sa{sv}as", body))

    def _objects(self) -> Objects:
        if self.faults.has_no_adapter:
            return {}
        how = How(
            is_on=not self.faults.is_off,
            is_seeing=self._seen is not None,
            is_bonded=self.pairing.is_bonded,
            is_connected=self._is_connected,
        )
        return objects_of(self._gatt, how)


def _is_for_bluez(message: Message) -> bool:
    interface = str(message.interface)
    is_known = interface in {"org.freedesktop.DBus.ObjectManager", _PROPERTIES} or interface.startswith("org.bluez.")
    return is_known and message.message_type is MessageType.METHOD_CALL and message.path is not None


def _told(section: Section) -> dict[str, Variant]:
    return {name: Variant(signature, value) for name, (signature, value) in section.items()}


def _variants(objects: Objects) -> dict[str, dict[str, dict[str, Variant]]]:
    return {path: {name: _told(section) for name, section in parts.items()} for path, parts in objects.items()}
