"""Which footage a press keeps, and which earlier memories it grows together with (promises M1 and M7). Pure."""

from typing import Literal

from msgspec import Struct

from appliance.memories.model import Gap, Press
from appliance.recording.ring import Ring
from appliance.recording.segment import Key, OpenSegment, Segment

Overlap = Literal["extend", "separate"]
Piece = Segment | OpenSegment


class Earlier(Struct, frozen=True):
    """A memory or claim that a new press may touch."""

    id: str
    stem: str
    press: Press
    first: Key
    last: Key
    window_start_s: float
    file: str | None
    """The name of its file when it is whole and of one part."""
    gaps: list[Gap]
    may_grow: bool
    """False once it is on its way to storage."""
    holds_segments: bool
    """Whether it is a claim, which has links to all its segments."""


class Plan(Struct, frozen=True):
    """What to keep for a press. No pieces: there is nothing (new) to keep."""

    pieces: list[Piece]
    merges: list[Earlier]
    """Grown together with these, oldest first."""
    window_start_s: float
    leading: Earlier | None = None
    """The oldest merged memory, when the ring no longer has its segments."""
    inside: Earlier | None = None
    """The earlier memory that already holds everything there is."""


def plan_press(ring: Ring, earlier: list[Earlier], start_s: float, end_s: float, overlap: Overlap) -> Plan:
    """Choose the footage for a window of the ring, `start_s` to `end_s` (the press and the camera's lag after it).

    `earlier`: oldest first. Whole segments only: a memory begins up to one segment early and ends up to one late.
    """
    pieces = _pieces(ring, start_s, end_s)
    if not pieces:
        return Plan([], [], start_s)
    merges, fence = _touched(earlier, pieces[0].key, overlap)
    kept = [piece for piece in pieces if fence is None or piece.key > fence]
    if not kept:
        inside = next(e for e in reversed(earlier) if e.last == fence)
        return Plan([], [], start_s, inside=inside)
    if not merges:
        return Plan(kept, [], start_s)
    return _merged(ring, kept, merges, min(start_s, merges[0].window_start_s))


def _pieces(ring: Ring, start_s: float, end_s: float) -> list[Piece]:
    pieces: list[Piece] = [segment for segment in ring.since(start_s) if segment.start_s < end_s]
    if ring.open and ring.open.start_s < end_s:
        pieces.append(ring.open)
    return pieces


def _touched(earlier: list[Earlier], first: Key, overlap: Overlap) -> tuple[list[Earlier], Key | None]:
    """Earlier memories that the footage from `first` on overlaps or follows without a gap; and the last segment
    of the newest one that it must not repeat.
    """
    merges: list[Earlier] = []
    for candidate in reversed(earlier):
        last = candidate.last
        overlaps = last >= first
        follows = (last.epoch, last.number + 1) == first
        if not overlaps and not follows:
            continue
        if overlap == "separate" or not candidate.may_grow:
            if overlaps:
                return merges, last
            continue
        merges.insert(0, candidate)
        first = min(first, candidate.first)
    return merges, None


def _merged(ring: Ring, kept: list[Piece], merges: list[Earlier], start_s: float) -> Plan:
    head = merges[0]
    first = min(kept[0].key, head.first)
    if head.holds_segments or (ring.oldest is not None and ring.oldest.key <= first):
        pieces = _since(ring, first)
        return Plan(pieces, merges, start_s, inside=_all_inside(pieces, merges, start_s))
    after_head = [piece for piece in _since(ring, first) if piece.key > head.last]
    if not after_head:
        return Plan([], [], start_s, inside=head)
    if head.file is not None:
        return Plan(after_head, merges, start_s, leading=head)
    return Plan(after_head, merges[1:], start_s)  # its first part cannot be had again: it stays as it is


def _all_inside(pieces: list[Piece], merges: list[Earlier], start_s: float) -> Earlier | None:
    """The one earlier memory that holds all pieces already; a segment still open may yet bring more."""
    only = merges[0] if len(merges) == 1 else None
    newest = pieces[-1]
    is_old = only is not None and newest.key <= only.last and start_s >= only.window_start_s
    return only if is_old and isinstance(newest, Segment) else None


def _since(ring: Ring, first: Key) -> list[Piece]:
    pieces: list[Piece] = list(ring.since_key(first))
    if ring.open:
        pieces.append(ring.open)
    return pieces
