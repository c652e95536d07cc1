"""Transport packets, found by their rhythm of 188 bytes."""

from collections.abc import Iterator

from msgspec import Struct

PACKET_BYTES = 188

_SYNC = 0x47


class Packet(Struct, frozen=True, gc=False):
    """One transport packet by its place in the data; `payload` is the offset where its payload begins."""

    offset: int
    payload: int
    pid: int
    starts_unit: bool

    @property
    def end(self) -> int:
        """The offset behind it."""
        return self.offset + PACKET_BYTES


def packets(data: bytes, start: int = 0) -> Iterator[Packet]:
    """Every packet from `start` (a packet's first byte) until the data or its packet rhythm ends."""
    for offset in range(start, len(data) - PACKET_BYTES + 1, PACKET_BYTES):
        if data[offset] != _SYNC:
            return
        flags = data[offset + 3]
        payload = offset + 4 + (1 + data[offset + 4] if flags & 0x20 else 0)
        if flags & 0x10:
            pid = (data[offset + 1] & 0x1F) << 8 | data[offset + 2]
            yield Packet(offset, min(payload, offset + PACKET_BYTES), pid, bool(data[offset + 1] & 0x40))


def is_transport_stream(head: bytes) -> bool:
    """Whether the data begins like MPEG-TS."""
    return len(head) >= PACKET_BYTES and all(
        head[offset] == _SYNC for offset in range(0, min(len(head), 3 * PACKET_BYTES), PACKET_BYTES)
    )


def first_packet(data: bytes) -> int | None:
    """Where the rhythm of packets begins in data that may have something before it; None if there is none."""
    starts = range(min(PACKET_BYTES, len(data) - PACKET_BYTES + 1))
    return next((start for start in starts if is_transport_stream(data[start:])), None)
