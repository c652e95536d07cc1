"""From a plan to a claim on disk: what to link, from where, and which earlier claims it makes superfluous."""

import secrets
from collections.abc import Callable
from concurrent.futures import Executor
from itertools import takewhile
from pathlib import Path

from msgspec.structs import replace

from appliance.clock import Clock
from appliance.memories.claims import Claims
from appliance.memories.model import Claim, ClaimedSegment
from appliance.memories.moment import Moment, claim_for, claimed, press_of
from appliance.memories.plan import Earlier, Overlap, Piece, Plan, plan_press
from appliance.memories.workshop import Workshop
from appliance.recording.segment import Key, Segment
from appliance.recording.store import RingStore
from appliance.threads import in_thread


class Claimer:
    """Secures one moment after the other. `moments`: all that are on their way, shared with the keeper."""

    def __init__(
        self,
        *,
        store: RingStore,
        claims: Claims,
        workshop: Workshop,
        clock: Clock,
        card: Executor,
        overlap: Overlap,
        may_grow: Callable[[str], bool],
        moments: list[Moment],
    ) -> None:
        self._store = store
        self._claims = claims
        self._workshop = workshop
        self._clock = clock
        self._card = card
        self._overlap: Overlap = overlap
        self._may_grow = may_grow
        self._moments = moments

    def plan(self, moment: Moment) -> Plan:
        """What to keep for a moment now."""
        start_s = moment.at_s - moment.asked_s
        if moment.claim and moment.asked_s <= moment.claimed_s:  # only the newest footage is still to come
            start_s = max(start_s, moment.claim.segments[0].start_s)
        plan = plan_press(self._store.ring, self._earlier(moment), start_s, moment.until_s, self._overlap_of(moment))
        if plan.pieces:
            moment.available_s = max(moment.available_s, _available_s(plan, start_s, moment.at_s))
        return plan

    async def claim(self, moment: Moment, plan: Plan, *, without_missing: bool) -> list[Moment]:
        """Make a plan durable; the moments whose claims it makes superfluous.

        `without_missing`: segments whose files somebody took away are done without; the memory tells the gap.

        Raises:
            OSError: if the disk does not take it; what was claimed before is still claimed.
        """
        asked_s, merged = moment.asked_s, {earlier.id for earlier in plan.merges}
        older = [m for m in self.others(moment) if m.claim and m.claim.id in merged]
        old_claims = [m.claim for m in older if m.claim]
        claim, own = self._new_claim(moment, plan, old_claims), moment.claim
        sources = self._sources(claim, own, old_claims)
        if without_missing:
            sources = _present(sources) or sources
        unflushed = [name for name in self._unflushed() if name in sources]
        work = self._claims.extend if own else self._claims.secure
        if own is None or sources or claim.merges != own.merges:
            await in_thread(self._card, work, claim, sources, unflushed)
        moment.claim, moment.claimed_s = claim, asked_s
        return older

    def lacks_newest(self, moment: Moment) -> bool:
        """Whether the ring has footage of a moment that began after its claim was made."""
        claim, ring = moment.claim, self._store.ring
        if claim is None or not moment.needs_more:
            return False
        newest: list[Piece] = [*ring.since_key(claim.last), *([ring.open] if ring.open else [])]
        return any(piece.key > claim.last and piece.start_s < moment.until_s for piece in newest)

    def others(self, moment: Moment) -> list[Moment]:
        """Moments on their way that hold their own links."""
        return [m for m in self._moments if m is not moment and not m.successor and not m.is_published]

    def is_open(self, key: Key) -> bool:
        """Whether a segment is still being written."""
        return self._store.ring.open is not None and self._store.ring.open.key == key

    def refreshed(self, claim: Claim) -> Claim:
        """A claim with what has become known of the segments that were open when it was made."""
        return replace(claim, segments=[self._refreshed(segment) for segment in claim.segments])

    def as_rebuilt(self, claim: Claim) -> Claim:
        """A claim of an earlier life, maybe of another boot, with what the ring tells of its open segments."""
        return replace(claim, segments=[self._as_rebuilt(segment) for segment in claim.segments])

    def _as_rebuilt(self, segment: ClaimedSegment) -> ClaimedSegment:
        if segment.end_s is not None:
            return segment
        found = self._closed(segment.key)
        if found is None or not found.is_whole:
            return segment
        return replace(segment, end_s=segment.start_s + found.duration_s, is_whole=True)

    def _closed(self, key: Key) -> Segment | None:
        found = next(iter(self._store.ring.since_key(key)), None)
        return found if found and found.key == key else None

    def _refreshed(self, segment: ClaimedSegment) -> ClaimedSegment:
        if segment.end_s is not None or self.is_open(segment.key):
            return segment
        closed = self._closed(segment.key)
        if closed is None:
            return replace(segment, end_s=segment.start_s)
        return claimed(closed)

    def _new_claim(self, moment: Moment, plan: Plan, older: list[Claim]) -> Claim:
        own = moment.claim
        head = plan.merges[0] if plan.merges else None
        press = head.press if head else own.press if own else press_of(self._clock, moment.at_s, moment.cause)
        return claim_for(
            moment,
            plan,
            ring=self._store.ring,
            older=older,
            press=press,
            stem=head.stem if head else own.stem if own else self._free_stem(press.file_stem),
            folder=own.folder if own else f"c-{secrets.token_hex(8)}",
            identity=head.id if head else own.id if own else secrets.token_hex(4),
        )

    def _free_stem(self, wanted: str) -> str:
        return self._workshop.free_stem(wanted, {m.claim.stem for m in self._moments if m.claim})

    def _earlier(self, moment: Moment) -> list[Earlier]:
        """Memories and claims of earlier presses that this one may touch, oldest first."""
        found = {earlier.id: earlier for earlier in self._workshop.kept_lately}
        before = set(takewhile(lambda m: m is not moment, self._moments))
        for other in self.others(moment):
            claim = other.claim
            if claim and other in before and not other.is_held:
                file = found[claim.id].file if claim.id in found else None
                found[claim.id] = _earlier_of(claim, file)
        rest = (e for e in found.values() if not _is_settled(moment.claim, e))
        return sorted(
            (replace(e, may_grow=self._is_ours(e) and self._may_grow(e.id)) for e in rest), key=lambda e: e.last
        )

    def _overlap_of(self, moment: Moment) -> Overlap:
        """A stretch is kept as it was chosen."""
        return self._overlap if moment.cause == "press" else "separate"

    def _is_ours(self, earlier: Earlier) -> bool:
        """Whether it was pressed in this boot: instants of two boots cannot be told in one memory."""
        return earlier.press.boot_id == self._clock.boot_id and earlier.press.cause == "press"

    def _sources(self, claim: Claim, own: Claim | None, older: list[Claim]) -> dict[str, str]:
        """Names of the segments that a claim does not hold yet, and where they lie: in an older claim, or in the ring.

        Text: a press makes hundreds of them.
        """
        address = self._store.folder.address
        sources = {name: address(name) for name in [segment.file_name for segment in claim.segments]}
        for other in reversed(older):
            folder = str(self._claims.path(other))
            held = {segment.file_name for segment in other.segments} & sources.keys()
            sources |= {name: f"{folder}/{name}" for name in held}
        for segment in own.segments if own else ():
            sources.pop(segment.file_name, None)
        return sources

    def _unflushed(self) -> list[str]:
        """Names of the segments that a power cut now would take, oldest first."""
        opened = self._store.ring.open
        return [key.file_name for key in [*self._store.unflushed, *([opened.key] if opened else [])]]


def _is_settled(own: Claim | None, earlier: Earlier) -> bool:
    """Whether a claim has grown together with an earlier memory, or has been made whole beside it."""
    return own is not None and (earlier.id in {*own.merges, own.id} or own.first <= earlier.first)


def _present(sources: dict[str, str]) -> dict[str, str]:
    return {name: path for name, path in sources.items() if Path(path).exists()}


def _available_s(plan: Plan, start_s: float, at_s: float) -> float:
    available_s = 0.0
    for piece in plan.pieces:
        end_s = piece.end_s if isinstance(piece, Segment) and piece.end_s < at_s else at_s
        begin_s = piece.start_s if piece.start_s > start_s else start_s  # noqa: FURB136 - hundreds of them
        if end_s > begin_s:
            available_s += end_s - begin_s
    return round(available_s, 3)


def _earlier_of(claim: Claim, file: str | None) -> Earlier:
    return Earlier(
        id=claim.id,
        stem=claim.stem,
        press=claim.press,
        first=claim.first,
        last=claim.last,
        window_start_s=claim.window_start_s,
        file=file,
        gaps=[],
        may_grow=True,
        holds_segments=True,
        is_led=claim.leading is not None,
    )
