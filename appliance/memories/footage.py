"""What a claim really holds: what of it can be joined, for how long, and where footage is missing.

A *run* is sound pieces that follow each other without a gap; a *part* is runs of one picture format, and becomes
one MP4.
"""

from collections.abc import Callable
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from appliance.memories.gaps import gap_at_end, gap_between
from appliance.memories.model import Claim, ClaimedSegment, Gap, Leading
from appliance.memories.pieces import WHOLE, Piece, Slice, sound_pieces
from appliance.mpegts.packets import PACKET_BYTES
from appliance.recording.folder import HEAD_BYTES
from appliance.recording.segment import Key
from appliance.recording.transport import CLOCK_HZ, WRAP, Fingerprint, fingerprint, picture_times, prelude_bytes


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
    following: dict[int, Fingerprint] = {}
    found: list[list[Piece]] = []
    for segment in reversed(claim.segments):
        found.append(sound_pieces(segment, where(segment.key), following=following.get(segment.epoch)))
        if found[-1]:
            following[segment.epoch] = found[-1][0].fingerprint
    pieces = [piece for some in reversed(found) for piece in some]
    parts = _parts(_runs(claim, pieces))
    if parts:
        parts[-1].trailing_gap = gap_at_end(claim, pieces[-1].segment, _end_s(pieces))
    return parts


def _end_s(pieces: list[Piece]) -> float:
    """When the footage ends: by itself, if its writer was cut off."""
    last = pieces[-1].segment
    if last.end_s is not None:
        return last.end_s
    return last.start_s + _duration_s(Run([piece for piece in pieces if piece.segment == last]))


def lead(parts: list[Part], leading: Leading, path: Path) -> bool:
    """Put an earlier memory, as one MPEG-TS file, before the rest; False if it cannot be read. Blocks."""
    with path.open("rb") as file:
        found = fingerprint(file.read(HEAD_BYTES))
    if found is None:
        return False
    segment = ClaimedSegment(*leading.first, 0.0, leading.end_s, is_whole=True)
    run = Run([Piece(segment, [Slice(path)], found)])
    run.duration_s = _duration_s(run)
    # a gap at its very end was told up to its press: what follows tells the whole of it
    run.inner_gaps = [gap for gap in leading.gaps if not parts or gap.at_s < run.duration_s - _END_S]
    end_s = leading.end_s if leading.end_s is not None or not parts else parts[0].runs[0].pieces[0].segment.start_s
    missing_s = sum(gap.length_s or 0.0 for gap in run.inner_gaps)
    run.pieces[0].segment = replace(segment, start_s=(end_s or 0.0) - missing_s - run.duration_s)
    if parts and parts[0].fingerprint == found:
        parts[0].runs.insert(0, run)
    else:
        parts.insert(0, Part([run], found, _frames_per_s(run)))
    return True


def _runs(claim: Claim, pieces: list[Piece]) -> list[Run]:
    runs: list[Run] = []
    for index, piece in enumerate(pieces):
        before = pieces[index - 1] if index else None
        gap = gap_between(claim, before.segment if before else None, piece.segment)
        if before is None or gap or _breaks(before, piece):
            runs.append(Run([piece], gap))
        else:
            runs[-1].pieces.append(piece)
    for run in runs:
        run.duration_s = _duration_s(run)
    return runs


def _breaks(before: Piece, after: Piece) -> bool:
    return before.segment.epoch != after.segment.epoch or before.fingerprint != after.fingerprint


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


_END_S = 0.5
"""How exactly a gap's place in an earlier memory is known."""

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
