"""What the demo's camera does wrong: one thing after the other, and each has an end."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

from appliance.demo import gopro, legacy_gopro, snapcam
from appliance.demo.camera_wifi import CameraWifi
from appliance.demo.misbehaving import WELL, Fault, Misbehaving
from appliance.network.standin.air import Router
from appliance.network.standin.service import StandInNetworkManager
from appliance.standins import legacy_gopro as legacy_standin
from appliance.standins import rtsp
from appliance.standins.bluez import BlueZ
from appliance.standins.gopro import GoProStandIn
from appliance.standins.legacy_gopro import LegacyGoPro
from appliance.standins.rtsp import RtspServer
from appliance.standins.snapcam import GATT, SnapCamTalk


class Camera:
    """Notes what it was made to do."""

    def __init__(self, *names: str) -> None:
        self.notes: list[str] = []
        self.well = asyncio.Event()
        self.faults = [Fault(name, self._noting(f"begin {name}"), self._noting(f"end {name}")) for name in names]

    def tell(self, sentence: str) -> None:
        self.notes.append(sentence)
        if sentence == WELL:
            self.well.set()

    def _noting(self, note: str) -> Callable[[], None]:
        return lambda: self.notes.append(note)


async def test_one_fault_follows_the_other_and_the_last_heals_by_itself() -> None:
    camera = Camera("one", "two")
    misbehaving = Misbehaving(camera.faults, camera.tell, lasts_s=0.3)
    misbehaving.next()
    misbehaving.next()
    await asyncio.sleep(0.2)
    misbehaving.next()
    began_s = time.monotonic()
    async with asyncio.timeout(60):
        await camera.well.wait()

    assert time.monotonic() - began_s > 0.29, "the end of an earlier one is not its end"
    one, two = ["one", "begin one", "end one"], ["two", "begin two", "end two"]
    assert camera.notes == [*one, *two, *one, WELL]


def check(faults: list[Fault], is_well: Callable[[], bool]) -> None:
    """Each is one, has a sentence of its own, and is over in the end."""
    assert len({fault.told for fault in faults}) == len(faults)
    for fault in faults:
        assert is_well(), "before"
        fault.begin()
        assert not is_well(), fault.told
        fault.end()
        assert is_well(), fault.told


def test_a_gopro_gets_well_after_each(tmp_path: Path) -> None:
    with GoProStandIn(folder=tmp_path, size="848x480") as camera:

        def is_well() -> bool:
            machine, faults = camera.camera, camera.faults
            is_awake = not machine.is_asleep and machine.encodes_since_s is None
            return is_awake and not faults.is_silent and not faults.refuses and camera.size == "848x480"

        check(gopro.faults_of(camera), is_well)


def test_an_old_gopro_gets_well_after_each() -> None:
    camera = LegacyGoPro()
    check(legacy_gopro.faults_of(camera), lambda: camera.faults == legacy_standin.Faults())


async def test_an_old_gopro_that_is_asleep_streams_no_more_and_wakes_to_a_magic_packet(free_port: int) -> None:
    async with LegacyGoPro(stream_port=free_port).running() as camera:
        camera._sending = asyncio.create_task(asyncio.sleep(3600))
        camera.fall_asleep()
        assert camera.faults.is_asleep
        assert camera._sending is None
        camera._woken(b"\xff" * 6 + bytes(96), 9)
        assert not camera.faults.is_asleep


async def test_a_snapcam_gets_well_after_each(air: StandInNetworkManager) -> None:
    server = RtspServer()
    wifi = CameraWifi(Router(b"camera"), air, server)
    talk = SnapCamTalk(wifi.ask_for, wifi.forget)
    bluez = BlueZ("unix:path=/nowhere", GATT, talk)

    switched_off, *others = snapcam.faults_of(bluez, wifi, server)
    assert switched_off.begin == wifi.switch_off
    check(others, lambda: server.faults == rtsp.Faults() and not bluez.faults.is_absent)


async def is_heard(server: RtspServer) -> bool:
    try:
        _, writer = await asyncio.open_connection(server.host, server.port)
    except OSError:
        return False
    writer.close()
    return True


async def until(is_so: bool, server: RtspServer) -> None:
    async with asyncio.timeout(60):
        while await is_heard(server) is not is_so:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.02)


async def test_its_wifi_comes_on_when_asked_for_goes_off_and_stays_off_when_something_else_is_said(
    air: StandInNetworkManager, free_port: int
) -> None:
    server, router = RtspServer(), Router(b"camera", is_on=False)
    server.port = free_port
    air.change(lambda state: state.routers.append(router))
    async with CameraWifi(router, air, server, comes_on_s=0.2).living() as wifi:
        wifi.ask_for()
        wifi.forget()
        await asyncio.sleep(0.6)
        assert not await is_heard(server)
        assert not router.is_on

        wifi.ask_for()
        await until(True, server)
        assert router.is_on
        wifi.switch_off()
        await until(False, server)
        while router.is_on:  # noqa: ASYNC110 - in another thread
            await asyncio.sleep(0.02)

        wifi.ask_for()
        await until(True, server)
