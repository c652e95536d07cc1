"""A bus of our own with a NetworkManager on it, and who follows them."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from appliance.backoff import Backoff
from appliance.network.link import Link
from appliance.network.model import UNKNOWN, Uplink
from appliance.network.standin.air import Router
from appliance.network.standin.service import StandInNetworkManager
from appliance.network.standin.state import SETTINGS_PATH, Active, Connection, State
from appliance.network.uplink import NETWORK_MANAGER, UplinkWatch
from tests.stands.private_bus import PrivateBus

PATIENCE_S = 60.0


def link_to(address: str, limit_s: float = PATIENCE_S) -> Link:
    """A link that does not wait long for the bus to come back."""
    return Link(NETWORK_MANAGER, address=address, limit_s=limit_s, waits=Backoff(0.02, 0.1))


@contextlib.asynccontextmanager
async def running(link: Link) -> AsyncIterator[Link]:
    task = asyncio.create_task(link.run())
    try:
        yield link
        assert not task.done(), "a link never ends by itself"
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


class Moved:
    """Wakes whoever waits for something to become true, whenever anything happened."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def __call__(self, *_: object) -> None:
        self._event.set()

    async def until(self, is_so: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not is_so():
                self._event.clear()
                await self._event.wait()


class Follower:
    """Follows the uplink and remembers what it was told. `limit_s`: how long NetworkManager may take."""

    def __init__(self, address: str, limit_s: float = PATIENCE_S) -> None:
        self.told: list[Uplink] = []
        self.link = link_to(address, limit_s)
        self.watch = UplinkWatch(self.link, self._hear, Backoff(0.02, 0.1))
        self._moved = Moved()

    async def sees(self, wanted: Uplink) -> None:
        """Wait until the uplink is so."""
        await self._moved.until(lambda: self.watch.uplink == wanted)

    def _hear(self, uplink: Uplink) -> None:
        assert uplink == self.watch.uplink
        assert uplink != (self.told or [UNKNOWN])[-1], "told twice"
        self.told.append(uplink)
        self._moved()

    @contextlib.asynccontextmanager
    async def following(self) -> AsyncIterator["Follower"]:
        async with running(self.link):
            task = asyncio.create_task(self.watch.run())
            try:
                yield self
                assert not task.done(), "a watch never ends by itself"
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
def bus(tmp_path: Path) -> Iterator[PrivateBus]:
    with PrivateBus(tmp_path) as private:
        yield private


def be_in(air: StandInNetworkManager, name: str, router: Router) -> None:
    """In a network at once, by a connection of that name."""

    def join(state: State) -> None:
        connection = Connection(f"{SETTINGS_PATH}/1", {"connection": {"id": ("s", name)}}, "disk")
        state.heard = [router]
        state.radios[0].active = Active(air._new_path("ActiveConnection"), connection, router, is_up=True)

    air.change(join)


async def until_in_another_thread(is_so: Callable[[], object]) -> None:
    """Wait until something is so that nobody tells."""
    async with asyncio.timeout(PATIENCE_S):
        while not is_so():  # noqa: ASYNC110 - in another thread
            await asyncio.sleep(0.005)


@pytest.fixture
def air(bus: PrivateBus) -> Iterator[StandInNetworkManager]:
    """NetworkManager on the bus, connected to nothing."""
    with StandInNetworkManager(bus.address) as stand:
        stand.start()
        yield stand
