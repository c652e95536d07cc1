"""Which stretches of a claim's segments are sound. Blocks: it reads the files.

A *slice* is a stretch of one file. A segment is read whole where its writer may have been cut off in mid-frame, or
where its format is not that of the next one and so changes before its end.
"""

import os
from pathlib import Path

from msgspec import Struct

from appliance.memories.model import ClaimedSegment
from appliance.mpegts.packets import PACKET_BYTES, is_transport_stream
from appliance.recording.folder import HEAD_BYTES
from appliance.recording.transport import Fingerprint, changes, complete_bytes, fingerprint, prelude_bytes

WHOLE = -1


class Slice(Struct, frozen=True):
    """Bytes `start` to `end` of a file (WHOLE: to its end)."""

    path: Path
    start: int = 0
    end: int = WHOLE


class Piece(Struct):
    """A sound segment, or a stretch of one, with its format."""

    segment: ClaimedSegment
    slices: list[Slice]
    fingerprint: Fingerprint
    is_changed_inside: bool = False


def sound_pieces(segment: ClaimedSegment, path: Path, *, following: Fingerprint | None) -> list[Piece]:
    """The sound stretches of a segment: none if it is damaged, several if its format changes within.

    `following`: the format of the next sound segment of its epoch, None if it is the last.
    """
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
            found = fingerprint(head) if is_transport_stream(head) else None
            is_cut_off = _is_cut_off(segment, os.fstat(file.fileno()).st_size)
            if found is None or (is_cut_off and following):
                return []
            if found == following:
                return [Piece(segment, [Slice(path)], found)]
            return _look_closely(segment, path, head + file.read(), found)
    except OSError:
        return []


def _is_cut_off(segment: ClaimedSegment, size_bytes: int) -> bool:
    return size_bytes % PACKET_BYTES != 0 or segment.size_bytes not in {None, size_bytes}


def _look_closely(segment: ClaimedSegment, path: Path, data: bytes, found: Fingerprint) -> list[Piece]:
    """A segment that may be cut off in mid-frame, or whose format may change before its end."""
    was_ended = segment.is_whole and segment.end_s is not None and not _is_cut_off(segment, len(data))
    end = len(data) if was_ended else complete_bytes(data)
    if end == 0:
        return []
    found_changes = [(offset, kind) for offset, kind in changes(data) if offset < end]
    if len(found_changes) < 2:  # noqa: PLR2004 - one entry is the beginning itself
        return [Piece(segment, [Slice(path, 0, end)], found)]
    tables = Slice(path, 0, prelude_bytes(data))
    pieces = []
    for index, (offset, kind) in enumerate(found_changes):
        stop = found_changes[index + 1][0] if index + 1 < len(found_changes) else end
        pieces.append(Piece(segment, [tables, Slice(path, offset, stop)], kind, is_changed_inside=index > 0))
    return pieces
