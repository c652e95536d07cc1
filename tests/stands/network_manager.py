"""A message bus of one's own, and on it a NetworkManager that does as it is told.

The bus is the distribution's `dbus-daemon`. The stand-in is a D-Bus service in a thread of its own: it owns
NetworkManager's name, answers `GetAll` and tells `PropertiesChanged`, with names and types that a test holds against
NetworkManager's own introspection files.
"""

import asyncio
import contextlib
import subprocess
import threading
from collections.abc import Coroutine
from pathlib import Path
from signal import SIGCONT, SIGSTOP
from typing import Any, Literal, Self, TypeVar

from dbus_next.aio.message_bus import MessageBus
from dbus_next.constants import MessageType, NameFlag, RequestNameReply
from dbus_next.message import Message
from dbus_next.signature import Variant

NAME = "org.freedesktop.NetworkManager"
PATH = "/org/freedesktop/NetworkManager"
ACTIVE = f"{NAME}.Connection.Active"
ACCESS_POINT = f"{NAME}.AccessPoint"
PROPERTIES = "org.freedesktop.DBus.Properties"

Manner = Literal["answers", "silent", "refuses", "babbles"]
T = TypeVar("T")

_CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <listen>unix:path={socket}</listen>
  <policy context="default">
    <allow user="*"/><allow own="*"/><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
  </policy>
</busconfig>
"""


class PrivateBus:
    """A bus on a socket in `folder`, inside a `with`; the address stays the same when it is started anew."""

    def __init__(self, folder: Path) -> None:
        self._socket = folder / "bus"
        self._config = folder / "bus.conf"
        self._config.write_text(_CONFIG.format(socket=self._socket))
        self._daemon: subprocess.Popen[str] | None = None
        self.address = f"unix:path={self._socket}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self) -> None:
        """Returns when it listens."""
        self._socket.unlink(missing_ok=True)
        argv = ["dbus-daemon", "--nofork", "--nopidfile", f"--config-file={self._config}", "--print-address"]
        quiet = subprocess.DEVNULL
        self._daemon = subprocess.Popen(argv, stdin=quiet, stdout=subprocess.PIPE, stderr=quiet, text=True)
        assert self._daemon.stdout is not None
        assert self._daemon.stdout.readline(), "`scripts/system-packages test` installs dbus-daemon"

    def kill(self) -> None:
        """Vanish, as in a crash."""
        if self._daemon:
            self._daemon.kill()
            self._daemon.communicate()
            self._daemon = None

    def freeze(self) -> None:
        """Fall silent with every connection open."""
        assert self._daemon
        self._daemon.send_signal(SIGSTOP)

    def thaw(self) -> None:
        assert self._daemon
        self._daemon.send_signal(SIGCONT)


class NetworkManagerStand:
    """Inside a `with` it has a thread; on the bus it is from `start` to `stop`. Its properties outlive that."""

    def __init__(self, address: str) -> None:
        self.manner: Manner = "answers"
        self.asked: list[str] = []
        """The paths whose properties were asked for, answered or not."""
        self.was_asked = threading.Event()
        self.objects: dict[str, dict[str, dict[str, Variant]]] = {PATH: {NAME: _manager()}}
        self._address = address
        self._bus: MessageBus | None = None
        self._numbers = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="network-manager")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def unique_name(self) -> str:
        """As the bus knows it now."""
        assert self._bus
        return str(self._bus.unique_name)

    def start(self, name: str = NAME) -> None:
        """Appear on the bus under `name`."""
        self._in_thread(self._start(name))

    def stop(self) -> None:
        """Leave the bus, as in a crash."""
        self._in_thread(self._stop())

    def restart(self) -> None:
        self.stop()
        self.start()

    def join_wifi(self, ssid: bytes, name: str, **manager: int) -> None:
        """Be connected by Wi-Fi; `manager`: its `State`, `Connectivity` and `Metered` where they are to differ."""
        access_point = self._new_path("AccessPoint")
        self.objects[access_point] = {ACCESS_POINT: _access_point(ssid)}
        self._join(_active(name, "802-11-wireless", access_point), manager)

    def join_wire(self, name: str, **manager: int) -> None:
        """Be connected by cable."""
        self._join(_active(name, "802-3-ethernet", "/"), manager)

    def leave(self) -> None:
        """Be connected to nothing."""
        self.change(State=20, Connectivity=1, Metered=0, PrimaryConnection="/", PrimaryConnectionType="")
        for path in list(self.objects):
            if path != PATH:
                del self.objects[path]

    def change(self, path: str = PATH, interface: str = NAME, **values: Any) -> None:
        """Set properties and tell so in one signal; their types stay."""
        self._in_thread(self._change(path, interface, values))

    def tell(self, to: str, signal: Message) -> None:
        """Send a signal to one alone. Returns when the bus has passed it on."""
        signal.destination = to
        self._in_thread(self._send(signal))
        self._in_thread(self._sync())

    def _join(self, active: dict[str, Variant], manager: dict[str, int]) -> None:
        path = self._new_path("ActiveConnection")
        self.objects[path] = {ACTIVE: active}
        values: dict[str, Any] = {"State": 70, "Connectivity": 4, "Metered": 4, **manager}
        self.change(PrimaryConnection=path, PrimaryConnectionType=active["Type"].value, **values)

    def _new_path(self, kind: str) -> str:
        self._numbers += 1
        return f"{PATH}/{kind}/{self._numbers}"

    def _in_thread(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    async def _start(self, name: str) -> None:
        self._bus = MessageBus(self._address)
        self._bus.add_message_handler(self._answer)
        await self._bus.connect()
        assert await self._bus.request_name(name, NameFlag.DO_NOT_QUEUE) is RequestNameReply.PRIMARY_OWNER

    async def _stop(self) -> None:
        bus, self._bus = self._bus, None
        if bus:
            bus._finalize(None)  # type: ignore[no-untyped-call]  # leaves nothing to wait for
            with contextlib.suppress(Exception):
                await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]
            with contextlib.suppress(OSError):
                bus._stream.close()
            bus._sock.close()

    async def _change(self, path: str, interface: str, values: dict[str, object]) -> None:
        properties = self.objects[path][interface]
        changed = {name: Variant(properties[name].signature, value) for name, value in values.items()}
        properties.update(changed)
        # NetworkManager tells it in its own, older way, too (its signal `PropertiesChanged` of the same interface)
        await self._send(Message.new_signal(path, interface, "PropertiesChanged", "a{sv}", [changed]))
        body = [interface, changed, []]
        await self._send(Message.new_signal(path, PROPERTIES, "PropertiesChanged", "sa{sv}as", body))

    async def _send(self, message: Message) -> None:
        if self._bus:
            await self._bus.send(message)

    async def _sync(self) -> None:
        """The bus takes our messages in turn: once it answers, it is done with those before."""
        assert self._bus
        await self._bus.call(Message("org.freedesktop.DBus", "/", "org.freedesktop.DBus", "GetId"))

    def _answer(self, message: Message) -> Message | bool:
        if message.message_type is not MessageType.METHOD_CALL or message.interface != PROPERTIES:
            return False
        self.asked.append(message.path)
        self.was_asked.set()
        if self.manner == "silent":
            return True
        if self.manner == "babbles":
            return Message.new_method_return(message, "s", ["?"])
        if self.manner == "refuses":
            return Message.new_error(message, "org.freedesktop.DBus.Error.AccessDenied", "not for you")
        properties = self.objects.get(message.path, {}).get(message.body[0])
        if properties is None:
            return Message.new_error(message, "org.freedesktop.DBus.Error.UnknownMethod", "no such object")
        return Message.new_method_return(message, "a{sv}", [properties])


def _manager() -> dict[str, Variant]:
    return {
        "Version": Variant("s", "1.42.4"),
        "State": Variant("u", 20),
        "Connectivity": Variant("u", 1),
        "Metered": Variant("u", 0),
        "PrimaryConnection": Variant("o", "/"),
        "PrimaryConnectionType": Variant("s", ""),
        "ActivatingConnection": Variant("o", "/"),
        "Startup": Variant("b", False),
        "WirelessEnabled": Variant("b", True),
        "Capabilities": Variant("au", [1]),
    }


def _active(name: str, kind: str, specific_object: str) -> dict[str, Variant]:
    return {
        "Id": Variant("s", name),
        "Type": Variant("s", kind),
        "Connection": Variant("o", f"{PATH}/Settings/1"),
        "SpecificObject": Variant("o", specific_object),
        "Devices": Variant("ao", [f"{PATH}/Devices/2"]),
        "State": Variant("u", 2),
        "Default": Variant("b", True),
        "Vpn": Variant("b", False),
    }


def _access_point(ssid: bytes) -> dict[str, Variant]:
    return {
        "Ssid": Variant("ay", ssid),
        "Strength": Variant("y", 60),
        "Frequency": Variant("u", 2437),
        "HwAddress": Variant("s", "02:00:00:00:00:01"),
        "Flags": Variant("u", 1),
        "WpaFlags": Variant("u", 0),
        "RsnFlags": Variant("u", 0x188),
        "LastSeen": Variant("i", 100),
    }
