"""The keeper: secures a moment the instant the button goes down, and sees that all its footage comes in.

    press ──▶ plan (pure) ──▶ claim, durable ──▶ the footage that was still to come ──▶ the workshop

Everything here happens in the loop, one plan after the other; only the claims' file work is done in a thread.
"""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from itertools import takewhile

from msgspec.structs import replace

from appliance.clock import Clock
from appliance.memories.absence import NOTHING_OF_THAT_TIME, Camera, why_nothing
from appliance.memories.claimer import Claimer
from appliance.memories.claims import Claims
from appliance.memories.gaps import with_end
from appliance.memories.model import Claim
from appliance.memories.moment import Moment, NotSavedError
from appliance.memories.neighbours import MemoryListener
from appliance.memories.plan import Earlier, Overlap, footage_s
from appliance.memories.workshop import Workshop
from appliance.recording.segment import Segment
from appliance.recording.store import RingStore

_BUSY = frozenset({"pressed", "secured", "assembling"})
_ROOM_FOR_A_CLAIM_BYTES = 16_000_000
_GRACE_S = 0.5
"""A segment that holds the press, lag included, is opened by then, or never."""


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
        self._moments: list[Moment] = []
        self._claimer = Claimer(
            store=store,
            claims=claims,
            workshop=workshop,
            clock=clock,
            card=card,
            overlap=overlap,
            may_grow=may_grow,
            moments=self._moments,
        )
        self._held: Moment | None = None
        self._order = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def pending(self) -> int:
        """Memories whose files are still to be made, those included that wait for their footage to end."""
        return sum(1 for moment in self._moments if moment.claim and not moment.successor)

    @property
    def is_busy(self) -> bool:
        """Whether a press is being kept just now; one that waits for room or for another try does not count."""
        return any(moment.state in _BUSY and not moment.successor for moment in self._moments)

    def is_growing(self, identity: str) -> bool:
        """Whether a press is on its way that makes this memory longer."""
        return any(m.claim and identity in m.claim.merges for m in self._moments if not m.is_published)

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
            if steps * self._step_s > moment.asked_s:  # a step that was not counted before
                self._grow(moment, steps * self._step_s)
            self._start(self._let_go(moment))

    def holds_step(self, at_s: float, steps: int) -> bool:
        """Whether a press at `at_s` gets more footage by step number `steps`."""
        oldest_s = self._store.ring.oldest_start_s
        return oldest_s is not None and oldest_s < at_s - (steps - 1) * self._step_s

    def save(self, minutes: float | None, at_s: float) -> Moment:
        """Keep the last minutes before `at_s`. While the button is held, its moment grows instead."""
        asked_s = self._step_s if minutes is None else minutes * 60
        if self._held:
            self._grow(self._held, asked_s)
            return self._held
        moment = self._begin(at_s, asked_s)
        self._start(self._let_go(moment))
        return moment

    def footage_s(self, start_s: float, end_s: float) -> float:
        """How much of a stretch the ring holds."""
        return footage_s(self._store.ring, start_s, end_s)

    def keep(self, start_s: float, end_s: float, title: str = "") -> Moment:
        """Keep this stretch of the ring, which ends by now: secured as a press is, named by its end.

        `title`: what the memory is called if it becomes one of its own; the claim holds it until then.
        """
        moment = Moment(end_s, end_s, "stretch")
        moment.title = title
        self._enter(moment)
        self._grow(moment, end_s - start_s)
        self._bound_wait(moment)
        self._start(self._let_go(moment))
        return moment

    def resume(self, claims: list[Claim]) -> None:
        """Go on with claims that an earlier life of this process left, oldest first."""
        for claim in claims:
            moment = Moment(claim.last_press_s, claim.last_press_s)
            moment.claim, moment.state = self._as_left(claim), "secured"
            moment.is_held, moment.is_queued, moment.is_cut_short = False, True, True
            moment.secured.set_result(None)
            self._enter(moment)
            self._workshop.take(moment)

    def _as_left(self, claim: Claim) -> Claim:
        """A claim whose footage may have ended before the press, of which nothing had been noted yet."""
        what = "recorder" if claim.press.boot_id == self._clock.boot_id else "box"
        reason = claim.trailing_reason or f"the {what} was restarted"
        return replace(self._claimer.as_rebuilt(claim), trailing_reason=reason)

    # Recording's news

    def segment_opened(self) -> None:
        """Footage goes on: moments that need it link the new segment while it is written."""
        for moment in self._moments:
            if self._claimer.lacks_newest(moment):
                self._grow(moment, moment.asked_s)

    def segment_closed(self, _: Segment) -> None:
        """A segment is whole: moments that waited for it may go on."""
        for moment in list(self._moments):
            self._advance(moment)

    def epoch_ended(self) -> None:
        """No more footage will follow."""
        for moment in self._moments:
            moment.until_s = min(moment.until_s, self._clock.monotonic_s())
            self._start(self._cut_short(moment))

    async def wait_until_quiet(self) -> None:
        """Return when every claim that was begun is on disk or has failed."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    # One moment's way

    def _begin(self, at_s: float, asked_s: float) -> Moment:
        moment = Moment(at_s, at_s + self._camera.latency_s)
        self._enter(moment)
        self._grow(moment, asked_s)
        self._bound_wait(moment)
        return moment

    def _bound_wait(self, moment: Moment) -> None:
        """While the camera is away no segment opens or closes, and no news would ever end the wait."""
        wait_s = moment.until_s - self._clock.monotonic_s() + _GRACE_S
        asyncio.get_running_loop().call_later(wait_s, self._end_wait, moment)

    def _end_wait(self, moment: Moment) -> None:
        opened = self._store.ring.open
        if opened is None or opened.start_s >= moment.until_s:
            self._start(self._cut_short(moment))

    async def _cut_short(self, moment: Moment) -> None:
        """No more footage will follow; what was seen of it before may still wait for a slow card."""
        async with self._order:
            moment.is_cut_short = True
            self._advance(moment)

    def _enter(self, moment: Moment) -> None:
        self._moments.append(moment)
        moment.finished.add_done_callback(lambda _: self._moments.remove(moment))

    def _grow(self, moment: Moment, asked_s: float) -> None:
        moment.asked_s = max(moment.asked_s, asked_s)
        self._start(self._secure(moment))

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _let_go(self, moment: Moment) -> None:
        async with self._order:  # after the claims that the hold asked for
            moment.is_held = False
            if moment.inside:
                await self._secure_now(moment)  # what held it all may be another memory by now
            claim = (moment.successor or moment).claim
            if claim and not moment.finished.done():
                self._listener.memory_changed(claim.id, claim.stem, "secured")
            self._advance(moment)

    async def _secure(self, moment: Moment) -> None:
        async with self._order:
            for earlier in takewhile(lambda m: m is not moment, list(self._moments)):
                if self._claimer.lacks_newest(earlier):  # or this one would take it for its own beginning
                    await self._secure_now(earlier)
            await self._secure_now(moment)

    async def _secure_now(self, moment: Moment) -> None:
        if moment.finished.done() or moment.successor or moment.is_queued:
            return
        try:
            await self._secure_or_yield(moment)
            if self._claimer.lacks_newest(moment):  # it was opened while the card was busy with this claim
                await self._secure_or_yield(moment)
        except NotSavedError as error:
            self._fail(moment, str(error))

    async def _secure_or_yield(self, moment: Moment) -> None:
        try:
            await self._plan_and_claim(moment)
        except OSError:  # the ring gives way, once
            await self._store.make_room(_ROOM_FOR_A_CLAIM_BYTES)
            try:
                await self._plan_and_claim(moment, without_missing=True)
            except OSError as error:
                sentence = f"The disk does not take it ({error.strerror}): make room or check the card."
                raise NotSavedError(sentence) from error

    async def _plan_and_claim(self, moment: Moment, *, without_missing: bool = False) -> None:
        plan = self._claimer.plan(moment)
        host = plan.inside or (None if plan.pieces else moment.inside)
        if host and moment.claim is None:
            moment.inside = host
            self._note_secured(moment)
            if not moment.is_held:  # until then it may yet ask for more than that one holds
                self._join(moment, host)
        elif plan.pieces:
            moment.inside = None
            for old in await self._claimer.claim(moment, plan, without_missing=without_missing):
                self._supersede(old, moment)
            self._note_secured(moment)
            self._advance(moment)
        elif moment.claim is None:
            is_press = moment.cause == "press"
            raise NotSavedError(why_nothing(self._store.ring, self._camera) if is_press else NOTHING_OF_THAT_TIME)

    def _note_secured(self, moment: Moment) -> None:
        moment.state = "secured"
        if moment.secured_s is None:
            moment.secured_s = self._clock.monotonic_s() - moment.at_s
        if not moment.secured.done():
            moment.secured.set_result(None)

    def _advance(self, moment: Moment) -> None:
        """Note what has been closed since; hand over when all footage is there."""
        if moment.claim is None or moment.is_queued:
            return
        moment.claim = self._claimer.refreshed(moment.claim)
        if moment.is_complete:
            moment.claim = with_end(moment.claim, moment.at_s, self._why_ended(moment, moment.claim))
            moment.is_queued = True
            self._workshop.take(moment)

    def _why_ended(self, moment: Moment, claim: Claim) -> str:
        """Why no footage followed on a claim's."""
        epochs = self._store.ring.epochs
        after = next((epochs[number] for number in sorted(epochs) if number > claim.last.epoch), None)
        if moment.cause == "stretch" and after:
            return after.reason
        return self._camera.absence or "the camera was away"

    def _supersede(self, old: Moment, moment: Moment) -> None:
        """A longer claim holds everything that an earlier one held."""
        if old.state == "assembling":
            old.heir = moment  # its file becomes whole first, and is replaced by the longer one then
            return
        old.give_way(moment)
        if old.claim:
            self._card.submit(self._claims.drop, old.claim)

    def _join(self, moment: Moment, host: Earlier) -> None:
        """Everything that a press asked for is in an earlier memory already."""
        other = next((m for m in self._claimer.others(moment) if m.claim and m.claim.id == host.id), None)
        if other:
            other.until_s = max(other.until_s, moment.until_s)
            self._bound_wait(other)
            moment.give_way(other)
        else:
            self._start(self._finish_inside(moment, host))

    async def _finish_inside(self, moment: Moment, host: Earlier) -> None:
        moment.state = "kept"
        entries = await self._workshop.entries_of(host.id)
        self._listener.memory_changed(host.id, host.stem, "kept", sentence="It was kept before.")
        moment.finished.set_result(entries)

    def _fail(self, moment: Moment, sentence: str) -> None:
        """Nothing more can be secured; what a claim holds already stays."""
        if moment.claim:
            self._listener.memory_changed(moment.claim.id, moment.claim.stem, "secured", sentence=sentence)
            return
        moment.state = "not-saved"
        self._listener.memory_changed("", "", "not-saved", sentence=sentence)
        if not moment.secured.done():
            moment.secured.set_exception(NotSavedError(sentence))
        moment.finished.set_exception(NotSavedError(sentence))
