"""The watchdog is fed by what recording brings about; the manager's socket is real, recording is a stand-in."""

import asyncio
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from appliance.notify import Notifier
from appliance.recording.freshness import Freshness
from appliance.recording.heartbeat import FOR_ANOTHER_LIFE, Heartbeat

PATIENCE_S = 60


@dataclass
class HandRecording:
    """A recorder of which a test says what it has brought about."""

    freshness: Freshness = field(default_factory=lambda: Freshness(1))
    restarts: int = 0
    last_closed_s: float | None = None
    is_paused: bool = False


class Manager:
    """A service manager at a socket."""

    def __init__(self, path: Path) -> None:
        self.address = str(path)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.address)
        self.socket.setblocking(False)

    async def hear(self) -> str:
        async with asyncio.timeout(PATIENCE_S):
            return (await asyncio.get_running_loop().sock_recv(self.socket, 1000)).decode()

    def has_heard(self) -> bool:
        try:
            return bool(self.socket.recv(1000))
        except BlockingIOError:
            return False


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Manager]:
    manager = Manager(tmp_path / "notify")
    with manager.socket:
        yield manager


async def test_it_feeds_for_news_only_and_says_what_it_does(manager: Manager) -> None:
    recording, stop = HandRecording(), asyncio.Event()
    life = asyncio.create_task(Heartbeat(Notifier(manager.address, 0.08), recording).run(stop))
    assert await manager.hear() == "READY=1"
    assert await manager.hear() == "WATCHDOG=1\nSTATUS=starting"
    recording.freshness.ended("the camera is off")
    recording.restarts += 1
    assert await manager.hear() == "WATCHDOG=1\nSTATUS=no-camera: the camera is off"
    recording.freshness.grew(1.0)
    recording.last_closed_s = 5.0
    assert await manager.hear() == "WATCHDOG=1\nSTATUS=recording"
    await asyncio.sleep(0.1)  # ten looks at a recorder that only claims to record
    assert not manager.has_heard()
    stop.set()
    await life
    assert await manager.hear() == "STOPPING=1"


async def test_without_a_watchdog_it_waits_for_the_end(manager: Manager) -> None:
    stop = asyncio.Event()
    life = asyncio.create_task(Heartbeat(Notifier(manager.address), HandRecording()).run(stop))
    assert await manager.hear() == "READY=1"
    stop.set()
    await life
    assert await manager.hear() == "STOPPING=1"


async def test_a_life_that_another_one_follows_says_so(manager: Manager) -> None:
    stop = asyncio.Event()
    stop.set()
    await Heartbeat(Notifier(manager.address), HandRecording(), lambda: FOR_ANOTHER_LIFE).run(stop)
    assert [await manager.hear(), await manager.hear()] == ["READY=1", FOR_ANOTHER_LIFE]


async def test_without_a_manager_it_says_nothing() -> None:
    stop = asyncio.Event()
    stop.set()
    await Heartbeat(Notifier(), HandRecording()).run(stop)
