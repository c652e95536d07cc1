"""A GoPro that sleeps: the real bleak, in a process of its own, against a BlueZ that is none."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import pytest

from appliance.attendance import AccessPoint
from appliance.found import Found
from appliance.gopro import helpers
from appliance.gopro.steps import Missed, Woken
from appliance.standins.bluez import BlueZ, Faults
from appliance.standins.gopro.bluetooth import GATT, GoProTalk
from appliance.standins.gopro.bluetooth import Faults as TalkFaults
from tests.stands.private_bus import PrivateBus

PASSWORD = "abc-123-XYZ"


@dataclass
class World:
    """One camera, and this box's Bluetooth. `wifi`: how often the camera's Wi-Fi was switched on."""

    bluez: BlueZ
    talk: GoProTalk
    wifi: list[None] = field(default_factory=list)


@pytest.fixture
async def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    wifi: list[None] = []
    with PrivateBus(tmp_path) as bus:
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", bus.address)
        talk = GoProTalk(lambda: wifi.append(None))
        async with BlueZ(bus.address, GATT, talk).running() as bluez:
            yield World(bluez, talk, wifi)


async def run(module: str, *words: str) -> tuple[int | None, str, str]:
    """Exit code, output, and the last line of the error output."""
    argv = [sys.executable, "-m", module, *words]
    child = await asyncio.create_subprocess_exec(*argv, stdout=PIPE, stderr=PIPE)
    async with asyncio.timeout(100):
        said, words_said = await child.communicate()
    return child.returncode, said.decode(), (words_said.decode().splitlines() or [""])[-1]


async def test_it_is_paired_woken_and_its_wifi_switched_on_and_known_from_then_on(world: World) -> None:
    told = AccessPoint("GP24500456", PASSWORD)

    assert await helpers.wake() == Woken(told)
    assert (len(world.wifi), world.bluez.connections) == (1, 1)
    assert world.bluez.pairing.is_bonded
    assert world.bluez.pairing.capability == "NoInputNoOutput"

    code, said, _ = await run("appliance.gopro.waking")
    assert (code, msgspec.json.decode(said, type=AccessPoint)) == (0, told)
    assert (len(world.wifi), world.bluez.connections) == (2, 2)


async def test_nobody_else_is_let_in_meanwhile(world: World) -> None:
    await run("appliance.gopro.waking")

    assert world.bluez.pairing.lets_strangers_in is False


async def test_a_bluetooth_that_asks_nobody_pairs_with_nobody(world: World) -> None:
    """What the agent is there for: without it, as with bleak alone, BlueZ refuses."""
    world.bluez.pairing.prefer = lambda: None  # type: ignore[method-assign]

    code, _, words = await run("appliance.gopro.waking")
    assert (code, world.bluez.pairing.is_bonded) == (1, False)
    assert "does not let itself be paired" in words


FAULTS = {
    "does not let itself be paired": Faults(is_unpairable=True),
    "Bluetooth is off or blocked": Faults(is_off=True),
    "no Bluetooth that works": Faults(has_no_adapter=True),
    "could not be woken by Bluetooth": Faults(hangs_up=lambda: True),
}


@pytest.mark.parametrize("word", FAULTS)
async def test_what_bluetooth_lacks_is_told(world: World, word: str) -> None:
    world.bluez.faults = FAULTS[word]

    code, said, words = await run("appliance.gopro.waking")
    assert (code, said, world.wifi) == (1, "", [])
    assert word in words
    assert PASSWORD not in words


@pytest.mark.parametrize(
    ("faults", "word"),
    [(TalkFaults(is_forbidden=True), "refuses to switch its Wi-Fi on"), (TalkFaults(is_mute=True), "does not switch")],
)
async def test_a_camera_that_does_not_do_it_is_told(world: World, faults: TalkFaults, word: str) -> None:
    world.talk.faults = faults

    code, said, words = await run("appliance.gopro.waking")
    assert (code, said, world.wifi) == (1, "", [])
    assert word in words


async def test_a_camera_that_never_lets_us_in_is_told_in_time(world: World) -> None:
    world.bluez.faults = Faults(connecting="hangs")

    assert "could not be woken by Bluetooth (no answer)" in (await run("appliance.gopro.waking"))[2]


async def test_where_none_is_near_nothing_is_told(world: World) -> None:
    world.bluez.faults = Faults(is_absent=True)

    assert await helpers.wake() == Missed()


async def test_a_box_without_the_service_or_without_a_bus_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with PrivateBus(tmp_path) as bus:
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", bus.address)
        assert "no Bluetooth that works" in (await run("appliance.gopro.waking"))[2]
    assert "no Bluetooth that works" in (await run("appliance.gopro.waking"))[2]


async def test_it_is_found_asleep_and_what_keeps_it_from_that_is_told(world: World) -> None:
    look = ("appliance.gopro.find", "--seconds", "3")
    code, said, _ = await run(*look)
    found = msgspec.json.decode(said, type=Found)
    assert (code, found.kind, found.name, found.trouble) == (0, "gopro", GATT.name, None)
    assert world.wifi == [], "who only looks wakes nobody"

    world.bluez.faults = Faults(is_off=True)
    code, said, words = await run(*look)
    assert (code, said) == (1, "")
    assert words.startswith("Bluetooth is off")


async def test_who_looks_does_not_wait_for_a_bluetooth_that_does_not_answer(world: World) -> None:
    world.bluez.faults = Faults(is_mute=True)

    code, said, words = await run("appliance.gopro.find", "--seconds", "1")
    assert (code, said) == (1, "")
    assert "no Bluetooth that works" in words
