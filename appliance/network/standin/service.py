"""NetworkManager's name, objects, calls and signals on a bus, over made-up state.

It runs in a thread of its own, so that it answers while whoever drives it waits. It misbehaves on demand: it may be
silent, refuse, babble, vanish, start anew, or lose a radio.
"""

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable, Coroutine
from typing import Any, Literal, Self, TypeVar

from dbus_next.aio.message_bus import MessageBus
from dbus_next.constants import MessageType, NameFlag, RequestNameReply
from dbus_next.message import Message
from dbus_next.signature import Variant

from appliance.network.outcome import DeviceState, Step, Whisper
from appliance.network.standin.air import Join, join_of
from appliance.network.standin.sequences import ACCESS_POINT, LEAVING, UNPLUGGED
from appliance.network.standin.state import NAME, PATH, Active, Checkpoint, Connection, Content, State, Wireless

SUPPLICANT = "fi.w1.wpa_supplicant1"
_PROPERTIES = "org.freedesktop.DBus.Properties"
_ACTIVE = f"{NAME}.Connection.Active"
_DENIED = f"{NAME}.PermissionDenied"
_PATIENCE_S = 30.0

Manner = Literal["answers", "silent", "refuses", "babbles"]
T = TypeVar("T")


class RefusalError(Exception):
    """The name of an error on the bus, and its text."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__(text)
        self.name = name


class StandInNetworkManager:
    """Inside a `with` it has a thread; on the bus it is from `start` to `stop`. What is on disk outlives that.

    `step_s`: how long each step of a join takes.
    """

    def __init__(self, address: str, step_s: float = 0.002) -> None:
        self.state = State()
        self.manners: dict[str, Manner] = {}
        """By the name of a call: what becomes of it, instead of an answer."""
        self.calls: list[str] = []
        """The names of all calls but those for properties, in order."""
        self.asked: list[str] = []
        """The paths whose properties were asked for, answered or not."""
        self.hotspots: list[Content] = []
        """Every set-up network that was opened."""
        self.is_slow = threading.Event()
        """While set, a join stays at its beginning."""
        self.scans = True
        """Whether a scan that is asked for is made."""
        self.joins_by_itself = False
        """Whether a radio that carries nothing is taken into a known network, unless somebody had it leave one. A
        connection is on one radio at a time."""
        self._address = address
        self._step_s = step_s
        self._bus: MessageBus | None = None
        self._numbers = 0
        self._works: dict[str, asyncio.Task[None]] = {}
        """By the path of the radio."""
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="stand-in network-manager")
        self._table: dict[str, Callable[..., Any]] = {
            "GetAllAccessPoints": lambda _: ("ao", [self.state.access_points()]),
            "RequestScan": self._scan,
            "ListConnections": lambda _: ("ao", [[*self.state.connections]]),
            "GetSettings": self._settings,
            "GetSecrets": self._secrets,
            "AddConnection2": self._add,
            "Update2": self._update,
            "Delete": self._delete,
            "AddAndActivateConnection2": self._add_and_activate,
            "ActivateConnection": self._activate,
            "DeactivateConnection": self._deactivate,
            "CheckConnectivity": lambda _: ("u", [self.state.connectivity]),
            "CheckpointCreate": self._checkpoint,
            "CheckpointRollback": self._roll_back,
            "CheckpointDestroy": self._destroy,
            "Set": self._set,
        }

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

    def start(self) -> None:
        """Appear on the bus."""
        self._in_thread(self._start())

    def stop(self) -> None:
        """Leave the bus, as in a crash: what was in memory alone is gone."""
        self._in_thread(self._stop())

    def restart(self) -> None:
        self.stop()
        self.start()

    def change(self, what: Callable[[State], None]) -> None:
        """Change the state, and tell so."""
        self._in_thread(self._change(what))

    def forget_home(self) -> None:
        """The network that the first radio is in is out of reach."""
        self._in_thread(self._lose(self.state.radios[0]))

    def plug(self, radio: Wireless) -> None:
        """There is one more."""
        self._in_thread(self._plug(radio))

    def unplug(self, interface: str) -> None:
        """This radio is gone, whatever it did."""
        self._in_thread(self._unplug(interface))

    # the thread's own

    def _in_thread(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_PATIENCE_S)

    async def _start(self) -> None:
        self._bus = MessageBus(self._address)
        self._bus.add_message_handler(self._answer)
        await self._bus.connect()
        for name in (SUPPLICANT, NAME):
            assert await self._bus.request_name(name, NameFlag.DO_NOT_QUEUE) is RequestNameReply.PRIMARY_OWNER

    async def _stop(self) -> None:
        for radio in self.state.radios:
            await self._stop_work(radio)
            radio.active, radio.state = None, DeviceState.DISCONNECTED
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        state = self.state
        state.checkpoints = {}
        state.connections = {path: one for path, one in state.connections.items() if one.kind == "disk"}
        bus, self._bus = self._bus, None
        if bus:
            await left(bus)

    async def _change(self, what: Callable[[State], None]) -> None:
        what(self.state)
        await self._tell()

    async def _lose(self, radio: Wireless) -> None:
        if radio.active and radio.active.router:
            radio.active.router.is_on = False
        await self._stop_work(radio)
        await self._step(radio, Step(120, 100, 53))
        radio.active = None
        await self._step(radio, Step(30, 120, 0))
        await self._tell()

    async def _plug(self, radio: Wireless) -> None:
        self.state.radios.append(radio)
        await self._step(radio, Step(30, 20, 0))
        await self._tell()
        self._join_by_itself()

    async def _unplug(self, interface: str) -> None:
        (gone,) = [radio for radio in self.state.radios if radio.interface == interface]
        await self._stop_work(gone)
        for step in UNPLUGGED:
            await self._step(gone, step)
        self._let_go(gone)
        self.state.radios.remove(gone)
        await self._tell()
        self._join_by_itself()

    def _join_by_itself(self) -> None:
        """Each radio that carries nothing is taken into what nobody else is in."""
        if not self.joins_by_itself:
            return
        for radio in [one for one in self.state.radios if one.active is None]:
            carried = [other.active.connection for other in self.state.radios if other.active]
            names = {router.ssid for router in self.state.routers if router.is_on}
            for known in self.state.connections.values():
                if known.kind == "disk" and known.ssid in names and known not in carried and radio.active is None:
                    self._use(known, radio)

    async def _tell(self) -> None:
        """The properties of the manager and of what it is connected by, which may have changed."""
        for path, interfaces in self.state.objects().items():
            for interface in {NAME, _ACTIVE} & interfaces.keys():
                told = {name: _variant(value) for name, value in interfaces[interface].items()}
                # NetworkManager tells it in its own, older way, too
                await self._send(Message.new_signal(path, interface, "PropertiesChanged", "a{sv}", [told]))
                body = [interface, told, []]
                await self._send(Message.new_signal(path, _PROPERTIES, "PropertiesChanged", "sa{sv}as", body))

    async def _send(self, message: Message) -> None:
        if self._bus:
            await self._bus.send(message)

    def _answer(self, message: Message) -> Message | bool:
        if message.message_type is not MessageType.METHOD_CALL or not str(message.path).startswith(PATH):
            return False
        member = str(message.member)
        manner = self.manners.get(member, "answers")
        if member == "GetAll":
            self.asked.append(str(message.path))
        else:
            self.calls.append(member)
        if manner == "silent":
            return True
        if manner == "babbles":
            return Message.new_method_return(message, "s", ["?"])
        if manner == "refuses":
            return Message.new_error(message, _DENIED, "not for you")
        try:
            signature, body = self._all(message) if member == "GetAll" else self._called(member, message)
        except RefusalError as refusal:
            return Message.new_error(message, refusal.name, str(refusal))
        return Message.new_method_return(message, signature, body)

    def _called(self, member: str, message: Message) -> tuple[str, list[Any]]:
        if member not in self._table:
            raise RefusalError("org.freedesktop.DBus.Error.UnknownMethod", member)
        answer: tuple[str, list[Any]] = self._table[member](message)
        return answer

    def _all(self, message: Message) -> tuple[str, list[Any]]:
        told = self.state.objects().get(str(message.path), {}).get(message.body[0])
        if told is None:
            raise RefusalError("org.freedesktop.DBus.Error.UnknownMethod", "no such object")
        return "a{sv}", [{name: _variant(value) for name, value in told.items()}]

    # the calls

    def _scan(self, _: Message) -> tuple[str, list[Any]]:
        if not self.state.is_enabled:
            raise RefusalError(f"{NAME}.Device.NotAllowed", "Scanning not allowed while unavailable")
        if self.scans:
            self._loop.call_later(self._step_s, self._scanned)
        return "", []

    def _scanned(self) -> None:
        self.state.scans += 1
        self.state.last_scan_ms = int(time.clock_gettime(time.CLOCK_BOOTTIME) * 1000) + self.state.scans
        self.state.heard = [router for router in self.state.routers if router.is_on]

    def _connection(self, path: str) -> Connection:
        if path not in self.state.connections:
            raise RefusalError(f"{NAME}.UnknownConnection", "there is no such connection")
        return self.state.connections[path]

    def _settings(self, message: Message) -> tuple[str, list[Any]]:
        told = self._connection(str(message.path)).settings
        safe = {name: {key: v for key, v in part.items() if key != "psk"} for name, part in told.items()}
        return "a{sa{sv}}", [_variants(safe)]

    def _secrets(self, message: Message) -> tuple[str, list[Any]]:
        told = self._connection(str(message.path)).settings.get(message.body[0])
        if told is None:
            raise RefusalError(f"{NAME}.Settings.Connection.SettingNotFound", "no such setting")
        return "a{sa{sv}}", [_variants({message.body[0]: {k: v for k, v in told.items() if k == "psk"}})]

    def _add(self, message: Message) -> tuple[str, list[Any]]:
        kind = "disk" if message.body[1] & 1 else "memory"
        return "oa{sv}", [self._new(_content(message.body[0]), kind).path, {}]

    def _new(self, settings: Content, kind: str) -> Connection:
        uuid = settings["connection"]["uuid"][1]
        if any(one.uuid == uuid for one in self.state.connections.values()):
            raise RefusalError(f"{NAME}.Settings.UuidExists", "A connection with this UUID already exists")
        made = Connection(self._new_path("Settings"), settings, kind)
        self.state.connections[made.path] = made
        return made

    def _new_path(self, kind: str) -> str:
        self._numbers += 1
        return f"{PATH}/{kind}/{self._numbers}"

    def _update(self, message: Message) -> tuple[str, list[Any]]:
        known = self._connection(str(message.path))
        known.settings = _content(message.body[0])
        known.kind = "disk" if message.body[1] & 1 else known.kind
        return "a{sv}", [{}]

    def _delete(self, message: Message) -> tuple[str, list[Any]]:
        gone = self._connection(str(message.path))
        del self.state.connections[gone.path]
        for radio in self.state.radios:
            if radio.active and radio.active.connection is gone:
                self._begin(radio, self._leave_for_good(radio))
        return "", []

    def _add_and_activate(self, message: Message) -> tuple[str, list[Any]]:
        settings, device, _, options = message.body
        radio = self._radio(device)
        made = self._new(_content(settings), options["persist"].value)
        if made.is_access_point:
            self.hotspots.append(made.settings)
        return "ooa{sv}", [made.path, self._use(made, radio), {}]

    def _activate(self, message: Message) -> tuple[str, list[Any]]:
        radio = self._radio(message.body[1])
        return "o", [self._use(self._connection(message.body[0]), radio)]

    def _radio(self, path: str) -> Wireless:
        found = [radio for radio in self.state.radios if radio.path == path]
        if not (found and self.state.is_enabled):
            raise RefusalError(f"{NAME}.UnknownConnection", "no suitable device")
        return found[0]

    def _deactivate(self, message: Message) -> tuple[str, list[Any]]:
        carriers = [one for one in self.state.radios if one.active and one.active.path == message.body[0]]
        if not carriers:
            raise RefusalError(f"{NAME}.ConnectionNotActive", "not active")
        self._begin(carriers[0], self._leave(carriers[0]))
        return "", []

    def _checkpoint(self, message: Message) -> tuple[str, list[Any]]:
        if self.state.checkpoints:
            raise RefusalError(f"{NAME}.InvalidArguments", "device is already included in checkpoint")
        path = self._new_path("Checkpoint")
        radios = [self._radio(device) for device in message.body[0]] or self.state.radios
        carried = {one.path: one.active.connection if one.active else None for one in radios}
        self.state.checkpoints[path] = Checkpoint(carried)
        self._timers[path] = self._loop.call_later(message.body[1], self._go_back, path)
        return "o", [path]

    def _roll_back(self, message: Message) -> tuple[str, list[Any]]:
        if message.body[0] not in self.state.checkpoints:
            raise RefusalError(f"{NAME}.InvalidArguments", "no such checkpoint")
        self._go_back(message.body[0])
        return "a{su}", [{radio.path: 0 for radio in self.state.radios}]

    def _go_back(self, path: str) -> None:
        self._timers.pop(path).cancel()
        before = self.state.checkpoints.pop(path)
        for radio in [one for one in self.state.radios if one.path in before.carried]:
            self._go_back_with(radio, before.carried[radio.path])

    def _go_back_with(self, radio: Wireless, before: Connection | None) -> None:
        work = self._works.get(radio.path)
        is_settled = work is None or work.done()
        if before is None:
            self._begin(radio, self._leave(radio))
        elif not (is_settled and radio.active and radio.active.connection is before):
            self._use(before, radio)

    def _destroy(self, message: Message) -> tuple[str, list[Any]]:
        self._timers.pop(message.body[0]).cancel()
        del self.state.checkpoints[message.body[0]]
        return "", []

    def _set(self, message: Message) -> tuple[str, list[Any]]:
        self.state.is_enabled = bool(message.body[2].value)
        self._begin(None, self._tell())
        return "", []

    # what takes time

    def _use(self, connection: Connection, radio: Wireless) -> str:
        path = self._new_path("ActiveConnection")
        self._begin(radio, self._come_up(radio, Active(path, connection)))
        return path

    def _begin(self, radio: Wireless | None, work: Coroutine[Any, Any, None]) -> None:
        key = radio.path if radio else ""
        before = self._works.pop(key, None)
        if before:
            before.cancel()
        self._works[key] = self._loop.create_task(work)

    async def _stop_work(self, radio: Wireless) -> None:
        work = self._works.pop(radio.path, None)
        if work:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)

    async def _leave(self, radio: Wireless) -> None:
        if radio.active:
            for step in LEAVING:
                await self._step(radio, step)
        self._let_go(radio)
        await self._tell()

    async def _leave_for_good(self, radio: Wireless) -> None:
        """Nobody asked for that: another network may be joined by itself."""
        await self._leave(radio)
        self._loop.call_soon(self._join_by_itself)

    def _let_go(self, radio: Wireless) -> None:
        if radio.active and radio.active.connection.kind == "volatile":
            self.state.connections.pop(radio.active.connection.path, None)
        radio.active = None

    async def _come_up(self, radio: Wireless, active: Active) -> None:
        await self._leave(radio)
        self.state.connections.setdefault(active.connection.path, active.connection)
        radio.active = active
        join = self._join(active.connection)
        for number, step in enumerate(join.steps):
            while self.is_slow.is_set():  # noqa: ASYNC110 - set by other threads
                await asyncio.sleep(self._step_s)
            if number == len(join.steps) - 2:
                await self._whisper(join.whispers)
            if step.new == DeviceState.ACTIVATED:
                active.is_up, active.router = True, join.router
            await self._step(radio, step)
            if step.new == DeviceState.DISCONNECTED:
                radio.active = None
        await self._tell()
        self._loop.call_soon(self._join_by_itself)  # what this radio has left is free for another one

    def _join(self, connection: Connection) -> Join:
        if connection.is_access_point:
            return Join(ACCESS_POINT)
        security = "802-11-wireless-security"
        key_management, password = str(connection.get(security, "key-mgmt")), str(connection.get(security, "psk"))
        return join_of(self.state.routers, connection.ssid, key_management, password)

    async def _step(self, radio: Wireless, step: Step) -> None:
        await asyncio.sleep(self._step_s)
        radio.state = step.new
        body = [step.new, step.old, step.reason]
        await self._send(Message.new_signal(radio.path, f"{NAME}.Device", "StateChanged", "uuu", body))

    async def _whisper(self, whispers: Any) -> None:
        for whisper in whispers:
            assert isinstance(whisper, Whisper)
            told = {whisper.name: Variant("s" if isinstance(whisper.value, str) else "i", whisper.value)}
            body = [f"{SUPPLICANT}.Interface", told, []]
            path = "/fi/w1/wpa_supplicant1/Interfaces/0"
            await self._send(Message.new_signal(path, _PROPERTIES, "PropertiesChanged", "sa{sv}as", body))


async def left(bus: MessageBus) -> None:
    """Leave the bus as in a crash, and leave nothing open."""
    bus._finalize(None)  # type: ignore[no-untyped-call]  # noqa: SLF001 - leaves nothing to wait for
    with contextlib.suppress(Exception):
        await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]
    with contextlib.suppress(OSError):
        bus._stream.close()  # noqa: SLF001 - the library forgets it
    bus._sock.close()  # noqa: SLF001


def _content(told: dict[str, dict[str, Variant]]) -> Content:
    return {name: {key: (v.signature, v.value) for key, v in part.items()} for name, part in told.items()}


def _variant(told: tuple[str, Any]) -> Variant:
    signature, value = told
    if signature == "aa{sv}":
        value = [{k: v if isinstance(v, Variant) else _variant(v) for k, v in entry.items()} for entry in value]
    return Variant(signature, value)


def _variants(told: Content) -> dict[str, dict[str, Variant]]:
    return {name: {key: _variant(value) for key, value in part.items()} for name, part in told.items()}
