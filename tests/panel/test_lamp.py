"""What the lamp shows: the written table, and the show that plays it."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from appliance.panel.lamp import (
    BUZZER,
    MOMENTS,
    PATTERNS,
    BuzzerShow,
    Condition,
    LampShow,
    Moment,
    Pattern,
    State,
    lamp_table,
)

LASTING = sorted(set(PATTERNS) - set(MOMENTS))
NOT_SAVED_S = 6.0


def drawn(pattern: Pattern, length_us: int, from_us: int = 0) -> list[bool]:
    """The pattern at every 50 ms, as a person may see it."""
    return [pattern.at(from_us + us)[0] for us in range(0, length_us, 50_000)]


def test_every_name_has_a_pattern_and_a_row() -> None:
    names = (
        "starting recording no-camera stalled counted limit got-it memory-ready not-saved uploading set-up-mode fault"
    )
    table = lamp_table()

    assert set(PATTERNS) == set(names.split())
    assert set(BUZZER) == set(MOMENTS)
    for name, pattern in PATTERNS.items():
        assert f"| {name} | {pattern.looks} |" in table
        assert pattern.meaning in table
        assert pattern.repeats == (name not in MOMENTS)
    assert all(sound.looks in table for sound in BUZZER.values())


def test_recording_is_steady_light() -> None:
    assert drawn(PATTERNS["recording"], 3_000_000) == [True] * 60


def test_not_saved_lasts_six_seconds_on_lamp_and_buzzer() -> None:
    assert PATTERNS["not-saved"].length_us == BUZZER["not-saved"].length_us == NOT_SAVED_S * 1_000_000


@pytest.mark.parametrize("name", MOMENTS)
def test_a_moment_is_seen_over_light_and_over_dark(name: str) -> None:
    pieces = PATTERNS[name].steps

    assert all(seconds >= 0.1 for _, seconds in pieces), "too short for the eye"
    assert {lit for lit, _ in pieces} == {True, False}


@pytest.mark.parametrize(("one", "other"), list(combinations(LASTING, 2)))
def test_lasting_patterns_differ_whenever_one_looks(one: str, other: str) -> None:
    seen = drawn(PATTERNS[one], 12_000_000)

    for shift_us in range(0, PATTERNS[other].length_us, 50_000):
        compared = drawn(PATTERNS[other], 12_000_000, shift_us)
        assert sum(a != b for a, b in zip(seen, compared, strict=True)) * 0.05 >= 5 * 0.15, (
            "less than one flash in each cycle"
        )


@pytest.mark.parametrize("table", [PATTERNS, BUZZER], ids=["lamp", "buzzer"])
@pytest.mark.parametrize(("one", "other"), list(combinations(MOMENTS, 2)))
def test_moments_differ(one: str, other: str, table: dict[str, Pattern]) -> None:
    def look(name: str) -> tuple[int, float]:
        lights = [seconds for lit, seconds in table[name].steps if lit]
        return len(lights), max(lights)

    flashes, longest_s = look(one)
    other_flashes, other_longest_s = look(other)
    longer, shorter = max(longest_s, other_longest_s), min(longest_s, other_longest_s)
    assert flashes != other_flashes or longer >= 1.9 * shorter


def test_a_table_is_whole_milliseconds() -> None:
    for pattern in (*PATTERNS.values(), *BUZZER.values()):
        assert all(round(seconds, 3) == seconds for _, seconds in pattern.steps)


class ShowRules(RuleBasedStateMachine):
    """The lamp under random news; a driver wakes at `next_change_s`, sometimes late."""

    @initialize(origin_s=st.sampled_from([0.0, 12_345.678_901, 3e7]))
    def set_up(self, origin_s: float) -> None:
        self.now_s = origin_s
        self.show = LampShow(origin_s)
        self.state: State = "starting"
        self.conditions: set[Condition] = set()
        self.not_saved_until_s = -1.0
        self.quiet_at_s = origin_s

    @rule(state=st.sampled_from(["starting", "recording", "stalled", "no-camera"]))
    def report_state(self, state: State) -> None:
        self.state = state
        self.show.show_state(self.now_s, state)

    @rule(condition=st.sampled_from(["uploading", "set-up-mode", "fault"]), on=st.booleans())
    def change_condition(self, condition: Condition, on: bool) -> None:
        self.conditions = self.conditions | {condition} if on else self.conditions - {condition}
        self.show.set_condition(self.now_s, condition, on=on)

    @rule(moment=st.sampled_from(MOMENTS))
    def tell(self, moment: Moment) -> None:
        self.show.tell(self.now_s, moment)
        self.quiet_at_s = max(self.quiet_at_s, self.now_s) + 2 * PATTERNS[moment].length_us / 1e6
        if moment == "not-saved":
            self.not_saved_until_s = self.now_s + NOT_SAVED_S

    @rule(seconds=st.floats(0, 3))
    def wait(self, seconds: float) -> None:
        self.now_s += seconds

    @precondition(lambda self: self.show.next_change_s(self.now_s) is not None)
    @rule(share=st.floats(0, 0.99))
    def wait_within_a_level(self, share: float) -> None:
        level, until_s = self.show.level(self.now_s), self.show.next_change_s(self.now_s)
        assert until_s is not None
        self.now_s += max(0.0, until_s - self.now_s - 1e-6) * share  # the show counts whole microseconds

        assert self.show.level(self.now_s) == level
        assert self.show.next_change_s(self.now_s) == pytest.approx(until_s, abs=2e-6)
        self.now_s = until_s

    @precondition(lambda self: self.show.next_change_s(self.now_s) is None)
    @rule(seconds=st.floats(0, 1000))
    def wait_while_steady(self, seconds: float) -> None:
        level = self.show.level(self.now_s)
        self.now_s += seconds

        assert self.show.level(self.now_s) == level

    @invariant()
    def time_goes_on(self) -> None:
        change_s = self.show.next_change_s(self.now_s)
        assert change_s is None or change_s > self.now_s - 1e-6

    @invariant()
    def not_saved_is_never_hidden(self) -> None:
        left_s = self.not_saved_until_s - self.now_s
        if abs(left_s) > 2e-6:
            assert (self.show.current(self.now_s) == "not-saved") == (left_s > 0)

    @invariant()
    def the_base_returns(self) -> None:
        base: str = next((name for name in ("fault", "set-up-mode") if name in self.conditions), self.state)
        if base == "recording" and "uploading" in self.conditions:
            base = "uploading"
        shown = self.show.current(self.now_s)
        assert shown in (base, *MOMENTS)
        if self.now_s > self.quiet_at_s + len(MOMENTS):
            assert shown == base


TestShow = ShowRules.TestCase
TestShow.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)


def recording(now_s: float = 0) -> LampShow:
    show = LampShow(now_s)
    show.show_state(now_s, "recording")
    return show


def test_a_counted_step_interrupts_the_news_of_an_older_memory_which_then_returns() -> None:
    show = recording()

    show.tell(0, "memory-ready")
    show.tell(0.5, "counted")

    assert [show.current(now_s) for now_s in (0.6, 0.96, 3.34, 3.36)] == [
        "counted",
        "memory-ready",
        "memory-ready",
        "recording",
    ]


def test_what_waits_is_played_in_order_of_urgency_and_fleeting_news_do_not_wait() -> None:
    show = recording()

    moments: tuple[Moment, ...] = ("not-saved", "memory-ready", "counted", "got-it", "limit", "got-it")
    for moment in moments:
        show.tell(0, moment)

    assert [show.current(now_s) for now_s in (5.9, 6.1, 7.7, 7.9, 10.1, 10.3)] == [
        "not-saved",
        "got-it",
        "got-it",
        "memory-ready",
        "memory-ready",
        "recording",
    ]


def test_an_interrupted_step_is_not_counted_again() -> None:
    show = recording()

    show.tell(0, "counted")
    show.tell(0.1, "limit")

    assert show.current(0.2) == "limit"
    assert show.current(2) == "recording"


def test_a_moment_that_waited_begins_when_the_other_ends_however_late_one_looks() -> None:
    show = recording()

    show.tell(0, "got-it")
    show.tell(0, "memory-ready")

    assert show.current(4.1) == "memory-ready"
    assert show.current(4.3) == "recording"


def test_an_equal_moment_starts_anew() -> None:
    show = recording()

    show.tell(0, "not-saved")
    show.tell(5, "not-saved")

    assert show.current(10.9) == "not-saved"
    assert show.current(11) == "recording"


@given(moments=st.lists(st.tuples(st.sampled_from(MOMENTS), st.floats(0, 2)), max_size=8))
def test_the_buzzer_falls_silent_by_its_own_timers(moments: list[tuple[Moment, float]]) -> None:
    show, now_s = BuzzerShow(), 0.0
    for moment, pause_s in moments:
        show.tell(now_s, moment)
        assert show.level(now_s) or moment != "not-saved"
        now_s += pause_s

    wakes = 0
    while (change_s := show.next_change_s(now_s)) is not None:
        now_s, wakes = change_s, wakes + 1
        assert wakes < 100

    assert not show.level(now_s)
