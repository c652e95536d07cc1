"""What is said by Bluetooth, to a camera that keeps GoPro's documented answers."""

from collections.abc import Callable

import pytest

from appliance.attendance import AccessPoint
from appliance.gopro.bluetooth import COMMAND, PASSWORD, RESPONSE, SSID, UnwillingError, switch_wifi_on


class CameraInTheAir:
    """A GATT server in small: it answers `Set AP Control`, and talks of other things in between."""

    def __init__(self, result: int | None = 0) -> None:
        self.is_wifi_on = False
        self._result = result
        self._hear: Callable[[bytes], None] | None = None

    async def read(self, characteristic: str) -> bytes:
        return {SSID: b"GP24500456\0", PASSWORD: b"abc-123-XYZ"}[characteristic]

    async def notify(self, characteristic: str, hear: Callable[[bytes], None]) -> None:
        assert characteristic == RESPONSE
        self._hear = hear

    async def write(self, characteristic: str, value: bytes) -> None:
        assert (characteristic, value) == (COMMAND, bytes([3, 0x17, 1, 1])), "length, command, length, on"
        assert self._hear, "who commands without listening misses the answer"
        self._hear(bytes([2, 0x5B, 0]))
        self._hear(b"")
        if self._result is not None:
            self.is_wifi_on = self._result == 0
            self._hear(bytes([2, 0x17, self._result]))


async def test_its_wifi_is_switched_on_and_told() -> None:
    camera = CameraInTheAir()
    assert await switch_wifi_on(camera) == AccessPoint("GP24500456", "abc-123-XYZ")
    assert camera.is_wifi_on


@pytest.mark.parametrize(("result", "said"), [(1, "refuses"), (None, "does not switch")])
async def test_an_unwilling_camera_is_told(result: int | None, said: str) -> None:
    with pytest.raises(UnwillingError, match=said):
        await switch_wifi_on(CameraInTheAir(result), answer_s=0.05)
