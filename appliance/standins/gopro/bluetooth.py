"""A GoPro as Bluetooth sees it: how to get into its Wi-Fi can be read, and a command switches that on. Pure.

Source: https://gopro.github.io/OpenGoPro/ble ("Set AP Control"). The real one spreads this over two services.
"""

from collections.abc import Callable

from msgspec import Struct

from appliance.standins.bluez_objects import Gatt

_BASE = "b5f9{}-aa8d-11e3-9046-0002a5d5c51b"
_SET_AP_ON = bytes([3, 0x17, 1, 1])
_KEPT_ALIVE = bytes([2, 0x5B, 0])

GATT = Gatt(
    name="GoPro 0456",
    address="D8:96:85:00:04:56",
    service="0000fea6-0000-1000-8000-00805f9b34fb",
    takes=_BASE.format("0072"),
    notifies=_BASE.format("0073"),
    values={_BASE.format("0002"): b"GP24500456\0", _BASE.format("0003"): b"abc-123-XYZ"},
    wants_bond=True,
)


class Faults(Struct):
    """`is_forbidden`: its Wi-Fi is switched off in its settings. `is_mute`: it answers nothing."""

    is_forbidden: bool = False
    is_mute: bool = False


class GoProTalk:
    """What it says to what is written. `wifi`: called when its Wi-Fi is switched on."""

    def __init__(self, wifi: Callable[[], None]) -> None:
        self.faults = Faults()
        self._wifi = wifi

    def hung_up(self) -> None:
        """The other side is gone; the Wi-Fi stays on."""

    def written(self, piece: bytes) -> list[bytes]:
        """What it notifies to one write; it talks of other things in between."""
        if self.faults.is_mute:
            return []
        if piece != _SET_AP_ON:
            return [bytes([2, *piece[1:2], 2])]
        if self.faults.is_forbidden:
            return [_KEPT_ALIVE, bytes([2, 0x17, 1])]
        self._wifi()
        return [_KEPT_ALIVE, bytes([2, 0x17, 0])]
