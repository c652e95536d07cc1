"""The real NetworkManager, without a radio: what we ask of it is understood, kept, and undone."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

import pytest

from appliance.network.bus import BusError
from appliance.network.link import Link
from appliance.network.network_manager import PATH, NetworkManager
from appliance.network.profiles import Wanted, home_settings
from appliance.network.reading import paths_in
from appliance.network.uplink import NETWORK_MANAGER
from tests.network.conftest import PATIENCE_S, Moved, link_to, running
from tests.stands.private_bus import PrivateBus

PROGRAM = shutil.which("NetworkManager", path=f"{os.environ.get('PATH', '')}:/usr/sbin") or ""
STAND = Path(__file__).parents[1] / "stands" / "real_network_manager"

pytestmark = [
    pytest.mark.skipif(not PROGRAM, reason="NetworkManager is not installed on this machine"),
    pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a program a network of its own"),
]

NETWORKS = [
    Wanted(b"home", "correct horse", "wpa2"),
    Wanted(b"\xff" * 32, "", "open"),
    Wanted(b"mixed", "correct horse", "wpa2", keeps_to_wpa2=True),
    Wanted(b"new", "x" * 100, "wpa3"),
    Wanted(b"hidden", "", "owe", is_hidden=True),
]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    bus = PrivateBus(tmp_path)
    command = ["unshare", "--net", "--mount", str(STAND), str(tmp_path), PROGRAM]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert bus.address.endswith(str(tmp_path / "bus"))
        yield tmp_path
        assert process.stdin is not None
        process.stdin.close()


@pytest.fixture
async def link(folder: Path) -> AsyncIterator[Link]:
    link = link_to(f"unix:path={folder / 'bus'}")
    moved = Moved()
    link.watch(moved)
    async with running(link):
        await moved.until(lambda: link.is_present)
        yield link


@pytest.fixture
async def manager(link: Link) -> NetworkManager:
    asked = NetworkManager(link)
    async with asyncio.timeout(PATIENCE_S):
        while not await answers(asked):  # noqa: ASYNC110 - it takes its name before it has its objects
            await asyncio.sleep(0.05)
    return asked


async def answers(manager: NetworkManager) -> bool:
    try:
        await manager.known()
        return (await manager.view()).sight.has_manager
    except BusError:
        return False


async def test_networks_are_kept_ranked_and_forgotten(manager: NetworkManager, folder: Path) -> None:
    view = await manager.view()
    assert (view.sight.has_manager, view.sight.has_radio) == (True, False)
    for rank, wanted in enumerate(NETWORKS):
        await manager.store(home_settings(wanted, is_trial=False, priority=rank))
    await manager.store(home_settings(Wanted(b"home", "other horse", "wpa2"), is_trial=False, priority=9))
    known = await manager.known()
    assert [one.ssid for one in known] == [b"home", b"hidden", b"new", b"mixed", b"\xff" * 32]
    assert [one.is_hidden for one in known] == [False, True, False, False, False]

    for rank, one in enumerate(known):
        await manager.prefer(one, rank)

    assert [one.ssid for one in await manager.known()] == [one.ssid for one in reversed(known)]
    files = list((folder / "profiles").iterdir())
    assert len(files) == len(NETWORKS)
    assert all(file.stat().st_mode & 0o077 == 0 for file in files)
    assert "other horse" in "".join(file.read_text(errors="replace") for file in files), "a rank costs no password"
    for one in known:
        await manager.delete(one.path)
    assert not list((folder / "profiles").iterdir())


async def told(link: Link, what: str) -> Sequence[str]:
    """Paths of objects that NetworkManager tells of."""
    return paths_in((await link.properties(PATH, NETWORK_MANAGER)).get(what))


async def test_a_checkpoint_is_of_one_device_and_leaves_what_is_stored(manager: NetworkManager, link: Link) -> None:
    (loopback,) = await told(link, "Devices")
    checkpoint = await manager.checkpoint(loopback, 60)
    with pytest.raises(BusError, match="already included in checkpoint"):
        await manager.checkpoint(loopback, 60)
    await manager.store(home_settings(NETWORKS[0], is_trial=False))

    await manager.roll_back(checkpoint)

    assert not await told(link, "Checkpoints")
    assert [one.ssid for one in await manager.known()] == [NETWORKS[0].ssid]


async def test_a_checkpoint_is_gone_back_to_when_nobody_says_otherwise(manager: NetworkManager, link: Link) -> None:
    (loopback,) = await told(link, "Devices")
    assert await manager.checkpoint(loopback, 1) in await told(link, "Checkpoints")

    async with asyncio.timeout(30):
        while await told(link, "Checkpoints"):  # noqa: ASYNC110 - NetworkManager's own clock
            await asyncio.sleep(0.1)


async def test_what_a_crash_left_is_tidied(manager: NetworkManager, link: Link, folder: Path) -> None:
    (loopback,) = await told(link, "Devices")
    await manager.store(home_settings(NETWORKS[1], is_trial=True))
    await manager.checkpoint(loopback, 60)
    assert list((folder / "profiles").iterdir())

    await manager.tidy()

    assert not await told(link, "Checkpoints")
    assert not list((folder / "profiles").iterdir())


async def test_a_bad_password_is_refused_by_name(manager: NetworkManager) -> None:
    with pytest.raises(BusError) as refused:
        await manager.store(home_settings(Wanted(b"home", "short", "wpa2"), is_trial=False))

    assert refused.value.name.endswith(".InvalidProperty")
    assert not refused.value.is_of_the_way
