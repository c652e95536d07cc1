"""A GoPro at a USB cable, with the real NetworkManager: an address for the box, and nothing else of what it offers."""

import asyncio
import json
import os
import shutil
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from appliance.network.bus import BusError
from appliance.network.network_manager import DEVICE, PATH, NetworkManager
from appliance.network.reading import is_of_camera, paths_in
from appliance.network.uplink import NETWORK_MANAGER, State, uplink_from
from tests.conftest import PROJECT_ROOT
from tests.network.conftest import Moved, link_to, running
from tests.stands.cables import WHERE, Cable, inside, real_manager, told_by
from tests.stands.private_bus import PrivateBus

PROGRAM, NFT = shutil.which("NetworkManager", path=WHERE) or "", shutil.which("nft", path=WHERE) or ""
PATIENCE_S = 60.0
LOCAL = 50  # NMState: connected, without a default route

OFFERED = {"AddressData": [{"address": "172.27.189.52", "prefix": 24}]}


@pytest.mark.parametrize(
    ("told", "is_one"),
    [
        (OFFERED, True),
        ({}, False),
        ({"AddressData": []}, False),
        ({"AddressData": [{"address": "192.168.1.7"}]}, False),
        ({"AddressData": [*OFFERED["AddressData"], {"address": "192.168.1.7"}]}, False),
        ({**OFFERED, "Gateway": "172.27.189.1"}, False),  # somebody's home network has such addresses, too
    ],
)
def test_whose_cable_it_is(told: Mapping[str, object], is_one: bool) -> None:
    assert is_of_camera(told) == is_one


class Box:
    """NetworkManager with the box's own connections, and what is at its cables."""

    def __init__(self, folder: Path, root: Path, pid: int, cables: list[Cable]) -> None:
        self.root = root
        self.pid = pid
        self.camera, self.other_camera, self.router = cables
        self.link = link_to(f"unix:path={folder / 'bus'}")
        self.manager = NetworkManager(self.link)

    def routes(self) -> set[tuple[str, str]]:
        """Every way out: where to, and by which interface."""
        return {(one["dst"], one["dev"]) for one in json.loads(told_by(inside(self.pid, "ip", "-j", "route")))}

    def name_servers(self) -> list[str]:
        told = Path(f"/proc/{self.pid}/root/run/NetworkManager/resolv.conf")
        lines = told.read_text().splitlines() if told.exists() else []
        return [line.split()[1] for line in lines if line.startswith("nameserver")]

    async def told(self) -> dict[str, Any]:
        try:
            return await self.link.properties(PATH, NETWORK_MANAGER)
        except BusError:
            return {}

    async def until(self, is_so: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE_S):
            while not is_so(told := await self.told()):  # noqa: ASYNC110 - it tells in more than one way
                await asyncio.sleep(0.05)
            return told


@pytest.fixture
def cables() -> Iterator[list[Cable]]:
    """Two cameras, the first one deaf at the beginning, and a router at home."""
    with ExitStack() as stack:
        camera = stack.enter_context(Cable("gopro0", "172.27.189.51", "172.27.189.52", "--deaf", "1"))
        other = stack.enter_context(Cable("gopro1", "172.28.145.51", "172.28.145.53", "--classless"))
        router = stack.enter_context(Cable("eth0", "192.168.7.1", "192.168.7.2"))
        yield [camera, other, router]


@pytest.fixture
def started(tmp_path: Path, cables: list[Cable]) -> Iterator[tuple[Path, int]]:
    """The tree of the box, and the process of its NetworkManager."""
    if not PROGRAM or os.geteuid() != 0:
        pytest.skip("only root may give NetworkManager, which has to be installed, a network of its own")
    PrivateBus(tmp_path)
    with real_manager(tmp_path, PROGRAM, cables) as (root, pid):
        yield root, pid


@pytest.fixture
async def box(tmp_path: Path, started: tuple[Path, int], cables: list[Cable]) -> AsyncIterator[Box]:
    box = Box(tmp_path, *started, cables)
    moved = Moved()
    box.link.watch(moved)
    async with running(box.link):
        await moved.until(lambda: box.link.is_present)
        yield box


async def test_cameras_give_addresses_and_are_no_home_network(box: Box) -> None:
    theirs = {("172.27.189.0/24", "gopro0"), ("172.28.145.0/24", "gopro1")}
    box.camera.plug_in()
    box.other_camera.plug_in()
    told = await box.until(lambda told: told.get("State") == LOCAL and len(box.routes()) >= len(theirs))

    view = await box.manager.view()
    assert (view.sight.is_wired, view.sight.is_home, view.wire, view.wire_addresses) == (False, False, "", ())
    assert not uplink_from(told, {}, {}).is_connected
    assert box.routes() == theirs
    assert box.name_servers() == []

    box.router.plug_in()
    told = await box.until(lambda told: int(told.get("State", 0)) >= State.CONNECTED_SITE)

    view = await box.manager.view()
    assert (view.sight.is_wired, view.wire, view.wire_addresses) == (True, "Wired connection 1", ("192.168.7.2",))
    assert uplink_from(told, {}, {}).is_connected
    assert {way for way in box.routes() if way[1] != "eth0"} == theirs
    assert ("default", "eth0") in box.routes()
    assert box.name_servers() == ["192.168.7.1"]


@pytest.mark.skipif(not NFT, reason="nftables is not installed on this machine")
async def test_its_pictures_come_through_the_fence(box: Box, tmp_path: Path) -> None:
    told_by(inside(box.pid, NFT, "--file", box.root / "usr/lib/moment-recorder/fence.nft"))
    box.camera.plug_in()
    await box.until(lambda told: told.get("State") == LOCAL)
    gopro = [sys.executable, "-m", "appliance.standins.gopro", "--host", "172.27.189.51", "--wired"]
    camera = inside(box.camera.end.pid, *gopro, "--size", "320x180", "--folder", tmp_path)
    process = await asyncio.create_subprocess_exec(*camera, stdout=PIPE, cwd=PROJECT_ROOT)
    try:
        assert process.stdout
        await process.stdout.readline()
        looking = inside(box.pid, sys.executable, "-m", "tests.stands.found_gopro")
        async with asyncio.timeout(100):  # a start takes its time on a busy machine
            while json.loads(await asyncio.to_thread(told_by, looking))["found"] != "HERO12 Black":
                pass
    finally:
        process.terminate()
        await process.wait()


async def test_what_is_plugged_in_while_a_network_is_tried_stays(box: Box) -> None:
    """With one cable in the radio's place: going back is about that one alone."""
    (tried,) = [path for path in await devices(box) if await interface(box, path) == "gopro1"]
    checkpoint = await box.manager.checkpoint(tried, 60)
    for cable in (box.camera, box.other_camera, box.router):
        cable.plug_in()
    await box.until(lambda told: int(told.get("State", 0)) >= State.CONNECTED_SITE and len(box.routes()) >= 4)
    stays = {way for way in box.routes() if way[1] != "gopro1"}

    await box.manager.roll_back(checkpoint)

    await box.until(lambda _: "gopro1" not in {name for _, name in box.routes()})
    assert box.routes() == stays


async def devices(box: Box) -> Sequence[str]:
    told = await box.until(lambda told: len(paths_in(told.get("Devices"))) >= 4)  # the loopback, too
    return paths_in(told["Devices"])


async def interface(box: Box, path: str) -> str:
    return str((await box.link.properties(path, DEVICE))["Interface"])
