"""Which stretches of a claim's segments are sound. Blocks: it reads the files.

A *slice* is a stretch of one file. The last segment of an epoch is read whole: its writer may have been cut off
in mid-frame, and its format may change before its end.
"""

from pathlib import Path

from msgspec import Struct

from appliance.memories.model import ClaimedSegment
from appliance.recording.folder import HEAD_BYTES
from appliance.recording.transport import (
    Fingerprint,
    changes,
    complete_bytes,
    fingerprint,
    is_transport_stream,
    prelude_bytes,
)

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


def sound_pieces(segment: ClaimedSegment, path: Path, *, is_last_of_epoch: bool) -> list[Piece]:
    """The sound stretches of a segment: none if it is damaged, several if its format changes within."""
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
            found = fingerprint(head) if is_transport_stream(head) else None
            if found is None:
                return []
            if not is_last_of_epoch:
                return [Piece(segment, [Slice(path)], found)]
            return _look_closely(segment, path, head + file.read(), found)
    except OSError:
        return []


def _look_closely(segment: ClaimedSegment, path: Path, data: bytes, found: Fingerprint) -> list[Piece]:
    """The last segment of an epoch: it may be cut off in mid-frame, and its format may change before its end."""
    end = len(data) if segment.is_whole and segment.end_s is not None else complete_bytes(data)
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
