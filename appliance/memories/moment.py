"""A moment on its way: from the press to the file."""

import asyncio
from datetime import datetime
from functools import partial
from itertools import pairwise
from typing import Any, Literal

from msgspec.structs import replace

from appliance.clock import Clock
from appliance.memories.model import Cause, Claim, ClaimedSegment, Entry, Interruption, Leading, Press
from appliance.memories.plan import Earlier, Piece, Plan
from appliance.recording.ring import Ring
from appliance.recording.segment import Key, Segment, gap_is_known

State = Literal["pressed", "secured", "waiting", "assembling", "kept", "not-saved"]
_SMALLEST_TOLD_S = 1.0


class NotSavedError(Exception):
    """The moment could not be kept. The text says why."""


class Moment:
    """One press, or one stretch of the ring that is to be kept, and what became of it. Belongs to the loop."""

    def __init__(self, at_s: float, until_s: float, cause: Cause = "press") -> None:
        loop = asyncio.get_running_loop()
        self.at_s = at_s
        """The press-down instant: the anchor."""
        self.until_s = until_s
        """How far footage must reach, the camera's lag included."""
        self.cause: Cause = cause
        self.title = ""
        """What the owner calls it, for its claim."""
        self.state: State = "pressed"
        self.asked_s = 0.0
        self.claimed_s = 0.0
        """How much of `asked_s` its claim has been made for."""
        self.available_s = 0.0
        self.is_held = True
        self.is_queued = False
        self.is_published = False
        """Its file is in the archive, and its claim about to go."""
        self.is_cut_short = False
        """The epoch ended: no more footage will follow."""
        self.claim: Claim | None = None
        self.secured_s: float | None = None
        self.failures = 0
        self.wanted_bytes = 0
        self.inside: Earlier | None = None
        self.successor: Moment | None = None
        """The moment that holds everything of this one."""
        self.heir: Moment | None = None
        """Becomes the successor if the file that is just being made comes to nothing."""
        self.secured: asyncio.Future[None] = loop.create_future()
        self.finished: asyncio.Future[list[Entry]] = loop.create_future()
        for future in (self.secured, self.finished):
            future.add_done_callback(_forgive)

    @property
    def needs_more(self) -> bool:
        """Whether footage is still to come for it."""
        claim = self.claim
        if claim is None or self.is_cut_short:
            return False
        last = claim.segments[-1]
        return last.end_s is None or last.end_s < self.until_s

    @property
    def is_complete(self) -> bool:
        """Whether its file can be made."""
        return not self.is_held and self.claim is not None and not self.needs_more and not self.is_queued

    def give_way(self, longer: "Moment") -> None:
        """What becomes of a moment that holds all of this one becomes of this one."""
        self.successor = longer
        longer.secured.add_done_callback(partial(_copy, self.secured))
        longer.finished.add_done_callback(partial(_copy, self.finished))


def _copy(future: "asyncio.Future[Any]", done: "asyncio.Future[Any]") -> None:
    if future.done() or done.cancelled():
        return
    error = done.exception()
    if error:
        future.set_exception(error)
    else:
        future.set_result(done.result())


def _forgive(future: "asyncio.Future[Any]") -> None:
    """A failure that nobody waits for is told by the listener; asyncio need not complain."""
    if not future.cancelled():
        future.exception()


def press_of(clock: Clock, at_s: float, cause: Cause = "press") -> Press:
    """The press at a monotonic instant, as far as the wall clock can be believed."""
    wall_s = clock.wall_s() - (clock.monotonic_s() - at_s)
    offset = datetime.fromtimestamp(wall_s).astimezone().utcoffset()
    quality: Literal["trusted", "provisional"] = "trusted" if clock.is_trusted() else "provisional"
    return Press(clock.boot_id, at_s, wall_s, int(offset.total_seconds()) if offset else 0, quality, cause)


def claimed(piece: Piece) -> ClaimedSegment:
    """What a claim notes of a piece of the ring."""
    if isinstance(piece, Segment):
        return ClaimedSegment(piece.epoch, piece.number, piece.start_s, piece.end_s, piece.is_whole, piece.size_bytes)
    return ClaimedSegment(piece.epoch, piece.number, piece.start_s, None, is_whole=False)


def united(claims: list[Claim], pieces: list[Piece]) -> list[ClaimedSegment]:
    """All segments of claims and pieces, each once, in order; what the ring says now is the newest word."""
    newest = [claimed(piece) for piece in pieces]
    if not claims:
        return newest
    found: dict[Key, ClaimedSegment] = {s.key: s for claim in claims for s in claim.segments}
    found |= {segment.key: segment for segment in newest}
    return [found[key] for key in sorted(found)]


def interruptions(
    segments: list[ClaimedSegment], leading: Leading | None, known: list[Claim], ring: Ring, window_start_s: float
) -> list[Interruption]:
    """Why footage is missing before each epoch of a claim, the first one too if older footage exists."""
    told = {i.epoch: i for claim in known for i in claim.interruptions}
    epochs = ring.epochs
    numbers = sorted({segment.epoch for segment in segments} | ({leading.last.epoch} if leading else set()))
    for before, after in pairwise(numbers):
        if after in epochs:
            measured = before in epochs and gap_is_known(epochs[before], epochs[after])
            told[after] = Interruption(after, epochs[after].reason, measured)
    first = segments[0]
    has_older = ring.oldest is not None and ring.oldest.key < first.key and first.number == 0
    if leading is None and has_older and first.epoch in epochs and first.start_s - window_start_s > _SMALLEST_TOLD_S:
        told[first.epoch] = Interruption(first.epoch, epochs[first.epoch].reason, is_measured=True)
    return [told[number] for number in numbers if number in told]


def claim_for(
    moment: Moment, plan: Plan, *, ring: Ring, older: list[Claim], press: Press, stem: str, folder: str, identity: str
) -> Claim:
    """The claim that secures a moment by a plan, together with what it holds and what it supersedes already."""
    own = moment.claim
    head = plan.leading
    known = [*older, *([own] if own else [])]
    start_s = min([plan.window_start_s, *(claim.window_start_s for claim in known)])
    merges = [earlier.id for earlier in plan.merges]
    leading = next((c.leading for c in known if c.leading), None)
    if leading is None and head is not None and head.file is not None:
        end_s = next((s.end_s for s in ring.since_key(head.last) if s.key == head.last), None)
        leading = Leading(head.file, head.first, head.last, head.gaps, head.id, end_s)
    segments = united(known, plan.pieces)
    if leading:
        segments = [segment for segment in segments if segment.key > leading.last]
    return Claim(
        folder=folder,
        id=identity,
        stem=stem,
        press=press,
        last_press_s=max([moment.at_s, *(claim.last_press_s for claim in older)]),
        asked_s=max(moment.asked_s, round(moment.at_s - start_s, 3)),
        window_start_s=start_s,
        segments=segments,
        interruptions=interruptions(segments, leading, known, ring, start_s),
        merges=list(dict.fromkeys([m for c in known for m in c.merges] + merges)),
        supersedes=list(dict.fromkeys([*(own.supersedes if own else []), *(claim.folder for claim in older)])),
        leading=leading,
        title=next((claim.title for claim in known if claim.title), moment.title),
    )


def led_by(claim: Claim, files: list[Entry]) -> Claim:
    """A claim with what leads it now: `files`, in order of their parts. No segments: the files hold all of it.

    The file may be gone; it may have a new name; and it may have grown, by a press that was pending when this claim
    was made. Grown into several files it cannot lead: the claim then becomes a memory of its own after it.
    """
    if claim.leading is None:
        return claim
    if not files:
        return replace(claim, leading=None)
    file = files[0]
    segments = [segment for segment in claim.segments if segment.key > file.last]
    if len(files) == 1 and file.parts == 1:
        leading = replace(claim.leading, file=file.name, first=file.first, last=file.last, gaps=file.gaps)
        if file.last != claim.leading.last:
            leading = replace(leading, end_s=_end_s_of(claim, file.last))
        return replace(claim, segments=segments, leading=leading)
    merges = [identity for identity in claim.merges if identity != claim.leading.id]
    return replace(claim, id=claim.folder, segments=segments, leading=None, merges=merges)


def _end_s_of(claim: Claim, key: Key) -> float | None:
    return next((segment.end_s for segment in claim.segments if segment.key == key), None)
