"""What is said to a camera over Bluetooth to wake it and to switch its Wi-Fi on; by what radio does not matter here.

Source: https://gopro.github.io/OpenGoPro/ble (characteristics, commands `Set AP Control`): a command is its length, its
number, and for each parameter length and value; the answer repeats the number, then 0 for "done".
"""

import asyncio
from collections.abc import Callable
from typing import Protocol

from appliance.attendance import AccessPoint

SERVICE = "0000fea6-0000-1000-8000-00805f9b34fb"
SSID, PASSWORD, COMMAND, RESPONSE = (
    f"b5f9{short}-aa8d-11e3-9046-0002a5d5c51b" for short in ("0002", "0003", "0072", "0073")
)
WIFI_ON = b"\x03\x17\x01\x01"
_AP_CONTROL, _DONE = 0x17, 0
ANSWER_S = 5.0


class Gatt(Protocol):
    """A connection to one camera. Each call may raise OSError when the connection is gone."""

    async def read(self, characteristic: str) -> bytes: ...

    async def write(self, characteristic: str, value: bytes) -> None: ...

    async def notify(self, characteristic: str, hear: Callable[[bytes], None]) -> None: ...


class UnwillingError(Exception):
    """The camera did not do it. The text is a sentence for the owner."""


async def switch_wifi_on(camera: Gatt, answer_s: float = ANSWER_S) -> AccessPoint:
    """Being connected has woken it; now its Wi-Fi is switched on, and how to get into it is read.

    Raises:
        UnwillingError: it refuses, or does not answer.
    """
    answers: asyncio.Queue[bytes] = asyncio.Queue()
    await camera.notify(RESPONSE, answers.put_nowait)
    ssid, password = await camera.read(SSID), await camera.read(PASSWORD)
    await camera.write(COMMAND, WIFI_ON)
    try:
        async with asyncio.timeout(answer_s):
            await _done(answers)
    except TimeoutError:
        raise UnwillingError("The GoPro was reached by Bluetooth, but does not switch its Wi-Fi on.") from None
    return AccessPoint(ssid.decode(errors="replace").rstrip("\0"), password.decode(errors="replace").rstrip("\0"))


async def _done(answers: "asyncio.Queue[bytes]") -> None:
    """Wait for the answer to our command; others are passed over."""
    while True:
        answer = await answers.get()
        if len(answer) >= 3 and answer[1] == _AP_CONTROL:  # noqa: PLR2004 - length, number, result
            if answer[2] != _DONE:
                raise UnwillingError("The GoPro refuses to switch its Wi-Fi on: allow it in its settings.")
            return
