"""RTP packets (RFC 3550, 5.1), and their order. Pure."""

from collections.abc import Iterator

from msgspec import Struct

_HEAD_BYTES = 12
_VERSION = 2
_WRAP = 1 << 16
_FAR = 3_000
"""A number so far from the one that is waited for is another count: the sender began anew (RFC 3550, A.1)."""


class RtpPacket(Struct, frozen=True, gc=False):
    """`raw`: as it came. `payload`: without head, extension and padding."""

    sequence: int
    source: int
    kind: int
    payload: bytes
    raw: bytes


def read_rtp(datagram: bytes) -> RtpPacket | None:
    """None if it is no RTP packet, or an empty one."""
    if len(datagram) <= _HEAD_BYTES or datagram[0] >> 6 != _VERSION:
        return None
    start = _HEAD_BYTES + 4 * (datagram[0] & 0x0F)
    if datagram[0] & 0x10:
        start += 4 + 4 * int.from_bytes(datagram[start + 2 : start + 4], "big")
    end = len(datagram) - (datagram[-1] if datagram[0] & 0x20 else 0)
    if start >= end:
        return None
    return RtpPacket(
        sequence=int.from_bytes(datagram[2:4], "big"),
        source=int.from_bytes(datagram[8:12], "big"),
        kind=datagram[1] & 0x7F,
        payload=datagram[start:end],
        raw=datagram,
    )


class Reordering:
    """Gives packets in the order of their numbers, each once. What does not come is waited for, but not for long.

    `most`: how many packets may wait for one that is missing; `patience_s`: how long one may.
    """

    def __init__(self, most: int = 256, patience_s: float = 0.8) -> None:
        self.lost = 0
        """Numbers that were given up."""
        self.dropped = 0
        """Packets that came twice, or too late."""
        self._most = most
        self._patience_s = patience_s
        self._source: int | None = None
        self._wanted = 0
        self._waiting: dict[int, tuple[RtpPacket, float]] = {}
        self._stray: int | None = None

    @property
    def until_s(self) -> float | None:
        """When to ask for what is `overdue`; None while nothing waits. Monotonic seconds, as given to `take`."""
        if not self._waiting:
            return None
        return min(since_s for _, since_s in self._waiting.values()) + self._patience_s

    def take(self, packet: RtpPacket, now_s: float) -> list[RtpPacket]:
        """One more; what is ready now."""
        ready = []
        if packet.source != self._source:
            ready = self._begin(packet)
        ahead = _ahead(packet.sequence, self._wanted)
        if abs(ahead) > _FAR:
            if packet.sequence != self._stray:
                self._stray = (packet.sequence + 1) % _WRAP
                return ready
            ready += self._begin(packet)
            ahead = 0
        self._stray = None
        if ahead < 0 or packet.sequence in self._waiting:
            self.dropped += 1
            return ready
        self._waiting[packet.sequence] = packet, now_s
        ready += self._in_order()
        while len(self._waiting) > self._most:
            ready += self._skip()
        return ready

    def overdue(self, now_s: float) -> list[RtpPacket]:
        """What has waited long enough for what is missing."""
        ready: list[RtpPacket] = []
        while self.until_s is not None and self.until_s <= now_s:
            ready += self._skip()
        return ready

    def _begin(self, packet: RtpPacket) -> list[RtpPacket]:
        """Another count begins with this packet; what waited of the one before."""
        left = sorted(self._waiting, key=lambda number: _ahead(number, self._wanted))
        ready = [self._waiting.pop(number)[0] for number in left]
        self._source, self._wanted, self._stray = packet.source, packet.sequence, None
        return ready

    def _in_order(self) -> Iterator[RtpPacket]:
        while self._wanted in self._waiting:
            yield self._waiting.pop(self._wanted)[0]
            self._wanted = (self._wanted + 1) % _WRAP

    def _skip(self) -> list[RtpPacket]:
        """Give up what is missing before the first that waits."""
        gap = min(_ahead(number, self._wanted) for number in self._waiting)
        self.lost += gap
        self._wanted = (self._wanted + gap) % _WRAP
        return list(self._in_order())


def _ahead(number: int, of: int) -> int:
    """How far a number lies ahead of another one, over the wrap; negative: behind it."""
    return (number - of + _WRAP // 2) % _WRAP - _WRAP // 2
