"""A link against a real bus: what it hears, whom it believes, what it survives, what it leaves behind."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from dbus_next.aio.message_bus import MessageBus
from dbus_next.message import Message

from appliance.network.bus import DISCONNECTED, INVALID_ARGUMENTS, NO_REPLY, Bus, BusError, Call, Signal
from appliance.network.link import INCONSISTENT, PROPERTIES, SERVICE_UNKNOWN, Link, Match
from appliance.network.standin.service import StandInNetworkManager, left
from appliance.network.standin.state import NAME, PATH
from tests.network.conftest import PATIENCE_S, Moved, link_to, running, until_in_another_thread
from tests.stands.private_bus import PrivateBus

BUS, BUS_PATH = "org.freedesktop.DBus", "/org/freedesktop/DBus"
TOLD = Match(PROPERTIES, "PropertiesChanged", path=PATH, first=NAME)


class Hearer:
    """Remembers the signals and the comings and goings of a link."""

    def __init__(self, link: Link) -> None:
        self.link = link
        self.heard: list[Any] = []
        self.moves: list[bool] = []
        self._moved = Moved()
        link.hear(TOLD, self._hear)
        link.watch(self._move)

    async def sees_service(self) -> None:
        await self._moved.until(lambda: self.link.is_present)

    async def moved(self, times: int) -> None:
        await self._moved.until(lambda: len(self.moves) >= times)

    async def hears(self, air: StandInNetworkManager, *, is_enabled: bool) -> None:
        """Once the radio is switched on or off."""
        air.change(lambda state: setattr(state, "is_enabled", is_enabled))
        await self._moved.until(lambda: self.heard[-1:] == [is_enabled])

    def _hear(self, signal: Signal) -> None:
        self.heard.append(signal.body[1].get("WirelessEnabled"))
        self._moved()

    def _move(self) -> None:
        self.moves.append(self.link.is_present)
        self._moved()


@contextlib.asynccontextmanager
async def hearing(address: str, limit_s: float = PATIENCE_S) -> AsyncIterator[Hearer]:
    hearer = Hearer(link_to(address, limit_s))
    async with running(hearer.link):
        await hearer.sees_service()
        yield hearer


async def error_of(link: Link, member: str = "GetAll", signature: str = "s", body: list[Any] | None = None) -> str:
    with pytest.raises(BusError) as caught:
        await link.call(PATH, PROPERTIES, member, signature, [NAME] if body is None else body)
    return caught.value.name


async def test_values_come_without_variants(bus: PrivateBus, air: StandInNetworkManager) -> None:
    async with hearing(bus.address) as hearer:
        properties = await hearer.link.properties(PATH, NAME)
    assert (properties["State"], properties["Version"], properties["Capabilities"]) == (20, "1.42.4", [1])


async def test_a_refusal_has_the_name_that_the_service_gave_it(bus: PrivateBus, air: StandInNetworkManager) -> None:
    air.manners["GetAll"] = "refuses"
    async with hearing(bus.address) as hearer:
        assert await error_of(hearer.link) == f"{NAME}.PermissionDenied"


async def test_an_answer_that_is_no_table_of_properties_is_an_error(
    bus: PrivateBus, air: StandInNetworkManager
) -> None:
    air.manners["GetAll"] = "babbles"
    async with hearing(bus.address) as hearer:
        with pytest.raises(BusError) as caught:
            await hearer.link.properties(PATH, NAME)
    assert caught.value.name == INCONSISTENT


async def test_silence_ends_with_the_time_limit(bus: PrivateBus, air: StandInNetworkManager) -> None:
    air.manners["GetAll"] = "silent"
    async with hearing(bus.address) as hearer:
        with pytest.raises(BusError) as caught:
            await hearer.link.call(PATH, PROPERTIES, "GetAll", "s", [NAME], limit_s=0.1)
        air.manners["GetAll"] = "answers"
        assert await hearer.link.properties(PATH, NAME)
    assert caught.value.name == NO_REPLY


@pytest.mark.parametrize(
    ("member", "signature", "body"), [("no name", "", []), ("GetAll", "s", [b"bytes"]), ("GetAll", "(", [])]
)
async def test_what_cannot_be_said_on_the_bus_is_an_error_and_harms_nobody(
    bus: PrivateBus, air: StandInNetworkManager, member: str, signature: str, body: list[Any]
) -> None:
    async with hearing(bus.address) as hearer:
        assert await error_of(hearer.link, member, signature, body) == INVALID_ARGUMENTS
        assert await hearer.link.properties(PATH, NAME)


async def test_without_the_service_a_call_fails_at_once(bus: PrivateBus, air: StandInNetworkManager) -> None:
    async with hearing(bus.address) as hearer:
        air.stop()
        await hearer.moved(2)
        assert await error_of(hearer.link) == SERVICE_UNKNOWN
    assert await error_of(link_to(bus.address)) == SERVICE_UNKNOWN


async def test_a_call_ends_when_the_bus_does(bus: PrivateBus, air: StandInNetworkManager) -> None:
    air.manners["GetAll"] = "silent"
    async with hearing(bus.address) as hearer:
        asking = asyncio.create_task(error_of(hearer.link))
        await asyncio.sleep(0)
        bus.kill()
        assert await asking == DISCONNECTED


async def test_a_call_ends_when_the_service_does(bus: PrivateBus, air: StandInNetworkManager) -> None:
    air.manners["GetAll"] = "silent"
    async with hearing(bus.address) as hearer:
        asking = asyncio.create_task(error_of(hearer.link))
        await until_in_another_thread(lambda: air.asked)
        air.stop()
        assert await asking == NO_REPLY  # the bus says so, long before the time limit


async def test_it_hears_through_restarts_of_service_and_bus(bus: PrivateBus, air: StandInNetworkManager) -> None:
    async with hearing(bus.address) as hearer:
        await hearer.hears(air, is_enabled=False)
        air.restart()
        await hearer.moved(3)
        await hearer.hears(air, is_enabled=True)
        bus.kill()
        await hearer.moved(4)
        bus.start()
        air.restart()
        await hearer.moved(5)
        await hearer.hears(air, is_enabled=False)
    assert hearer.moves == [True, False, True, False, True, False]


async def test_whatever_fails_on_the_way_it_is_made_anew(bus: PrivateBus, air: StandInNetworkManager) -> None:
    link, faults = link_to(bus.address), [ValueError("a mistake of ours")]

    def stumble() -> None:
        if faults:
            raise faults.pop()

    link.watch(stumble)
    async with running(link):
        async with asyncio.timeout(PATIENCE_S):
            while not link.is_present or faults:  # noqa: ASYNC110 - the first one that is told raises
                await asyncio.sleep(0.01)
        assert (await link.properties(PATH, NAME))["State"] == 20


async def tell(address: str, *signals: Message, to: str) -> None:
    """By somebody new, to one alone, until the bus has passed it on: it answers in turn."""
    stranger = await MessageBus(address).connect()
    for signal in signals:
        signal.destination = to
        await stranger.send(signal)
    await stranger.call(Message(BUS, BUS_PATH, BUS, "GetId"))
    await left(stranger)


async def test_a_stranger_is_not_believed(bus: PrivateBus, air: StandInNetworkManager) -> None:
    async with hearing(bus.address) as hearer:
        assert hearer.link._bus
        to = str(hearer.link._bus.unique_name)
        gone = [NAME, air.unique_name, ""]
        await tell(
            bus.address,
            Message.new_signal(PATH, PROPERTIES, "PropertiesChanged", "sa{sv}as", [NAME, {}, []]),
            Message.new_signal(BUS_PATH, BUS, "NameOwnerChanged", "sss", gone),
            to=to,
        )
        await hearer.hears(air, is_enabled=False)
    assert hearer.heard == [False]
    assert hearer.moves == [True, False]  # the latter when we left


class LateLink(Link):
    """Learns who owns the name when that one has left, which it heard before."""

    def __init__(self, address: str, air: StandInNetworkManager) -> None:
        super().__init__(NAME, address=address)
        self.has_asked = asyncio.Event()
        self._air = air

    async def _ask_owner(self, bus: Bus) -> str:
        owner = await super()._ask_owner(bus)
        self._air.stop()
        await bus.ask(Call(BUS, BUS_PATH, BUS, "GetId"), PATIENCE_S)
        self.has_asked.set()
        return owner


async def test_what_was_heard_is_newer_than_a_late_answer(bus: PrivateBus, air: StandInNetworkManager) -> None:
    link = LateLink(bus.address, air)
    hearer = Hearer(link)
    async with running(link):
        await link.has_asked.wait()
        assert not link.is_present
        air.start()
        await hearer.sees_service()
        assert await link.properties(PATH, NAME)
        assert hearer.moves == [True]


@pytest.mark.parametrize(
    ("path", "fits"), [("/a/b", True), ("/a/b/c", True), ("/a/bc", False), ("/a", False), ("/", False)]
)
def test_a_match_reaches_down_but_not_beside(path: str, fits: bool) -> None:
    assert Match("i.f", "M", under="/a/b").fits(Signal(":1.1", path, "i.f", "M", [])) == fits


# what a bus may do wrong


async def bus_error(address: str, limit_s: float) -> BusError:
    with pytest.raises(BusError) as caught:
        await Bus.open(address, print, limit_s)
    return caught.value


@pytest.mark.parametrize("address", ["unix:path=/nowhere/bus", "tcp:host=localhost,port=1", "unix:dir=/tmp", "", "x"])
async def test_a_bus_that_cannot_be_reached_is_an_error(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", address or "unix:path=/nowhere/bus")
    assert (await bus_error(address, PATIENCE_S)).name == DISCONNECTED


@pytest.mark.parametrize(
    "words",
    [b"", b"OK", b"REJECTED EXTERNAL\r\n", b"\xff\r\n", b"OK 00\r\n", b"OK 00\r\n" + bytes(range(256))],
)
async def test_a_bus_that_babbles_and_hangs_up_is_an_error(tmp_path: Path, words: bytes) -> None:
    is_over = asyncio.Event()

    async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        with contextlib.suppress(ConnectionError):
            writer.write(words)
            writer.close()
            await writer.wait_closed()
        is_over.set()

    async with await asyncio.start_unix_server(babble, tmp_path / "bus"):
        assert (await bus_error(f"unix:path={tmp_path}/bus", PATIENCE_S)).name == DISCONNECTED
        await is_over.wait()


async def test_a_bus_that_hangs_keeps_nobody(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listening, contextlib.ExitStack() as queue:
        listening.bind(str(tmp_path / "bus"))
        listening.listen(0)
        assert (await bus_error(f"unix:path={tmp_path}/bus", 0.1)).name == DISCONNECTED
        with contextlib.suppress(BlockingIOError):
            while True:  # until its queue is full
                waiting = queue.enter_context(socket.socket(socket.AF_UNIX))
                waiting.setblocking(False)
                waiting.connect(str(tmp_path / "bus"))
        assert (await bus_error(f"unix:path={tmp_path}/bus", PATIENCE_S)).name == DISCONNECTED


async def test_a_bus_that_falls_silent_is_given_up_and_found_again(bus: PrivateBus) -> None:
    bus.freeze()
    assert (await bus_error(bus.address, 0.1)).name == DISCONNECTED
    bus.thaw()
    (await Bus.open(bus.address, print, PATIENCE_S)).close()


async def test_a_closed_connection_says_so(bus: PrivateBus) -> None:
    opened = await Bus.open(bus.address, print, PATIENCE_S)
    opened.close()
    opened.close()
    with pytest.raises(BusError) as caught:
        await opened.ask(Call(BUS, BUS_PATH, BUS, "GetId"), PATIENCE_S)
    assert caught.value.name == DISCONNECTED


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def test_nothing_is_left_behind(bus: PrivateBus, air: StandInNetworkManager) -> None:
    air.stop()
    bus.kill()
    files = open_files()
    async with running(link_to(bus.address)) as link:
        hearer = Hearer(link)
        for number in range(3):
            bus.start()
            air.start()
            await hearer.moved(2 * number + 1)
            await link.properties(PATH, NAME)
            air.stop()
            bus.kill()
            await hearer.moved(2 * number + 2)
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert open_files() == files
