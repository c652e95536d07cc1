"""Which footage a press keeps, and which earlier memories it grows together with (promises M1 and M7). Pure."""

from typing import Literal

from msgspec import Struct

from appliance.memories.model import Entry, Gap, Press
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
    is_led: bool = False
    """Whether a file leads that claim: nothing can be put before it."""


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
    wanted = _pieces(ring, start_s, end_s)
    if not wanted:
        return Plan([], [], start_s)
    stay = [one for one in earlier if not _can_grow(ring, one, overlap)]
    kept, fence = _behind_fences(stay, wanted)
    if not kept:
        return Plan([], [], start_s, inside=fence)
    start_s = max(start_s, _held_until_s(wanted, kept, start_s))
    merges = _touched(ring, [one for one in earlier if one not in stay], kept)
    if not merges:
        return Plan(kept, [], start_s)
    return _merged(ring, kept, merges, min([start_s, *(one.window_start_s for one in merges)]), end_s)


def _pieces(ring: Ring, start_s: float, end_s: float) -> list[Piece]:
    pieces: list[Piece] = [segment for segment in ring.since(start_s) if segment.start_s < end_s]
    if ring.open and ring.open.start_s < end_s:
        pieces.append(ring.open)
    return pieces


def footage_s(ring: Ring, start_s: float, end_s: float) -> float:
    """How much of the time from `start_s` to `end_s`, which is not in the future, the ring holds."""
    ends = ((one, one.end_s if isinstance(one, Segment) else end_s) for one in _pieces(ring, start_s, end_s))
    return sum(min(until_s, end_s) - max(one.start_s, start_s) for one, until_s in ends)


def _can_grow(ring: Ring, candidate: Earlier, overlap: Overlap) -> bool:
    has_footage = candidate.file is not None or _has_segments(ring, candidate)
    return overlap == "extend" and candidate.may_grow and has_footage


def _behind_fences(stay: list[Earlier], wanted: list[Piece]) -> tuple[list[Piece], Earlier | None]:
    """What earlier memories that stay as they are leave to keep, and the last of those that hold the rest.

    One that reaches back as far as is asked holds all up to its end, and nothing is repeated. Behind one that does
    not, older footage would be lost: the new memory is then whole in itself, and some frames are in both.
    """
    fence = None
    for candidate in sorted(stay, key=lambda one: one.first):
        if wanted and candidate.first <= wanted[0].key <= candidate.last:
            wanted, fence = [piece for piece in wanted if piece.key > candidate.last], candidate
    return wanted, fence


def _held_until_s(wanted: list[Piece], kept: list[Piece], start_s: float) -> float:
    """Where the wanted footage ends that an earlier memory holds; `start_s` if none does."""
    held = wanted[: len(wanted) - len(kept)]
    return held[-1].end_s if held and isinstance(held[-1], Segment) else start_s


def _touched(ring: Ring, growing: list[Earlier], kept: list[Piece]) -> list[Earlier]:
    """Earlier memories that the footage overlaps or follows without a gap, oldest first."""
    merges: list[Earlier] = []
    first, last = kept[0].key, kept[-1].key
    for candidate in reversed(growing):
        overlaps = candidate.last >= first and candidate.first <= last
        follows = (candidate.last.epoch, candidate.last.number + 1) == first
        is_led = candidate.is_led or not _has_segments(ring, candidate)
        if not (overlaps or follows) or (is_led and candidate.first > first):
            continue  # a file leads, and nothing can be put before it
        merges.insert(0, candidate)
        first, last = min(first, candidate.first), max(last, candidate.last)
        if is_led:
            break
    return merges


def _has_segments(ring: Ring, candidate: Earlier) -> bool:
    oldest = ring.oldest or ring.open
    return candidate.holds_segments or (oldest is not None and oldest.key <= candidate.first)


def _merged(ring: Ring, kept: list[Piece], merges: list[Earlier], start_s: float, end_s: float) -> Plan:
    head = merges[0]
    first = min(kept[0].key, *(one.first for one in merges))
    last = max(kept[-1].key, *(one.last for one in merges))
    pieces = [piece for piece in _since(ring, first) if piece.key <= last]
    if _has_segments(ring, head):
        return Plan(pieces, merges, start_s, inside=_all_inside(pieces, merges, start_s, end_s))
    after_head = [piece for piece in pieces if piece.key > head.last]
    if not after_head:
        return Plan([], [], start_s, inside=head)
    return Plan(after_head, merges, start_s, leading=head)


def _all_inside(pieces: list[Piece], merges: list[Earlier], start_s: float, end_s: float) -> Earlier | None:
    """The one earlier memory that holds the whole window already.

    If the footage ends before the window does, more may yet come, or a gap must be told.
    """
    only = merges[0] if len(merges) == 1 else None
    newest = pieces[-1]
    is_held = only is not None and only.first <= pieces[0].key and newest.key <= only.last
    is_old = is_held and only is not None and start_s >= only.window_start_s
    return only if is_old and isinstance(newest, Segment) and newest.end_s >= end_s else None


def _since(ring: Ring, first: Key) -> list[Piece]:
    pieces: list[Piece] = list(ring.since_key(first))
    if ring.open:
        pieces.append(ring.open)
    return pieces


def earlier_of(entries: list[Entry]) -> list[Earlier]:
    """Memories as a new press sees them, oldest first."""
    found: dict[str, Earlier] = {}
    for entry in entries:
        if entry.first.epoch < 0:
            continue  # a file that says nothing of itself
        found[entry.id] = Earlier(
            id=entry.id,
            stem=entry.stem,
            press=entry.press,
            first=entry.first,
            last=entry.last,
            window_start_s=entry.window_start_s,
            file=entry.name if entry.parts == 1 else None,
            gaps=entry.gaps,
            may_grow=True,
            holds_segments=False,
        )
    return sorted(found.values(), key=lambda earlier: earlier.last)
