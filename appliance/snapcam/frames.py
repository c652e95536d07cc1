"""How a SnapCam writes and reads by Bluetooth: frames of JSON, cut into pieces that one write can carry. Pure.

0xFF, the JSON's length in hex digits, the JSON, "CRC:", one hex digit: the sum of the JSON's bytes, its lowest 4 bits
"""

from typing import Any, Literal

import msgspec

from appliance.decoding import UnreadableError, decoded

PIECE_BYTES = 20
"""What one write carries (ATT's smallest MTU less its head)."""

ACKNOWLEDGED = b'{"ret":1}'
"""Bare, for a piece of an answer: the next one comes."""
AGAIN = b'{"ret":0}'

_BEGIN = b"\xff"
_CHECK = b"CRC:"
_TAIL_BYTES = len(_CHECK) + 1
_MOST_DIGITS = 3
_HEX = frozenset(b"0123456789abcdefABCDEF")


def frame(message: dict[str, Any]) -> bytes:
    """The frame of a message."""
    told = msgspec.json.encode(message)
    return _BEGIN + f"{len(told):x}".encode() + told + _CHECK + f"{checksum(told):x}".encode()


def checksum(told: bytes) -> int:
    """0 to 15."""
    return sum(told) & 0xF


def pieces(whole: bytes) -> list[bytes]:
    """A frame in pieces, in order."""
    return [whole[start : start + PIECE_BYTES] for start in range(0, len(whole), PIECE_BYTES)]


def read_acknowledgement(notification: bytes) -> bool | None:
    """Whether a piece of ours has come well, in what the camera says of it; None if it says something else.

    The camera strews blanks into it.
    """
    if not notification.startswith(b"{"):
        return None
    try:
        told = decoded(notification.replace(b" ", b"").rstrip(b"\0"), dict[str, Any])
        return bool(int(told["ret"]))
    except (UnreadableError, KeyError, TypeError, ValueError):
        return None


Progress = Literal["more", "done", "damaged"]


class Assembly:
    """Puts the pieces of one answer together. `message` once it is `done`."""

    def __init__(self) -> None:
        self.message: dict[str, Any] = {}
        self._got = b""
        self._wanted = 0

    def take(self, piece: bytes) -> Progress:
        """One more piece. After "damaged" nothing of it can be used."""
        self._got += piece if self._wanted else self._head(piece)
        if not self._wanted or len(self._got) > self._wanted:
            return "damaged"
        if len(self._got) < self._wanted:
            return "more"
        return "done" if self._read() else "damaged"

    def _head(self, piece: bytes) -> bytes:
        """What follows the length in the first piece."""
        digits = piece[1 : piece.find(b"{")] if b"{" in piece else b""
        if piece[:1] == _BEGIN and 0 < len(digits) <= _MOST_DIGITS and _HEX.issuperset(digits):
            self._wanted = int(digits, 16) + _TAIL_BYTES
        return piece[1 + len(digits) :]

    def _read(self) -> bool:
        told, tail = self._got[:-_TAIL_BYTES], self._got[-_TAIL_BYTES:]
        if tail[:-1] != _CHECK or tail[-1:].lower() != f"{checksum(told):x}".encode():
            return False
        try:
            self.message = decoded(told, dict[str, Any])
        except UnreadableError:
            return False
        return True
