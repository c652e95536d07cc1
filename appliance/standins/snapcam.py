"""A SnapCam as Bluetooth sees it: takes pieces of commands, acknowledges each, and answers piece by piece. Pure."""

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import Struct

from appliance.standins.bluez_objects import Gatt

GATT = Gatt(
    name="SnapCam_6A6C",
    address="D4:2C:3D:07:44:60",
    service="1b7e8251-2877-41c3-b46e-cf057c562023",
    notifies="8ac32d3f-5cb9-4d44-bec2-ee689169f626",
    takes="5e9bf2a8-f93f-4481-a67e-3b2f4a07891a",
)
PIECE_BYTES = 20
_BEGIN = 0xFF
_TAIL_BYTES = len("CRC:0")


class Faults(Struct):
    """How often something goes wrong from now on.

    `refusals`: pieces that are to be sent again. `silences`: pieces that nothing comes of. `damages`: answers whose
    checksum is wrong. `stutters`: acknowledgements that come twice.
    """

    refusals: int = 0
    silences: int = 0
    damages: int = 0
    stutters: int = 0

    def has(self, name: str) -> bool:
        """Whether this one goes wrong; it is counted."""
        left: int = getattr(self, name)
        setattr(self, name, max(0, left - 1))
        return left > 0


class SnapCamTalk:
    """What it says to what is written. `wifi`: called when its Wi-Fi is to be switched on.

    Its Wi-Fi stays off when another command comes right after that: `forget_wifi` is called.
    """

    def __init__(
        self, wifi: Callable[[], None], forget_wifi: Callable[[], None], address: str = "192.168.2.103"
    ) -> None:
        self.faults = Faults()
        self.commands: list[dict[str, Any]] = []
        """Every command that came whole, in order."""
        self.answers: dict[int, dict[str, Any]] = {
            18: {"ssid": "SnapCam_2264", "pwd": "123456789"},
            24: {"total": "1da3", "free": "1d08"},
            25: {"ver": "1.0.14"},
            27: {"battery": 4},
            29: {"ip": address},
        }
        self._wifi = wifi
        self._forget_wifi = forget_wifi
        self._got = b""
        self._answer: list[bytes] = []

    def hung_up(self) -> None:
        """The other side is gone: nothing is remembered."""
        self._got, self._answer = b"", []

    def written(self, piece: bytes) -> list[bytes]:
        """What it notifies to one write."""
        assert len(piece) <= PIECE_BYTES, "a piece that no write could carry"
        if self.faults.has("silences"):
            return []
        if piece.startswith(b'{"ret":'):
            return self._next_piece(is_well=piece == b'{"ret":1}')
        if self.faults.has("refusals"):
            return [b'{"Type":0,"ret":0}']
        self._got = piece if piece[0] == _BEGIN else self._got + piece
        message = _whole(self._got)
        number = message.get("Type", 0) if message else 0
        acknowledgements = [f'{{"Type":{number},"ret":1 }}'.encode()] * (2 if self.faults.has("stutters") else 1)
        return acknowledgements + (self._obey(message) if message else [])

    def _next_piece(self, *, is_well: bool) -> list[bytes]:
        if is_well:
            self._answer = self._answer[1:]
        return self._answer[:1]

    def _obey(self, message: dict[str, Any]) -> list[bytes]:
        self.commands.append(message)
        number = int(message["Type"])
        if number == 22:  # noqa: PLR2004 - Wi-Fi on
            self._wifi()
        else:
            self._forget_wifi()
        self._answer = []
        if number in self.answers:
            whole = self._frame({"Type": number, **self.answers[number]})
            self._answer = [whole[start : start + PIECE_BYTES] for start in range(0, len(whole), PIECE_BYTES)]
        return self._answer[:1]

    def _frame(self, message: dict[str, Any]) -> bytes:
        told = msgspec.json.encode(message)
        check = (sum(told) + self.faults.has("damages")) % 16
        return b"\xff%x%bCRC:%x" % (len(told), told, check)


def _whole(got: bytes) -> dict[str, Any] | None:
    """The message of a frame that is complete and right."""
    digits, brace, rest = got[1:].partition(b"{")
    told, tail = (brace + rest)[:-_TAIL_BYTES], rest[-_TAIL_BYTES:]
    if not brace or len(told) != int(digits, 16):
        return None
    assert tail == b"CRC:%x" % (sum(told) % 16), "a checksum that is wrong"
    message: dict[str, Any] = msgspec.json.decode(told)
    return message
