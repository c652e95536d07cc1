"""What a claim really holds: which of its segments are sound, what can be joined, where footage is missing.

A *slice* is a stretch of one file; a *run* is slices that follow each other without a gap; a *part* is runs of
one picture format, and becomes one MP4.
"""

from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from appliance.memories.model import Claim, ClaimedSegment, Gap, Leading
from appliance.recording.folder import HEAD_BYTES
from appliance.recording.segment import Key
from appliance.recording.transport import (
    CLOCK_HZ,
    PACKET_BYTES,
    WRAP,
    Fingerprint,
    changes,
    complete_bytes,
    fingerprint,
    is_transport_stream,
    picture_times,
    prelude_bytes,
)

DAMAGED = "a damaged piece of the recording was left out"
MISSING = "a piece of the recording is missing"
WHOLE = -1
_SMALLEST_TOLD_S = 0.25
"""A shorter hole is the camera's own rhythm, not worth a word."""


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


class Run(Struct):
    """Footage without a gap. `gap_before_s`: 0 for the first run without a gap told, None when unknown."""

    pieces: list[Piece]
    gap: Gap | None = None
    duration_s: float = 0.0
    inner_gaps: list[Gap] = []
    """Gaps that were closed inside it before, each at its place in the run."""

    @property
    def slices(self) -> list[Slice]:
        return [one for piece in self.pieces for one in piece.slices]


class Part(Struct):
    """Runs of one format: one MP4 file."""

    runs: list[Run]
    fingerprint: Fingerprint
    frames_per_s: float
    trailing_gap: Gap | None = None

    @property
    def duration_s(self) -> float:
        return sum(run.duration_s for run in self.runs)

    @property
    def gaps(self) -> list[Gap]:
        """The gaps, each with its place in this part."""
        told, at_s = [], 0.0
        for run in self.runs:
            if run.gap:
                told.append(_moved(run.gap, at_s))
            told += [_moved(gap, at_s) for gap in run.inner_gaps]
            at_s += run.duration_s
        if self.trailing_gap:
            told.append(_moved(self.trailing_gap, at_s))
        return told


def _moved(gap: Gap, by_s: float) -> Gap:
    return Gap(round(gap.at_s + by_s, 3), gap.length_s, gap.reason)


def survey(claim: Claim, where: Callable[[Key], Path]) -> list[Part]:
    """Look at every segment of a claim. Blocks: it reads the head of each file."""
    pieces: list[Piece] = []
    for index, segment in enumerate(claim.segments):
        is_last = index + 1 == len(claim.segments) or claim.segments[index + 1].epoch != segment.epoch
        pieces.extend(_look(segment, where(segment.key), is_last_of_epoch=is_last))
    parts = _parts(_runs(claim, pieces))
    if parts:
        parts[-1].trailing_gap = _trailing_gap(claim, pieces[-1])
    return parts


def lead(parts: list[Part], leading: Leading, path: Path) -> None:
    """Put an earlier memory, as one MPEG-TS file, before the rest. Blocks."""
    with path.open("rb") as file:
        found = fingerprint(file.read(HEAD_BYTES))
    if found is None:
        return
    segment = ClaimedSegment(*leading.first, 0.0, 0.0, is_whole=True)
    run = Run([Piece(segment, [Slice(path)], found)], inner_gaps=leading.gaps)
    run.duration_s = _duration_s(run)
    if parts and parts[0].fingerprint == found:
        parts[0].runs.insert(0, run)
    else:
        parts.insert(0, Part([run], found, _frames_per_s(run)))


def _look(segment: ClaimedSegment, path: Path, *, is_last_of_epoch: bool) -> list[Piece]:
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


def _runs(claim: Claim, pieces: list[Piece]) -> list[Run]:
    reasons = {interruption.epoch: interruption for interruption in claim.interruptions}
    runs: list[Run] = []
    for index, piece in enumerate(pieces):
        before = pieces[index - 1] if index else None
        gap = _gap(claim, before, piece.segment, {e: (i.reason, i.is_measured) for e, i in reasons.items()})
        if before is None or gap or _breaks(before, piece):
            runs.append(Run([piece], gap))
        else:
            runs[-1].pieces.append(piece)
    for run in runs:
        run.duration_s = _duration_s(run)
    return runs


def _breaks(before: Piece, after: Piece) -> bool:
    return before.segment.epoch != after.segment.epoch or before.fingerprint != after.fingerprint


def _gap(claim: Claim, before: Piece | None, after: ClaimedSegment, reasons: dict[int, tuple[str, bool]]) -> Gap | None:
    reason, is_measured = reasons.get(after.epoch, (MISSING, True))
    if before is None:
        if claim.segments[0] != after:
            return _told(claim.segments[0].start_s, after.start_s, DAMAGED, is_measured=True)
        if after.epoch not in reasons:
            return None
        return _told(claim.window_start_s, after.start_s, reason, is_measured=is_measured)
    was = before.segment
    if was.epoch != after.epoch:
        return _told(was.end_s, after.start_s, reason, is_measured=is_measured and was.end_s is not None)
    if after.number - was.number <= 1:
        return None
    claimed = {segment.number for segment in claim.segments if segment.epoch == after.epoch}
    is_damaged = all(number in claimed for number in range(was.number + 1, after.number))
    return _told(was.end_s, after.start_s, DAMAGED if is_damaged else MISSING, is_measured=True)


def _told(from_s: float | None, to_s: float, reason: str, *, is_measured: bool) -> Gap | None:
    if not is_measured or from_s is None:
        return Gap(0.0, None, reason)
    length_s = round(to_s - from_s, 3)
    return Gap(0.0, length_s, reason) if length_s >= _SMALLEST_TOLD_S else None


def _trailing_gap(claim: Claim, last: Piece) -> Gap | None:
    if claim.trailing_reason is None:
        if claim.segments[-1] != last.segment:
            return _told(last.segment.end_s, claim.segments[-1].end_s or claim.last_press_s, DAMAGED, is_measured=True)
        return None
    return _told(last.segment.end_s, claim.last_press_s, claim.trailing_reason, is_measured=True)


def _parts(runs: list[Run]) -> list[Part]:
    parts: list[Part] = []
    for run in runs:
        kind = run.pieces[0].fingerprint
        if parts and parts[-1].fingerprint == kind:
            parts[-1].runs.append(run)
        else:
            parts.append(Part([run], kind, _frames_per_s(run)))
    return parts


def _times(one: Slice, tail_bytes: int | None) -> list[int]:
    """Picture times at a slice's beginning (`tail_bytes` None) or near its end."""
    with one.path.open("rb") as file:
        tables = file.read(HEAD_BYTES)
        tables = tables[: prelude_bytes(tables)]
        size = file.seek(0, 2)
        end = size if one.end == WHOLE else min(one.end, size)
        start = one.start
        if tail_bytes is not None:
            start += max(0, (end - one.start) // PACKET_BYTES * PACKET_BYTES - tail_bytes)
        file.seek(start)
        return picture_times(tables + file.read(min(end - start, tail_bytes or HEAD_BYTES)))


_TAIL_BYTES = 8192 * PACKET_BYTES
"""A frame of 1.5 MB still begins inside it."""


def _duration_s(run: Run) -> float:
    """From the first picture to the end of the last, by the footage's own clock, which may wrap on the way."""
    first = _times(run.pieces[0].slices[-1], None)
    last = sorted_by_time(_times(run.pieces[-1].slices[-1], _TAIL_BYTES))
    if not first or not last:
        return sum((p.segment.end_s or p.segment.start_s) - p.segment.start_s for p in run.pieces)
    frame = (last[-1] - last[-2]) % WRAP if len(last) > 1 else CLOCK_HZ // 30
    return ((last[-1] - first[0]) % WRAP + frame) / CLOCK_HZ


def sorted_by_time(times: list[int]) -> list[int]:
    """Picture times in order, across a wrap of the clock."""
    if not times:
        return []
    return sorted(times, key=lambda time: (time - times[0] + WRAP // 2) % WRAP)


def _frames_per_s(run: Run) -> float:
    times = sorted_by_time(_times(run.pieces[-1].slices[-1], _TAIL_BYTES))
    span = (times[-1] - times[0]) % WRAP if len(times) > 1 else 0
    return (len(times) - 1) * CLOCK_HZ / span if span else 30.0
