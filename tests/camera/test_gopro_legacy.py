"""A GoPro of the old kind, through its attendant's process, from its stand-in: good, bad, and none."""

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest

from appliance.camera.gopro_legacy import LegacyGoProCamera, Ports
from appliance.camera.source import CameraTroubleError
from appliance.standins.film import Film
from appliance.standins.legacy_gopro import Faults, LegacyGoPro
from tests.camera.conftest import Cutter
from tests.stands.ports import free_port
from tests.stands.troubles import trouble_of

SMALL = Film(size="320x240")


@pytest.fixture
async def gopro(free_port: int) -> AsyncIterator[LegacyGoPro]:
    async with LegacyGoPro(film=SMALL, stream_port=free_port, freezes_after_s=3.3).running() as running:
        yield running


def camera_of(gopro: LegacyGoPro, patience_s: float = 15) -> LegacyGoProCamera:
    ports = Ports(
        control=gopro.control_port, greeting=gopro.greeting_port, wake=(gopro.wake_port,), stream=gopro.stream_port
    )
    return LegacyGoProCamera(address=gopro.host, ports=ports, patience_s=patience_s)


async def test_it_is_woken_greeted_from_one_socket_recorded_and_told_to_stop(gopro: LegacyGoPro, cut: Cutter) -> None:
    gopro.faults.is_asleep = True
    recorded = await cut(camera_of(gopro), 5.5)

    assert recorded.codecs() == ["h264"]
    assert recorded.pictures() > 4 * 30, "it did not freeze"
    recorded.decode()
    assert gopro.wakes >= 1
    assert set(gopro.greetings) == {b"_GPHD_:0:0:2:0.000000\n"}
    assert len(gopro.greetings) >= 3
    assert len(gopro.greeters) == 1
    assert gopro.told_to_stop.is_set()
    assert gopro.requests[-1].endswith("c1=stop")


@pytest.mark.parametrize(
    ("fault", "told"), [("is_silent", "has stopped sending"), ("is_recording", "records onto its own card")]
)
async def test_a_stream_that_stops_is_told_when_the_epoch_is_over_and_starts_anew(
    gopro: LegacyGoPro, fault: str, told: str
) -> None:
    async def lose_it(camera: LegacyGoProCamera) -> None:
        async with camera.connect():
            setattr(gopro.faults, fault, True)
            await gopro.told_to_stop.wait()

    camera = camera_of(gopro)
    with pytest.raises(CameraTroubleError, match=told):
        await lose_it(camera)
    setattr(gopro.faults, fault, False)

    async with camera.connect() as footage:
        assert footage.streams
        assert footage.options["c:v"] == "copy"


async def test_a_late_model_is_greeted_in_its_own_way(free_port: int, cut: Cutter) -> None:
    late = LegacyGoPro(film=SMALL, stream_port=free_port, freezes_after_s=3.3, firmware="HD8.01.01.60.00")
    async with late.running() as gopro:
        recorded = await cut(camera_of(gopro), 5.5)

    assert recorded.pictures() > 4 * 30, "it did not freeze"
    assert set(gopro.greetings) == {b"_GPHD_:1:0:2:0.000000\n"}


FAULTS = {
    "records onto its own card": Faults(is_recording=True),
    "does not see this box": Faults(sees_nobody=True),
    "refuses (HTTP 500)": Faults(refuses=500),
    "not as a GoPro does": Faults(babbles=True),
    "does not answer": Faults(hangs=True),
    "no picture arrives": Faults(is_silent=True),
}


async def test_what_is_wrong_with_it_is_told() -> None:
    async def told(word: str, faults: Faults) -> None:
        async with LegacyGoPro(film=SMALL, stream_port=free_port()).running() as gopro:
            gopro.faults = faults
            assert word in await trouble_of(camera_of(gopro, patience_s=5))

    await asyncio.gather(*(told(word, faults) for word, faults in FAULTS.items()))


async def test_a_camera_that_is_not_there_is_told(free_port: int) -> None:
    ports = Ports(control=free_port, greeting=free_port, wake=(free_port,), stream=free_port)
    camera = LegacyGoProCamera(address="127.0.0.2", ports=ports, patience_s=3)

    assert "connection refused" in await trouble_of(camera)


async def test_a_port_that_another_program_holds_is_told(gopro: LegacyGoPro) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", gopro.stream_port))

        assert "another program listens" in await trouble_of(camera_of(gopro))


async def test_an_address_that_is_none_is_told_at_once() -> None:
    assert "camera.address" in await trouble_of(LegacyGoProCamera(address="gopro"))
