"""The keeper: secures a moment the instant the button goes down, and sees that all its footage comes in.

    press ──▶ plan (pure) ──▶ claim, durable ──▶ the footage that was still to come ──▶ the workshop

Everything here happens in the loop, one plan after the other; only the claims' file work is done in a thread.
"""

import asyncio
import secrets
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from msgspec.structs import replace

from appliance.clock import Clock
from appliance.memories.claims import Claims
from appliance.memories.model import Claim, ClaimedSegment, Entry
from appliance.memories.moment import Moment, NotSavedError, State, claim_for, press_of
from appliance.memories.plan import Earlier, Overlap, Plan, plan_press
from appliance.memories.workshop import Workshop
from appliance.recording.segment import Key, Segment
from appliance.recording.store import RingStore
from appliance.threads import in_thread

NOTHING_RECORDED = "Nothing recorded yet: wait until the lamp shows that it is recording."
_SMALLEST_TOLD_S = 0.25
_ROOM_FOR_A_CLAIM_BYTES = 16_000_000


class MemoryListener(Protocol):
    """Who wants to know what becomes of a press. Called in the loop; must return at once."""

    def memory_changed(
        self, identity: str, name: str, state: State, progress: float | None = None, sentence: str | None = None
    ) -> None:
        """A moment moved on."""


class Camera(Protocol):
    """What a press must know of the recording."""

    @property
    def latency_s(self) -> float:
        """How far the picture lags behind the world."""

    @property
    def absence(self) -> str | None:
        """Why there is no fresh footage now; None if there is."""


class Keeper:
    """Turns presses into claims. `press_*` are the panel's; `save` is the control socket's."""

    def __init__(
        self,
        *,
        store: RingStore,
        claims: Claims,
        workshop: Workshop,
        camera: Camera,
        clock: Clock,
        card: Executor,
        listener: MemoryListener,
        step_s: float,
        overlap: Overlap,
        may_grow: Callable[[str], bool] = lambda _: True,
    ) -> None:
        self._store = store
        self._claims = claims
        self._workshop = workshop
        self._camera = camera
        self._clock = clock
        self._card = card
        self._listener = listener
        self._step_s = step_s
        self._overlap: Overlap = overlap
        self._may_grow = may_grow
        self._moments: list[Moment] = []
        self._held: Moment | None = None
        self._order = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    # The panel's press: down, counted, up

    def press_began(self, at_s: float) -> Moment:
        """The button went down: one step is secured at once, whatever the finger does next."""
        if self._held is None:
            self._held = self._begin(at_s, self._step_s)
        return self._held

    def press_counted(self, steps: int) -> None:
        """The button has been held for one more step."""
        if self._held:
            self._grow(self._held, steps * self._step_s)

    def press_ended(self, steps: int) -> None:
        """The button is up."""
        moment, self._held = self._held, None
        if moment:
            moment.asked_s = max(moment.asked_s, steps * self._step_s)
            self._release(moment)

    def holds_step(self, at_s: float, steps: int) -> bool:
        """Whether a press at `at_s` gets more footage by step number `steps`."""
        oldest_s = self._store.ring.oldest_start_s
        return oldest_s is not None and oldest_s < at_s - (steps - 1) * self._step_s

    # The control socket's press

    def save(self, minutes: float | None, at_s: float) -> Moment:
        """Keep the last minutes before `at_s`. While the button is held, its moment grows instead."""
        asked_s = self._step_s if minutes is None else minutes * 60
        if self._held:
            self._grow(self._held, asked_s)
            return self._held
        moment = self._begin(at_s, asked_s)
        self._release(moment)
        return moment

    def resume(self, claims: list[Claim]) -> None:
        """Go on with claims that an earlier life of this process left, oldest first."""
        for claim in claims:
            moment = Moment(claim.last_press_s, claim.last_press_s)
            moment.claim, moment.state = claim, "secured"
            moment.is_held, moment.is_queued, moment.is_cut_short = False, True, True
            moment.secured.set_result(None)
            self._moments.append(moment)
            moment.finished.add_done_callback(partial(self._forget, moment))
            self._workshop.take(moment)

    # Recording's news

    def segment_opened(self) -> None:
        """Footage goes on: moments that need it link the new segment while it is written."""
        opened = self._store.ring.open
        for moment in self._moments:
            if moment.claim and moment.needs_more and opened and opened.start_s < moment.until_s:
                self._grow(moment, moment.asked_s)

    def segment_closed(self, _: Segment) -> None:
        """A segment is whole: moments that waited for it may go on."""
        for moment in list(self._moments):
            self._advance(moment)

    def epoch_ended(self) -> None:
        """No more footage will follow."""
        for moment in list(self._moments):
            moment.is_cut_short = True
            self._advance(moment)

    async def wait_until_quiet(self) -> None:
        """Return when every claim that was begun is on disk or has failed."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    # Inside

    def _begin(self, at_s: float, asked_s: float) -> Moment:
        moment = Moment(at_s, at_s + self._camera.latency_s)
        self._moments.append(moment)
        moment.finished.add_done_callback(partial(self._forget, moment))
        self._grow(moment, asked_s)
        return moment

    def _forget(self, moment: Moment, _: object) -> None:
        self._moments.remove(moment)

    def _grow(self, moment: Moment, asked_s: float) -> None:
        moment.asked_s = max(moment.asked_s, asked_s)
        self._start(self._secure(moment))

    def _release(self, moment: Moment) -> None:
        self._start(self._let_go(moment))

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _let_go(self, moment: Moment) -> None:
        async with self._order:  # after the claims that the hold asked for
            moment.is_held = False
            if moment.state == "secured":
                self._tell(moment)
            self._advance(moment)

    async def _secure(self, moment: Moment) -> None:
        async with self._order:
            if moment.finished.done() or moment.successor or moment.is_queued:
                return
            try:
                await self._plan_and_claim(moment)
            except OSError:
                await self._try_again(moment)
            except NotSavedError as error:
                self._fail(moment, str(error))

    async def _try_again(self, moment: Moment) -> None:
        """The disk refused: the ring gives way, once."""
        try:
            await self._store.make_room(_ROOM_FOR_A_CLAIM_BYTES)
            await self._plan_and_claim(moment)
        except OSError as error:
            self._fail(moment, f"The disk does not take it ({error.strerror}): make room or check the card.")
        except NotSavedError as error:
            self._fail(moment, str(error))

    async def _plan_and_claim(self, moment: Moment) -> None:
        ring = self._store.ring
        start_s = moment.at_s - moment.asked_s
        earlier = self._earlier(moment)
        plan = plan_press(ring, earlier, start_s, moment.until_s, self._overlap)
        if plan.inside and moment.claim is None:
            self._join(moment, plan.inside)
        elif plan.pieces:
            moment.available_s = max(moment.available_s, _available_s(plan, start_s, moment.at_s))
            await self._claim(moment, plan)
        elif moment.claim is None:
            raise NotSavedError(self._why_nothing())

    async def _claim(self, moment: Moment, plan: Plan) -> None:
        merged = {earlier.id for earlier in plan.merges}
        older = [m for m in self._others(moment) if m.claim and m.claim.id in merged]
        old_claims = [m.claim for m in older if m.claim]
        claim = self._new_claim(moment, plan, old_claims)
        own = moment.claim
        held = {segment.key for segment in own.segments} if own else set()
        sources = {s.key: self._where(s, old_claims) for s in claim.segments if s.key not in held}
        unflushed = [key for key in sources if key in self._store.unflushed or self._is_open(key)]
        work = self._claims.extend if own else self._claims.secure
        if own is None or sources or claim.merges != own.merges:
            await in_thread(self._card, work, claim, sources, unflushed)
        moment.claim = claim
        self._secured(moment)
        for old in older:
            self._supersede(old, moment)

    def _new_claim(self, moment: Moment, plan: Plan, older: list[Claim]) -> Claim:
        own = moment.claim
        head = plan.merges[0] if plan.merges else None
        press = head.press if head else own.press if own else press_of(self._clock, moment.at_s)
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
        taken = {m.claim.stem for m in self._moments if m.claim}
        return self._workshop.free_stem(wanted, taken)

    def _earlier(self, moment: Moment) -> list[Earlier]:
        """Memories and claims that the press may touch, oldest first."""
        found = {earlier.id: earlier for earlier in self._workshop.kept_lately}
        for other in self._others(moment):
            claim = other.claim
            if claim and not other.is_held:
                file = found[claim.id].file if claim.id in found else None
                found[claim.id] = _earlier_of(claim, file)
        own = set(moment.claim.merges) | {moment.claim.id} if moment.claim else set()
        rest = (e for e in found.values() if e.id not in own)
        return sorted((replace(e, may_grow=self._may_grow(e.id)) for e in rest), key=lambda e: e.last)

    def _others(self, moment: Moment) -> list[Moment]:
        """Moments on their way that hold their own links."""
        return [m for m in self._moments if m is not moment and not m.successor and not m.is_published]

    def _where(self, segment: ClaimedSegment, claims: list[Claim]) -> Path:
        for claim in claims:
            if any(own.key == segment.key for own in claim.segments):
                return self._claims.segment_path(claim, segment.key)
        return self._store.folder.path(segment.key)

    def _is_open(self, key: Key) -> bool:
        return self._store.ring.open is not None and self._store.ring.open.key == key

    def _secured(self, moment: Moment) -> None:
        if not moment.secured.done():
            moment.secured_s = self._clock.monotonic_s() - moment.at_s
            moment.secured.set_result(None)
        moment.state = "secured"
        self._advance(moment)

    def _advance(self, moment: Moment) -> None:
        """Note what has been closed since; hand over when all footage is there."""
        if moment.claim is None or moment.is_queued:
            return
        moment.claim = replace(moment.claim, segments=[self._refreshed(s) for s in moment.claim.segments])
        if moment.is_complete:
            moment.claim = self._with_end(moment, moment.claim)
            moment.is_queued = True
            self._workshop.take(moment)

    def _refreshed(self, segment: ClaimedSegment) -> ClaimedSegment:
        if segment.end_s is not None or self._is_open(segment.key):
            return segment
        closed = next(iter(self._store.ring.since_key(segment.key)), None)
        if closed is None or closed.key != segment.key:
            return replace(segment, end_s=segment.start_s)
        return replace(segment, start_s=closed.start_s, end_s=closed.end_s, is_whole=closed.is_whole)

    def _with_end(self, moment: Moment, claim: Claim) -> Claim:
        end_s = claim.segments[-1].end_s
        if end_s is None or end_s >= moment.at_s - _SMALLEST_TOLD_S:
            return claim
        return replace(claim, trailing_reason=self._camera.absence or "the camera was away")

    def _supersede(self, old: Moment, moment: Moment) -> None:
        """A longer claim holds everything that an earlier one held."""
        if old.state == "assembling":
            return  # its file becomes whole first, and is replaced by the longer one then
        old.successor = moment
        _chain(moment, old)
        if old.claim:
            self._card.submit(self._claims.drop, old.claim)

    def _join(self, moment: Moment, host: Earlier) -> None:
        """Everything that a press asked for is in an earlier memory already."""
        other = next((m for m in self._others(moment) if m.claim and m.claim.id == host.id), None)
        moment.inside = host
        if other:
            other.until_s = max(other.until_s, moment.until_s)
            moment.successor, moment.claim = other, None
            moment.secured_s = self._clock.monotonic_s() - moment.at_s
            _chain(other, moment)
        else:
            self._start(self._finish_inside(moment, host))

    async def _finish_inside(self, moment: Moment, host: Earlier) -> None:
        moment.secured_s = self._clock.monotonic_s() - moment.at_s
        moment.secured.set_result(None)
        entries: list[Entry] = await self._workshop.entries_of(host.id)
        moment.state = "kept"
        self._listener.memory_changed(host.id, host.stem, "kept", sentence="It was kept before.")
        moment.finished.set_result(entries)

    def _why_nothing(self) -> str:
        if self._store.ring.oldest_start_s is None:
            return f"{NOTHING_RECORDED} ({self._camera.absence})" if self._camera.absence else NOTHING_RECORDED
        return f"There is no footage of the last minutes: {self._camera.absence or 'the camera was away'}."

    def _fail(self, moment: Moment, sentence: str) -> None:
        """Nothing more can be secured; what a claim holds already stays."""
        if moment.claim:
            self._listener.memory_changed(moment.claim.id, moment.claim.stem, "secured", sentence=sentence)
            return
        moment.state = "not-saved"
        self._listener.memory_changed("", "", "not-saved", sentence=sentence)
        moment.secured.set_exception(NotSavedError(sentence))
        moment.finished.set_exception(NotSavedError(sentence))

    def _tell(self, moment: Moment) -> None:
        if moment.claim:
            self._listener.memory_changed(moment.claim.id, moment.claim.stem, moment.state)


def _available_s(plan: Plan, start_s: float, at_s: float) -> float:
    ends = ((piece.start_s, piece.end_s if isinstance(piece, Segment) else at_s) for piece in plan.pieces)
    return round(sum(max(0.0, min(end, at_s) - max(start, start_s)) for start, end in ends), 3)


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
    )


def _chain(leader: Moment, follower: Moment) -> None:
    """What becomes of one moment becomes of another."""
    leader.secured.add_done_callback(lambda done: _copy(done, follower.secured))
    leader.finished.add_done_callback(lambda done: _copy(done, follower.finished))


def _copy(done: "asyncio.Future[Any]", future: "asyncio.Future[Any]") -> None:
    if future.done() or done.cancelled():
        return
    error = done.exception()
    if error:
        future.set_exception(error)
    else:
        future.set_result(done.result())
