"""Waking a camera by Bluetooth, as a process of its own: a Bluetooth stack that hangs is ended with it.

    python -m appliance.gopro.waking

Prints one line of JSON: how to get into the camera's Wi-Fi, which is on then; or nothing, and a sentence on its error
output. The camera wants to be paired once: its owner says so in its menu, and this box agrees (`agent`).
"""

import asyncio
import sys
from collections.abc import Callable

import msgspec
from bleak import BleakClient, BleakScanner
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.device import BLEDevice
from bleak.exc import BleakBluetoothNotAvailableError, BleakBluetoothNotAvailableReason, BleakDBusError, BleakError

from appliance.attendance import AccessPoint
from appliance.gopro.agent import agreeing
from appliance.gopro.bluetooth import SERVICE, UnwillingError, switch_wifi_on

_SCAN_S = 6.0
_CONNECT_S = 10.0
_WHOLE_S = 25.0
_OFF = "Bluetooth is off or blocked in this box, so a GoPro that sleeps cannot be woken."
NONE = "This box has no Bluetooth that works, so a GoPro that sleeps cannot be woken."
_UNPAIRED = "The GoPro does not let itself be paired: choose to connect a device in its menu, and wait a minute."


class _Camera:
    """bleak's connection as the conversation wants it."""

    def __init__(self, client: BleakClient) -> None:
        self._client = client

    async def read(self, characteristic: str) -> bytes:
        return bytes(await self._client.read_gatt_char(characteristic))

    async def write(self, characteristic: str, value: bytes) -> None:
        await self._client.write_gatt_char(characteristic, value, response=True)

    async def notify(self, characteristic: str, hear: Callable[[bytes], None]) -> None:
        def take(_: BleakGATTCharacteristic, value: bytearray) -> None:
            hear(bytes(value))

        await self._client.start_notify(characteristic, take)


async def near_by(limit_s: float) -> BLEDevice | None:
    """The first GoPro that is heard, asleep or not. Raises BleakError or OSError where Bluetooth fails."""
    return await BleakScanner.find_device_by_filter(
        lambda _, told: SERVICE in told.service_uuids, timeout=limit_s, service_uuids=[SERVICE]
    )


async def wake() -> AccessPoint | None:
    """Find a GoPro, wake it, and switch its Wi-Fi on; None if none is near.

    Raises:
        UnwillingError: one is near, but it does not do it.
        BleakError: Bluetooth fails.
    """
    found = await near_by(_SCAN_S)
    if found is None:
        return None
    async with agreeing(found.details["path"]), BleakClient(found, timeout=_CONNECT_S, pair=True) as client:
        return await switch_wifi_on(_Camera(client))


def why_not(error: Exception) -> str:
    """Why Bluetooth came to nothing, for the owner."""
    match error:
        case BleakBluetoothNotAvailableError():
            return _OFF if error.reason is BleakBluetoothNotAvailableReason.POWERED_OFF else NONE
        case BleakDBusError() if error.dbus_error.endswith(("NotReady", "Blocked")):
            return _OFF
        case BleakDBusError() if error.dbus_error.startswith("org.bluez.Error.Authentication"):
            return _UNPAIRED
        case BleakDBusError() if error.dbus_error.startswith("org.freedesktop.DBus.Error"):
            return NONE
        case BleakError() | TimeoutError() | EOFError():
            return f"The GoPro could not be woken by Bluetooth ({str(error) or 'no answer'}): switch it on by hand."
    return NONE  # there is no message bus


async def _within_limit() -> AccessPoint | None:
    async with asyncio.timeout(_WHOLE_S):
        return await wake()


def main() -> int:
    """Wake one, and print how to get into its Wi-Fi."""
    try:
        access_point = asyncio.run(_within_limit())
    except UnwillingError as unwilling:
        return _refuse(str(unwilling))
    except (BleakError, OSError, EOFError) as error:  # TimeoutError is one of OSError's
        return _refuse(why_not(error))
    if access_point:
        sys.stdout.buffer.write(msgspec.json.encode(access_point) + b"\n")
    return 0


def _refuse(sentence: str) -> int:
    sys.stderr.write(f"{sentence}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
