"""The conversation by Bluetooth without an air: what is written, what is made of what is said, in which order."""

import asyncio
import time
from collections.abc import Callable
from typing import Any, cast

import pytest
from bleak import BleakClient
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData

from appliance.attending.serving import TroubleError
from appliance.snapcam import commands
from appliance.snapcam.bluetooth import SERVICE, TAKES_COMMANDS, _Conversation, _HungUpError, is_snapcam
from appliance.snapcam.waking import local_time
from appliance.standins.snapcam import SnapCamTalk
from tests.recording.conftest import SteppableClock

NOW = time.struct_time((2026, 1, 2, 3, 4, 5, 0, 0, 0))
Says = Callable[[bytes], list[bytes]]


class Client:
    """What bleak's does of use here: each write is answered by notifications."""

    def __init__(self, says: Says) -> None:
        self.said: asyncio.Queue[bytes | None] = asyncio.Queue()
        self.written: list[tuple[str, bytes, bool]] = []
        self._says = says

    async def write_gatt_char(self, where: str, piece: bytes, *, response: bool) -> None:
        self.written.append((where, piece, response))
        for notification in self._says(piece):
            self.said.put_nowait(notification)

    def conversation(self) -> _Conversation:
        return _Conversation(cast("BleakClient", self), self.said)


def numbers(talk: SnapCamTalk) -> list[Any]:
    return [command["Type"] for command in talk.commands]


@pytest.mark.parametrize(("local", "clock"), [(NOW, [15]), (None, [])])
async def test_the_wifi_is_switched_on_last_and_the_clock_set_first(
    local: time.struct_time | None, clock: list[int]
) -> None:
    talk = SnapCamTalk(lambda: None, lambda: None)
    client = Client(talk.written)
    told = await client.conversation().wake(local)
    assert (told.ssid, told.battery, told.free_mb) == ("SnapCam_2264", 4, 0x1D08)
    assert numbers(talk) == [*clock, 25, 24, 27, 18, 29, 22]
    assert [command.get("time") for command in talk.commands[: len(clock)]] == ["20260102030405"][: len(clock)]
    assert {(where, response) for where, _, response in client.written} == {(TAKES_COMMANDS, True)}


async def test_a_camera_that_does_not_switch_its_wifi_on_is_told() -> None:
    talk = SnapCamTalk(lambda: None, lambda: None)

    def says(piece: bytes) -> list[bytes]:
        return [b'{"Type":22,"ret":0}'] if b'"Type":22' in piece else talk.written(piece)

    with pytest.raises(TroubleError, match="does not switch its Wi-Fi on"):
        await Client(says).conversation().wake(None)


async def test_what_was_said_before_is_no_answer_to_what_is_asked_now() -> None:
    client = Client(lambda _: [b'{"Type":22,"ret":0}'])
    client.said.put_nowait(b'{"Type":15,"ret":1}')
    exchange = commands.switch_wifi_on()
    await client.conversation()._hold(exchange)
    assert exchange.stage == "failed"


@pytest.mark.parametrize(
    ("name", "services", "is_one"),
    [
        ("SnapCam_6A6C", [], True),
        (None, [SERVICE], True),
        ("my camera", [SERVICE], True),
        ("headphones", ["0000110b-0000-1000-8000-00805f9b34fb"], False),
        (None, [], False),
    ],
)
def test_which_device_is_a_snapcam(name: str | None, services: list[str], is_one: bool) -> None:
    device = BLEDevice("D4:2C:3D:07:44:60", name, None)
    advertisement = AdvertisementData(name, {}, {}, services, None, -50, ())
    assert is_snapcam(device, advertisement) is is_one


def test_a_clock_that_is_not_trusted_is_told_to_nobody() -> None:
    assert local_time(SteppableClock()) is None
    trusted = local_time(SteppableClock(is_trusted=True))
    assert trusted is not None
    assert abs(time.mktime(trusted) - time.time()) < 3600


async def test_a_hang_up_before_its_wifi_was_asked_for_is_none_of_its_wifi_s() -> None:
    client = Client(lambda _: [])
    conversation, said = client.conversation(), client.said
    said.put_nowait(None)
    with pytest.raises(TroubleError) as early:
        await conversation._hold(commands.switch_wifi_on())
    asyncio.get_running_loop().call_soon(said.put_nowait, None)
    with pytest.raises(TroubleError) as late:
        await conversation._hold(commands.switch_wifi_on())

    assert not isinstance(early.value, _HungUpError)
    assert isinstance(late.value, _HungUpError)
