"""A SnapCam that sleeps: the real bleak against a BlueZ that is none, then its Wi-Fi, then its stream."""

import asyncio
import contextlib
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from appliance.camera.snapcam import Patience, SnapCamera
from appliance.camera.source import CameraTroubleError
from appliance.found import Found
from appliance.network.patience import Patience as NetworkPatience
from appliance.standins.bluez import BlueZ, Faults
from appliance.standins.film import Film
from appliance.standins.rtsp import Faults as RtspFaults
from appliance.standins.rtsp import RtspServer
from appliance.standins.snapcam import GATT, SnapCamTalk
from appliance.standins.snapcam import Faults as TalkFaults
from tests.stands.private_bus import PrivateBus

PATIENCE_S = 8.0
IN_VAIN_S = 4.0
"""For what does not come however long it is waited for."""


class Radio:
    """A box's Wi-Fi, and the only network near."""

    def __init__(self, password: str = "123456789") -> None:
        self.joined: list[str] = []
        self._password = password

    async def join(self, ssid: str, password: str) -> str | None:
        if password != self._password:
            return f"The Wi-Fi {ssid} does not accept its password."
        self.joined.append(ssid)
        return None


@dataclass
class World:
    """One camera: what it does by Bluetooth and by RTSP; its server runs while its Wi-Fi is on."""

    bluez: BlueZ
    talk: SnapCamTalk
    server: RtspServer

    def camera(
        self,
        radio: Radio | None = None,
        address: str = "",
        *,
        bluetooth_s: float = PATIENCE_S,
        join_s: float = PATIENCE_S,
    ) -> SnapCamera:
        patience = Patience(bluetooth_s=bluetooth_s, join_s=join_s)
        return SnapCamera(address=address, radio=radio, port=self.server.port, patience=patience)


@pytest.fixture
async def world(tmp_path: Path, free_port: int, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    server = RtspServer(film=Film(size="320x240"))
    server.port = free_port
    async with contextlib.AsyncExitStack() as wifi:
        tasks: list[asyncio.Task[object]] = []

        def switch_on() -> None:
            tasks.append(asyncio.create_task(wifi.enter_async_context(server.running())))

        with PrivateBus(tmp_path) as bus:
            monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", bus.address)
            talk = SnapCamTalk(switch_on, lambda: None, address=server.host)
            async with BlueZ(bus.address, GATT, talk).running() as bluez:
                yield World(bluez, talk, server)
        await asyncio.gather(*tasks)


async def trouble_of(camera: SnapCamera) -> str:
    async with asyncio.timeout(camera.start_limit_s):
        with pytest.raises(CameraTroubleError) as trouble:
            async with camera.connect():
                pass
    assert "\n" not in str(trouble.value)
    assert "123456789" not in str(trouble.value)
    return str(trouble.value)


async def test_it_is_woken_joined_and_viewed_and_then_viewed_without_waking(world: World) -> None:
    radio = Radio()
    world.talk.faults = TalkFaults(refusals=1, damages=1, stutters=1, silences=1)
    camera = world.camera(radio)
    async with camera.connect() as footage:
        assert footage.options["c:v"] == "copy"
    async with camera.connect():
        assert world.bluez.connections == 1

    assert radio.joined == ["SnapCam_2264"]
    numbers = [command["Type"] for command in world.talk.commands]
    assert numbers[-1] == 22
    assert {15, 18, 24, 25, 27, 29} - set(numbers) <= {15}, "the clock is set only where it is trusted"


FAULTS = {
    "Bluetooth is off": Faults(is_off=True),
    "no Bluetooth that works": Faults(has_no_adapter=True),
    "No SnapCam is near": Faults(is_absent=True),
    "does not let itself be talked to": Faults(connecting="fails"),
    "hung up in the middle": Faults(hangs_up=lambda: True),
}


@pytest.mark.parametrize("word", FAULTS)
async def test_what_bluetooth_lacks_is_told(world: World, word: str) -> None:
    world.bluez.faults = FAULTS[word]
    bluetooth_s = IN_VAIN_S if world.bluez.faults.is_absent else PATIENCE_S

    assert word in await trouble_of(world.camera(bluetooth_s=bluetooth_s))


async def test_a_device_that_never_lets_us_in_is_told(world: World) -> None:
    world.bluez.faults = Faults(connecting="hangs")

    assert "does not let itself be talked to" in await trouble_of(
        world.camera(address=GATT.address.lower(), bluetooth_s=IN_VAIN_S)
    )


async def test_another_device_is_not_taken_for_ours(world: World) -> None:
    assert "No SnapCam is near" in await trouble_of(world.camera(address="D4:2C:3D:07:44:61", bluetooth_s=IN_VAIN_S))


async def test_a_box_without_the_service_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with PrivateBus(tmp_path) as bus:
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", bus.address)
        assert "no Bluetooth that works" in await trouble_of(SnapCamera())
    assert "no Bluetooth that works" in await trouble_of(SnapCamera()), "and without a bus"


async def test_a_camera_that_does_not_tell_its_wifi_is_told(world: World) -> None:
    world.talk.answers[18] = {"ssid": ""}

    assert "does not tell its Wi-Fi" in await trouble_of(world.camera())


async def test_a_wrong_password_of_its_wifi_is_told(world: World) -> None:
    assert "does not accept its password" in await trouble_of(world.camera(Radio("another")))


async def test_a_wifi_that_never_comes_is_told(world: World) -> None:
    world.talk._wifi = lambda: None

    assert "refuses the connection" in await trouble_of(world.camera(join_s=IN_VAIN_S))


async def test_a_battery_that_is_nearly_empty_is_a_warning(world: World) -> None:
    world.talk.answers[27] = {"battery": "1"}
    async with world.camera().connect() as footage:
        assert footage.warning == "The SnapCam's battery is nearly empty."


async def test_a_hang_up_once_its_wifi_comes_on_costs_nothing(world: World) -> None:
    """Its radio has something else to do by then: whether the Wi-Fi is on is seen by joining it."""
    switch_on = world.talk._wifi

    def hang_up() -> None:
        switch_on()
        world.bluez.hang_up()

    world.talk._wifi = hang_up
    async with world.camera().connect() as footage:
        assert footage.options["c:v"] == "copy"


async def test_what_it_told_counts_though_the_connection_cannot_be_ended(world: World) -> None:
    world.bluez.faults = Faults(refuses_to_disconnect=True)
    async with world.camera().connect() as footage:
        assert footage.options["c:v"] == "copy"


async def test_where_it_was_viewed_may_be_somebody_else_by_now(world: World) -> None:
    """Then it is woken; and where that fails, too, its Wi-Fi may be on all the time."""
    camera = world.camera()
    async with RtspServer(host="127.0.0.4").running() as other:
        other.faults = RtspFaults(babbles=True)
        camera._port, port = other.port, camera._port
        camera._seen_at = other.host
        assert "not as RTSP does" in await trouble_of(camera)
        world.bluez.faults = Faults(is_absent=True)
        assert "No SnapCam is near" in await trouble_of(camera)
        assert "not as RTSP does" in await trouble_of(camera)
    camera._port = port
    world.bluez.faults = Faults()
    async with camera.connect() as footage:
        assert footage.options["c:v"] == "copy"


def test_its_server_is_waited_for_as_long_as_its_wifi_may_take() -> None:
    assert Patience().join_s > NetworkPatience().visit_s


async def find() -> tuple[int | None, str, str]:
    """Exit code, output and error output of the finder."""
    argv = [sys.executable, "-m", "appliance.snapcam.find", "--seconds", "1"]
    child = await asyncio.create_subprocess_exec(*argv, stdout=PIPE, stderr=PIPE)
    said, words = await child.communicate()
    return child.returncode, said.decode(), words.decode()


async def test_it_is_found(world: World) -> None:
    code, said, _ = await find()

    found = msgspec.json.decode(said, type=Found)
    assert (code, found.kind, found.name, found.address) == (0, "snapcam", GATT.name, GATT.address)


async def test_what_keeps_it_from_being_found_is_told(world: World) -> None:
    world.bluez.faults = Faults(is_off=True)
    code, said, words = await find()

    assert (code, said) == (1, "")
    assert words.startswith("Bluetooth is off")
