"""The tables of a transport stream: which programmes there are, and of which streams one is made."""

from collections.abc import Iterator
from typing import NamedTuple

from appliance.mpegts.packets import Packet

PROGRAMMES_PID = 0

_HEADER_BYTES = 3
"""Of a section, up to and with its length."""
_CHECKSUM_BYTES = 4
_PROGRAMME_BYTES = 4
_STREAM_BYTES = 5


class ListedStream(NamedTuple):
    """One stream as the programme's table lists it; `kind` is its stream type."""

    kind: int
    pid: int


def programme_maps(data: bytes, packet: Packet) -> list[int]:
    """The PIDs of the programmes' tables, from a packet of `PROGRAMMES_PID` that starts a section."""
    entries = _section(data, packet, 8)
    return [
        _pid(entries, start + 2)
        for start in range(0, len(entries) - _PROGRAMME_BYTES + 1, _PROGRAMME_BYTES)
        if entries[start : start + 2] != b"\0\0"  # number 0 leads to the network's table
    ]


def listed_streams(data: bytes, packet: Packet) -> list[ListedStream]:
    """The streams of a programme, from a packet of its table that starts a section; none if it is damaged."""
    information = _section(data, packet, 10)
    if len(information) < 2:  # noqa: PLR2004 - its length
        return []
    return list(_streams(information, 2 + _length(information, 0)))


def _streams(table: bytes, position: int) -> Iterator[ListedStream]:
    while position + _STREAM_BYTES <= len(table):
        yield ListedStream(table[position], _pid(table, position + 1))
        position += _STREAM_BYTES + _length(table, position + 3)


def _section(data: bytes, packet: Packet, skip: int) -> bytes:
    """A section's content from its byte `skip` to its checksum, as far as it stands in its first packet."""
    start = packet.payload + 1 + data[packet.payload] if packet.payload < packet.end else packet.end
    if start + _HEADER_BYTES > packet.end:
        return b""
    end = start + _HEADER_BYTES + _length(data, start + 1) - _CHECKSUM_BYTES
    return data[start + skip : min(packet.end, end)]


def _pid(data: bytes, at: int) -> int:
    return (data[at] & 0x1F) << 8 | data[at + 1]


def _length(data: bytes, at: int) -> int:
    return (data[at] & 0x0F) << 8 | data[at + 1]
