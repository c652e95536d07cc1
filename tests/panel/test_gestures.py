"""The gesture machines against a model that knows nothing of edges in time: it merges intervals."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from appliance.panel.contact import Freed, Stuck
from appliance.panel.gestures import (
    Counted,
    Gesture,
    LimitReached,
    Outcome,
    Pressed,
    Released,
    SaveGesture,
    SetUpMode,
    UploadGesture,
    UploadNow,
)

DEBOUNCE_MS = 50
SET_UP_MS = 10_000
NEVER_S = 1e9
STUCK_S = 8
HOLDERS = ("button", "hold 1", "hold 2")
Interval = tuple[int, int]


def everything(anchor_s: float, steps: int) -> bool:
    return True


def save(seconds_per_step: float = 3, **options: float) -> SaveGesture:
    return SaveGesture(seconds_per_step, everything, **options)


def merged(intervals: list[Interval]) -> list[Interval]:
    """Intervals that touch, overlap, or are nearer than a bounce, as one."""
    presses: list[Interval] = []
    for start, end in sorted(intervals):
        if presses and start - presses[-1][1] < DEBOUNCE_MS:
            presses[-1] = presses[-1][0], max(end, presses[-1][1])
        else:
            presses.append((start, end))
    return presses


class EdgeRules(RuleBasedStateMachine):
    """Random edges of several holders, bounces, boot-held buttons and late ticks."""

    gesture: Gesture

    def __init__(self) -> None:
        super().__init__()
        self.now_ms = 0
        self.origin_s = 0.0
        self.outcomes: list[Outcome] = []
        self.since_ms: dict[str, int] = {}
        self.boot_held: str | None = None
        self.intervals: dict[str, list[Interval]] = {holder: [] for holder in HOLDERS}

    def at_s(self, ms: int) -> float:
        return self.origin_s + ms / 1000

    @property
    def now_s(self) -> float:
        return self.at_s(self.now_ms)

    def begin(self, origin_s: float, boot_held: str | None) -> None:
        self.origin_s = origin_s
        self.boot_held = boot_held
        if boot_held is not None:
            self.gesture.held_at_start(self.now_s, boot_held)
            self.since_ms[boot_held] = 0

    @rule(ms=st.integers(0, 120) | st.integers(0, 15_000))
    def wait(self, ms: int) -> None:
        self.now_ms += ms

    @rule()
    def tick(self) -> None:
        self.outcomes += self.gesture.tick(self.now_s)

    @rule(holder=st.sampled_from(HOLDERS))
    def down(self, holder: str) -> None:
        before = len(self.outcomes)
        is_new = holder not in self.since_ms
        self.outcomes += self.gesture.down(self.now_s, holder)
        self.since_ms.setdefault(holder, self.now_ms)

        assert not (is_new and self.is_lost(holder, before)), "a press was lost"

    def is_lost(self, holder: str, before: int) -> bool:
        """Whether the edge just made neither a press nor was part of one (or the bounce of one that is ignored)."""
        if any(isinstance(outcome, Pressed) for outcome in self.outcomes[before:]) or self.is_pressed():
            return False
        return not (self.intervals[holder] and self.now_ms - self.intervals[holder][-1][1] < DEBOUNCE_MS)

    def is_pressed(self) -> bool:
        return sum(isinstance(o, Pressed) - isinstance(o, Released) for o in self.outcomes) > 0

    @rule(holder=st.sampled_from(HOLDERS))
    def up(self, holder: str) -> None:
        self.outcomes += self.gesture.up(self.now_s, holder)
        if holder in self.since_ms:
            self.intervals[holder].append((self.since_ms.pop(holder), self.now_ms))

    @invariant()
    def presses_alternate_with_releases(self) -> None:
        kinds = [type(outcome) for outcome in self.outcomes if isinstance(outcome, Pressed | Released)]
        assert kinds[::2] == [Pressed] * len(kinds[::2])
        assert kinds[1::2] == [Released] * len(kinds[1::2])

    def presses(self) -> list[Interval]:
        intervals = dict(self.intervals)
        if self.boot_held is not None:
            ignored_end = merged(intervals[self.boot_held])[0][1]
            intervals[self.boot_held] = [i for i in intervals[self.boot_held] if i[0] > ignored_end]
        return merged([interval for of_holder in intervals.values() for interval in of_holder])

    def expected(self, start_ms: int, end_ms: int) -> list[Outcome]:
        raise NotImplementedError

    def settle(self) -> None:
        for holder in HOLDERS:
            self.up(holder)
        self.now_ms += DEBOUNCE_MS
        self.tick()

    def teardown(self) -> None:
        self.settle()
        assert self.outcomes == [outcome for press in self.presses() for outcome in self.expected(*press)]
        assert self.gesture.next_deadline_s is None


class SaveRules(EdgeRules):
    @initialize(
        origin_s=st.sampled_from([0.0, 12_345.678, 3e7]),
        boot_held=st.none() | st.sampled_from(HOLDERS),
        step_ms=st.sampled_from([100, 500, 700, 3000]),
        most=st.integers(1, 9),
    )
    def set_up(self, origin_s: float, boot_held: str | None, step_ms: int, most: int) -> None:
        self.step_ms, self.most = step_ms, most
        self.gesture = SaveGesture(
            step_ms / 1000, lambda _, steps: steps <= most, stuck_after_s=NEVER_S, quiet_after_limit_s=NEVER_S
        )
        self.begin(origin_s, boot_held)

    def expected(self, start_ms: int, end_ms: int) -> list[Outcome]:
        wanted = 1 + (end_ms - start_ms) // self.step_ms
        steps = min(wanted, self.most)
        counted: list[Outcome] = [Counted(step) for step in range(2, steps + 1)]
        limit: list[Outcome] = [LimitReached(steps)] if wanted > self.most else []
        return [Pressed(self.at_s(start_ms)), *counted, *limit, Released(steps, self.at_s(end_ms))]


class UploadRules(EdgeRules):
    @initialize(origin_s=st.sampled_from([0.0, 12_345.678, 3e7]), boot_held=st.none() | st.sampled_from(HOLDERS))
    def set_up(self, origin_s: float, boot_held: str | None) -> None:
        self.gesture = UploadGesture(SET_UP_MS / 1000, stuck_after_s=NEVER_S)
        self.begin(origin_s, boot_held)

    def expected(self, start_ms: int, end_ms: int) -> list[Outcome]:
        command = SetUpMode() if end_ms - start_ms >= SET_UP_MS else UploadNow()
        return [Pressed(self.at_s(start_ms)), command, Released(0, self.at_s(end_ms))]


class StuckRules(EdgeRules):
    """Presses that get stuck all the time: what must hold whatever happens."""

    @initialize(boot_held=st.none() | st.sampled_from(HOLDERS), most=st.integers(1, 5))
    def set_up(self, boot_held: str | None, most: int) -> None:
        self.gesture = SaveGesture(1, lambda _, steps: steps <= most, stuck_after_s=STUCK_S, quiet_after_limit_s=2)
        self.begin(1000.0, boot_held)

    @precondition(lambda self: self.gesture.next_deadline_s is not None)
    @rule()
    def wait_for_deadline(self) -> None:
        deadline_s = self.gesture.next_deadline_s
        assert deadline_s is not None
        self.now_ms = max(self.now_ms, round((deadline_s - self.origin_s) * 1000))
        self.tick()

        assert self.gesture.next_deadline_s != deadline_s, "the driver would run in circles"

    @invariant()
    def nobody_holds_for_ever(self) -> None:
        ends = [o.at_s for o in self.outcomes if isinstance(o, Released)]
        begins = [o.at_s for o in self.outcomes if isinstance(o, Pressed)]
        assert all(end_s - begin_s <= STUCK_S for begin_s, end_s in zip(begins, ends, strict=False))

    def teardown(self) -> None:
        self.settle()
        stuck = [type(outcome) for outcome in self.outcomes if isinstance(outcome, Stuck | Freed)]
        assert not stuck or stuck[-1] is Freed
        assert not self.is_pressed()
        assert self.gesture.next_deadline_s is None


TestSave = SaveRules.TestCase
TestUpload = UploadRules.TestCase
TestStuck = StuckRules.TestCase
TestSave.settings = TestUpload.settings = TestStuck.settings = settings(
    max_examples=150, stateful_step_count=40, deadline=None
)


def driven(gesture: Gesture, edges: list[tuple[float, bool]], until_s: float) -> list[tuple[float, Outcome]]:
    """What a driver that ticks at every deadline hears, and when."""
    heard: list[tuple[float, Outcome]] = []
    for at_s, is_down in [*edges, (until_s, False)]:
        while (deadline_s := gesture.next_deadline_s) is not None and deadline_s < at_s:
            outcomes = gesture.tick(deadline_s)
            assert outcomes, "a tick for nothing"
            heard += [(deadline_s, outcome) for outcome in outcomes]
        act = gesture.down if is_down else gesture.up
        heard += [(at_s, outcome) for outcome in act(at_s, "button")]
    return heard


@given(hold_ms=st.integers(0, 40_000), step_ms=st.integers(300, 5000), origin_s=st.floats(0, 1e7))
def test_every_step_is_told_at_the_instant_that_earns_it(hold_ms: int, step_ms: int, origin_s: float) -> None:
    hold_s, step_s = hold_ms / 1000, step_ms / 1000

    heard = driven(save(step_s), [(origin_s, True), (origin_s + hold_s, False)], origin_s + 100)

    steps = 1 + hold_ms // step_ms
    assert [outcome for _, outcome in heard] == [
        Pressed(origin_s),
        *(Counted(step) for step in range(2, steps + 1)),
        Released(steps, origin_s + hold_s),
    ]
    assert [at_s for at_s, _ in heard] == pytest.approx(
        [origin_s, *(origin_s + step_s * k for k in range(1, steps)), origin_s + hold_s + 0.05], rel=0, abs=1e-5
    )


def test_four_seconds_at_three_seconds_a_step_are_two_steps() -> None:
    gesture = save(3)

    assert gesture.down(100, "button") == [Pressed(100)]
    assert gesture.up(104, "button") == [Counted(2)]
    assert gesture.tick(104.05) == [Released(2, 104)]


def test_time_while_a_bounce_is_awaited_is_no_hold() -> None:
    gesture = save(3)
    gesture.down(100, "button")
    gesture.up(102.98, "button")

    assert gesture.tick(110) == [Released(1, 102.98)]


def test_a_bounce_over_the_step_counts_it_when_the_contact_is_back() -> None:
    gesture = save(3)
    gesture.down(100, "button")
    gesture.up(102.98, "button")

    assert gesture.tick(103.01) == []
    assert gesture.down(103.02, "button") == [Counted(2)]


def test_an_edge_that_arrives_after_its_step_was_counted_keeps_what_the_person_saw() -> None:
    gesture = save(3)
    gesture.down(100, "button")

    assert gesture.tick(103.0005) == [Counted(2)]
    gesture.up(102.9995, "button")
    assert gesture.tick(103.1) == [Released(2, 102.9995)]


def test_a_stuck_button_ends_its_press_and_is_told_until_it_is_free() -> None:
    gesture = save(100)
    gesture.down(0, "button")

    assert gesture.tick(299.9) == [Counted(2), Counted(3)]
    assert gesture.tick(301) == [Counted(4), Released(4, 300), Stuck(4)]
    assert gesture.next_deadline_s is None
    assert gesture.up(900, "button") == []
    assert gesture.tick(900.05) == [Freed()]
    assert gesture.down(901, "button") == [Pressed(901)]


def test_holding_far_beyond_the_limit_is_stuck_too() -> None:
    gesture = SaveGesture(3, lambda _, steps: steps <= 2)
    gesture.down(0, "button")

    assert gesture.tick(200) == [Counted(2), LimitReached(2), Released(2, 66), Stuck(2)]


def test_a_stuck_button_leaves_the_control_socket_usable() -> None:
    gesture = save()
    gesture.down(0, "button")
    gesture.tick(400)

    assert gesture.down(500, "hold 1") == [Pressed(500)]
    assert gesture.up(500.5, "hold 1") == []
    assert gesture.tick(501) == [Released(1, 500.5)]
    gesture.up(600, "button")
    assert gesture.tick(601) == [Freed()]


def test_a_button_held_since_the_start_is_stuck_in_the_end() -> None:
    gesture = save()
    gesture.held_at_start(0, "button")

    assert gesture.tick(299) == []
    assert gesture.next_deadline_s == 300
    assert gesture.tick(300) == [Stuck(0)]
    gesture.up(400, "button")
    assert gesture.tick(400.05) == [Freed()]


def test_the_ring_is_asked_about_the_anchor_and_the_step_that_is_due() -> None:
    asked: list[tuple[float, int]] = []

    def holds_step(anchor_s: float, steps: int) -> bool:
        asked.append((anchor_s, steps))
        return steps < 3

    gesture = SaveGesture(3, holds_step)
    gesture.down(50, "button")

    assert gesture.tick(70) == [Counted(2), LimitReached(2)]
    assert asked == [(50, 2), (50, 3)]


@pytest.mark.parametrize("held", [True, False])
def test_finishing_ends_a_press_once(held: bool) -> None:
    gesture = save()
    gesture.down(0, "button")
    if not held:
        gesture.up(4, "button")

    outcomes = gesture.finish(4.01)

    assert outcomes[-1] == Released(2, 4.01 if held else 4)
    assert gesture.finish(5) == []


def test_set_up_mode_comes_while_held_and_release_adds_no_command() -> None:
    gesture = UploadGesture()
    gesture.down(0, "button")

    assert gesture.next_deadline_s == 10
    assert gesture.tick(10) == [SetUpMode()]
    gesture.up(12, "button")
    assert gesture.tick(13) == [Released(0, 12)]


def test_a_stuck_upload_button_asks_once() -> None:
    gesture = UploadGesture()
    gesture.down(0, "button")

    assert gesture.tick(1000) == [SetUpMode(), Released(0, 300), Stuck(0)]


def test_the_release_of_an_ignored_button_may_bounce_for_long() -> None:
    gesture = save()
    gesture.held_at_start(0, "button")

    for at_s in (1.00, 1.04, 1.08):
        assert gesture.up(at_s, "button") == []
        assert gesture.down(at_s + 0.02, "button") == []
    assert gesture.tick(2) == []  # it is down again
    assert gesture.up(3, "button") == []
    assert gesture.down(3.02, "button") == []
    assert gesture.up(3.03, "button") == []
    assert gesture.down(3.09, "button") == [Pressed(3.09)]


def test_an_edge_told_twice_does_not_prolong_a_release() -> None:
    gesture = save()
    gesture.held_at_start(0, "button")
    gesture.up(1, "button")
    gesture.up(1.04, "button")

    assert gesture.down(1.06, "button") == [Pressed(1.06)]


def test_two_stuck_holders_are_free_when_both_are_up() -> None:
    gesture = save(1000)
    gesture.down(0, "button")
    gesture.tick(300)
    gesture.down(300, "hold 1")

    assert gesture.tick(600) == [Released(1, 600), Stuck(1)]
    gesture.up(601, "button")
    assert gesture.tick(602) == []
    gesture.up(603, "hold 1")
    assert gesture.tick(604) == [Freed()]
