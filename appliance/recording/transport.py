"""Reading MPEG-TS just far enough to know what a segment is made of. Pure: bytes in, facts out.

Sources: ISO/IEC 13818-1 (PES), ITU-T H.264 7.4.1 and H.265 7.4.2 (NAL unit types).
"""

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from msgspec import Struct

from appliance.mpegts.packets import PACKET_BYTES, Packet, packets
from appliance.mpegts.tables import PROGRAMMES_PID, ListedStream, listed_streams, programme_maps

CLOCK_HZ = 90_000
WRAP = 1 << 33
"""Time stamps have 33 bits: they start again every 26.5 hours."""

_VIDEO_TYPES: dict[int, Literal["h264", "hevc"]] = {0x1B: "h264", 0x24: "hevc"}
_AUDIO_TYPES = {0x03: "mp3", 0x04: "mp3", 0x0F: "aac", 0x11: "aac-latm", 0x81: "ac3"}
_START_CODE = re.compile(b"\0\0\1")
_H264_SLICES, _H264_SPS, _H264_SETS = range(1, 6), 7, (7, 8)
_HEVC_SLICES, _HEVC_VPS, _HEVC_SETS = range(32), 32, (32, 33, 34)
_PES_PTS_FLAG = 0x80


class Fingerprint(Struct, frozen=True):
    """What must be equal for two segments to be joined into one file."""

    video: Literal["h264", "hevc"]
    parameters: bytes
    """The parameter sets (VPS, SPS, PPS) in force: resolution, profile and all that a decoder must know."""
    audio: tuple[str, ...]


class Layout(Struct, frozen=True):
    """Which packets carry what."""

    video_pid: int
    video: Literal["h264", "hevc"]
    audio: tuple[str, ...]


def read_layout(data: bytes) -> Layout | None:
    """The streams of the first programme, or None without a picture that we know."""
    map_pid: int | None = None
    for packet in packets(data):
        if not packet.starts_unit:
            continue
        if packet.pid == PROGRAMMES_PID and map_pid is None:
            map_pid = next(iter(programme_maps(data, packet)), None)
        elif packet.pid == map_pid:
            return _layout(listed_streams(data, packet))
    return None


def _layout(streams: Sequence[ListedStream]) -> Layout | None:
    audio = tuple(_AUDIO_TYPES[stream.kind] for stream in streams if stream.kind in _AUDIO_TYPES)
    video = next((stream for stream in streams if stream.kind in _VIDEO_TYPES), None)
    return Layout(video.pid, _VIDEO_TYPES[video.kind], audio) if video else None


def fingerprint(head: bytes) -> Fingerprint | None:
    """What the segment that begins with `head` is made of; None if there is no picture to be found."""
    layout = read_layout(head)
    if layout is None:
        return None
    for _, found in _parameter_changes(head, layout):
        return Fingerprint(layout.video, found, layout.audio)
    return None


def changes(data: bytes) -> list[tuple[int, Fingerprint]]:
    """Where a segment's parameters change: (offset of the frame, what holds from there); its start comes first."""
    layout = read_layout(data)
    if layout is None:
        return []
    found: list[tuple[int, Fingerprint]] = []
    for offset, parameters in _parameter_changes(data, layout):
        if not found or found[-1][1].parameters != parameters:
            found.append((offset, Fingerprint(layout.video, parameters, layout.audio)))
    return found


def _parameter_changes(data: bytes, layout: Layout) -> Iterator[tuple[int, bytes]]:
    for offset, unit in _video_units(data, layout.video_pid):
        parameters = _parameter_sets(unit, layout.video)
        if parameters:
            yield offset, parameters


def _video_units(data: bytes, pid: int) -> Iterator[tuple[int, bytes]]:
    """Every frame: (offset of its first packet, its first few kilobytes, PES header included)."""
    start: int | None = None
    parts: list[bytes] = []
    for packet in packets(data):
        if packet.pid != pid:
            continue
        if packet.starts_unit:
            if start is not None:
                yield start, b"".join(parts)
            start, parts = packet.offset, []
        if start is not None and len(parts) < 24:  # noqa: PLR2004 - parameter sets stand first, within 4 KiB
            parts.append(data[packet.payload : packet.offset + PACKET_BYTES])
    if start is not None:
        yield start, b"".join(parts)


def _parameter_sets(unit: bytes, codec: Literal["h264", "hevc"]) -> bytes:
    """The parameter sets before the frame's first slice; of repeated sets the last, which is the one in force."""
    sets: list[bytes] = []
    starts = [match.end() for match in _START_CODE.finditer(unit)][1:]  # the first one is the PES header's
    for index, start in enumerate(starts):
        if start >= len(unit):
            break
        kind = unit[start] & 0x1F if codec == "h264" else unit[start] >> 1 & 0x3F
        if kind in (_H264_SLICES if codec == "h264" else _HEVC_SLICES):
            break
        if kind == (_H264_SPS if codec == "h264" else _HEVC_VPS):
            sets.clear()
        if kind in (_H264_SETS if codec == "h264" else _HEVC_SETS):
            end = starts[index + 1] - 3 if index + 1 < len(starts) else len(unit)
            sets.append(unit[start:end].rstrip(b"\0"))
    return b"".join(sets)


def picture_times(data: bytes) -> list[int]:
    """Presentation times of the frames in the data, in their order there, in 1/90000 s, wrapping at 33 bits.

    `data` may begin anywhere at a packet, but needs the tables (PAT, PMT) first.
    """
    layout = read_layout(data)
    if layout is None:
        return []
    starts = (p for p in packets(data) if p.starts_unit and p.pid == layout.video_pid)
    return [time for p in starts if (time := _time(data, p)) is not None]


def _time(data: bytes, packet: Packet) -> int | None:
    head = data[packet.payload : packet.payload + 14]
    if len(head) < 14 or head[:3] != b"\0\0\1" or not head[7] & _PES_PTS_FLAG:  # noqa: PLR2004 - PES header with PTS
        return None
    return (head[9] >> 1 & 7) << 30 | head[10] << 22 | head[11] >> 1 << 15 | head[12] << 7 | head[13] >> 1


def prelude_bytes(data: bytes) -> int:
    """How many bytes of tables stand before the first frame."""
    layout = read_layout(data)
    first = next((p for p in packets(data) if layout and p.starts_unit and p.pid == layout.video_pid), None)
    return first.offset if first else 0


def complete_bytes(data: bytes) -> int:
    """How much of a segment whose writer was cut off is certainly whole: all but its last frame."""
    layout = read_layout(data)
    if layout is None:
        return 0
    starts = [p.offset for p in packets(data) if p.starts_unit and p.pid == layout.video_pid]
    return starts[-1] if len(starts) > 1 else 0
