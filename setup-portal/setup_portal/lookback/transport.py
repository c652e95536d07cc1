"""What a segment is made of: the kinds of stream that MPEG-TS tells (ISO/IEC 13818-1, chapter 2.4.4). Pure."""

from collections.abc import Iterator

HEAD_BYTES = 64 * 1024
"""Enough of a segment to find its tables."""
AAC = 0x0F
HEVC = 0x24
"""Kinds of stream (table 2-34)."""
_PACKET_BYTES = 188
_SYNC = 0x47
_TABLE_HEAD_BYTES = 8
_CHECKSUM_BYTES = 4


def kinds(head: bytes) -> set[int]:
    """Of every stream; nothing where the tables are not found."""
    for section in _sections(head, 0):
        for place in range(_TABLE_HEAD_BYTES, len(section) - 3, 4):
            if section[place : place + 2] != b"\0\0":  # that one would be the network's table
                return _streams(head, int.from_bytes(section[place + 2 : place + 4], "big") & 0x1FFF)
    return set()


def _streams(head: bytes, packet_id: int) -> set[int]:
    for section in _sections(head, packet_id):
        found, place = set(), 12 + _length(section, 10)
        while place + 5 <= len(section):
            found.add(section[place])
            place += 5 + _length(section, place + 3)
        return found
    return set()


def _length(section: bytes, place: int) -> int:
    return int.from_bytes(section[place : place + 2], "big") & 0x0FFF


def _sections(head: bytes, packet_id: int) -> Iterator[bytes]:
    """Each table that begins in a packet of this kind, without its checksum, as far as the packet has it."""
    for place in range(0, len(head) - _PACKET_BYTES + 1, _PACKET_BYTES):
        packet = head[place : place + _PACKET_BYTES]
        is_wanted = packet[0] == _SYNC and int.from_bytes(packet[1:3], "big") & 0x1FFF == packet_id
        if not is_wanted or not packet[1] & 0x40:
            continue
        payload = packet[4:] if not packet[3] & 0x20 else packet[5 + packet[4] :]
        if payload and len(section := payload[1 + payload[0] :]) > _TABLE_HEAD_BYTES:
            yield section[: max(0, 3 + _length(section, 1) - _CHECKSUM_BYTES)]
