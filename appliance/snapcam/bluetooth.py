"""Bluetooth, by bleak over BlueZ: finds a SnapCam, holds the conversation that switches its Wi-Fi on, and hangs up."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator

from bleak import BleakClient, BleakScanner
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData
from bleak.exc import BleakBluetoothNotAvailableError, BleakBluetoothNotAvailableReason, BleakDBusError, BleakError

from appliance.attending.serving import TroubleError
from appliance.snapcam import commands
from appliance.snapcam.commands import Told
from appliance.snapcam.exchange import WAIT_S, Exchange

SERVICE = "1b7e8251-2877-41c3-b46e-cf057c562023"
NOTIFIES = "8ac32d3f-5cb9-4d44-bec2-ee689169f626"
TAKES_COMMANDS = "5e9bf2a8-f93f-4481-a67e-3b2f4a07891a"

_TALK_LIMIT_S = 40.0
_OFF = "Bluetooth is off or blocked in this box; `rfkill unblock bluetooth` and `bluetoothctl power on` switch it on."
_NONE = "This box has no Bluetooth that works: is bluetooth.service running, and is there a Bluetooth radio?"
_ABSENT = "No SnapCam is near; is it switched on, charged, and within a few metres?"
_MUTE = "The SnapCam was seen by Bluetooth but does not let itself be talked to; is another phone connected to it?"
_GONE = "The SnapCam hung up in the middle of the Bluetooth conversation; is it charged and near?"
_SENSELESS = "The SnapCam does not tell its Wi-Fi; switch it off and on again."


async def wake(address: str, local: time.struct_time | None, patience_s: float) -> Told:
    """Have a SnapCam switch its Wi-Fi on, and what it tells of it.

    `address`: its Bluetooth address; "" is any. `local`: the time that it is set to, None to leave it alone.
    `patience_s`: how long it is looked for, and how long it may take to let us in.

    Raises:
        TroubleError: if that cannot be done, with the sentence that says why.
    """
    told: Told | None = None
    try:
        device = await _find(address, patience_s)
        async with asyncio.timeout(_TALK_LIMIT_S), _conversation(device, patience_s) as conversation:
            told = await conversation.wake(local)
    except (BleakError, OSError, EOFError) as error:
        if told is None:  # else the connection could not be ended, which the Wi-Fi does not mind
            raise TroubleError(_why_not(error)) from None
    return told


async def near_by(seconds: float) -> list[tuple[str, str]]:
    """Name and Bluetooth address of every SnapCam that is heard in this time.

    Raises:
        TroubleError: if this box cannot listen.
    """
    try:
        heard = await BleakScanner.discover(timeout=seconds, return_adv=True)
    except (BleakError, OSError, EOFError) as error:
        raise TroubleError(_why_not(error)) from None
    found = [device for device, advertisement in heard.values() if is_snapcam(device, advertisement)]
    return [(device.name or "SnapCam", device.address) for device in found]


def is_snapcam(device: BLEDevice, advertisement: AdvertisementData) -> bool:
    """By its service, or by its name where it advertises none."""
    return SERVICE in advertisement.service_uuids or (device.name or "").startswith("SnapCam")


async def _find(address: str, patience_s: float) -> BLEDevice:
    def is_it(device: BLEDevice, advertisement: AdvertisementData) -> bool:
        return device.address.upper() == address.upper() if address else is_snapcam(device, advertisement)

    device = await BleakScanner.find_device_by_filter(is_it, timeout=patience_s)
    if device is None:
        raise TroubleError(_ABSENT)
    return device


def _why_not(error: Exception) -> str:
    match error:
        case BleakBluetoothNotAvailableError():
            return _OFF if error.reason is BleakBluetoothNotAvailableReason.POWERED_OFF else _NONE
        case BleakDBusError() if error.dbus_error.endswith(("NotReady", "Blocked")):
            return _OFF
        case BleakDBusError() if error.dbus_error.startswith("org.freedesktop.DBus.Error"):
            return _NONE
        case TimeoutError() | BleakError() | EOFError():
            return _MUTE
    return _NONE  # there is no message bus


class _HungUpError(TroubleError):
    """The camera ended the connection after it was written to."""


class _Conversation:
    def __init__(self, client: BleakClient, said: "asyncio.Queue[bytes | None]") -> None:
        self._client = client
        self._said = said

    async def wake(self, local: time.struct_time | None) -> Told:
        """Type 22 comes last: another command right after it, and the Wi-Fi stays off."""
        if local:
            await self._hold(commands.set_clock(local))
        asides = [await self._hold(ask()) for ask in (commands.ask_version, commands.ask_card, commands.ask_battery)]
        wifi = await self._hold(commands.ask_wifi())
        address = await self._hold(commands.ask_address())
        told = commands.read_told(wifi, address, *asides)
        if told is None:
            raise TroubleError(_SENSELESS)
        turned_on = commands.switch_wifi_on()
        with contextlib.suppress(_HungUpError):  # its radio turns to the Wi-Fi
            await self._hold(turned_on)
        if turned_on.stage == "failed":
            raise TroubleError("The SnapCam does not switch its Wi-Fi on; switch it off and on again.")
        return told

    async def _hold(self, exchange: Exchange) -> dict[str, object]:
        """One exchange from beginning to end; its answer, empty if it failed."""
        while not self._said.empty():
            if self._said.get_nowait() is None:
                raise TroubleError(_GONE)
        while not exchange.is_over:
            if (piece := exchange.write()) is not None:
                await self._write(piece)
            try:
                exchange.notified(await self._heard())
            except TimeoutError:
                exchange.silent()
        return exchange.answer

    async def _write(self, piece: bytes) -> None:
        try:
            await self._client.write_gatt_char(TAKES_COMMANDS, piece, response=True)
        except (BleakError, EOFError):
            raise TroubleError(_GONE) from None

    async def _heard(self) -> bytes:
        said = await asyncio.wait_for(self._said.get(), WAIT_S)
        if said is None:
            raise _HungUpError(_GONE)
        return said


@contextlib.asynccontextmanager
async def _conversation(device: BLEDevice, patience_s: float) -> AsyncIterator[_Conversation]:
    said: asyncio.Queue[bytes | None] = asyncio.Queue()
    async with BleakClient(device, lambda _: said.put_nowait(None), timeout=patience_s) as client:
        await client.start_notify(NOTIFIES, lambda _, data: said.put_nowait(bytes(data)))
        yield _Conversation(client, said)
