"""The boot-loop guard: safe only after failures in a row, never twice running, and never for a pulled plug."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from appliance.boot.guard import MOST_KEPT, Boot, Ending, begin, mark, next_mode, safe_sentence

QUICK_S = 60.0


def history(*endings: Ending | str, every_s: float = QUICK_S) -> list[Boot]:
    """Boots that end so, one after the other; `safe` is a safe one."""
    boots: list[Boot] = []
    for number, ending in enumerate(endings):
        mode = "safe" if ending == "safe" else "normal"
        told: Ending = "open" if ending == "safe" else ending  # type: ignore[assignment] # of the test's own words
        boots.append(Boot(str(number), number * every_s, mode, told))  # type: ignore[arg-type] # literals
    return boots


def mode_after(*endings: str, every_s: float = QUICK_S) -> str:
    boots = history(*endings, every_s=every_s)
    return next_mode(boots, len(boots) * every_s)


@pytest.mark.parametrize(
    ("endings", "mode"),
    [
        ("", "normal"),
        ("unwell unwell", "normal"),
        ("unwell unwell unwell", "safe"),
        ("unwell well unwell unwell", "normal"),
        ("unwell unwell good unwell", "normal"),
        ("unwell clean unwell clean unwell", "safe"),
        ("open open open open open", "normal"),
        ("open open open open open open", "safe"),
        ("open unwell open unwell", "safe"),
        ("clean clean clean clean clean clean clean", "normal"),
        ("well well well well well well well", "normal"),
        ("unwell unwell unwell safe", "normal"),
        ("unwell unwell unwell safe unwell", "safe"),
        ("unwell unwell unwell safe clean unwell", "safe"),
        ("unwell unwell unwell safe open", "normal"),
        ("unwell unwell unwell safe open open", "safe"),
        ("unwell unwell unwell safe well unwell unwell", "normal"),
        ("unwell unwell unwell safe unwell safe", "normal"),
        ("unwell unwell unwell safe unwell safe unwell", "safe"),
    ],
)
def test_what_comes_after(endings: str, mode: str) -> None:
    assert mode_after(*endings.split()) == mode


def test_failures_far_apart_are_no_loop() -> None:
    assert mode_after("unwell", "unwell", "unwell", every_s=299) == "safe"
    assert mode_after("unwell", "unwell", "unwell", every_s=301) == "normal"


def test_a_failure_that_lasted_long_is_no_loop() -> None:
    boots = history("unwell", "unwell", "unwell")
    assert next_mode(boots, boots[-1].began_s + 600) == "safe"
    assert next_mode(boots, boots[-1].began_s + 601) == "normal"


def test_only_the_latest_failures_need_to_be_quick() -> None:
    boots = [Boot("old", -1e6, ending="unwell"), *history("unwell", "unwell", "unwell")]
    assert next_mode(boots, 200) == "safe"


def test_a_boot_that_died_before_its_clock_was_set_counts() -> None:
    boots = [Boot("a", 1.8e9, ending="unwell"), Boot("b", 0.0, ending="unwell"), Boot("c", 1.8e9 + 9, ending="unwell")]
    assert next_mode(boots, 1.8e9 + 60) == "safe"
    assert next_mode(boots, 0.0) == "safe"


def test_the_step_when_a_network_tells_the_time_costs_one_more_try() -> None:
    year_s = 3e7
    stamps = [0.0, year_s, year_s + 60]
    boots = [Boot(str(at_s), at_s, ending="unwell") for at_s in stamps]
    assert next_mode(boots, year_s + 120) == "normal"
    assert next_mode([*boots, Boot("d", year_s + 120, ending="unwell")], year_s + 180) == "safe"


def test_asked_twice_in_one_boot_it_is_one_boot() -> None:
    boots = begin(history("unwell", "unwell", "unwell"), "now", 180)
    assert boots[-1] == Boot("now", 180, "safe")
    assert begin(boots, "now", 1e9) == boots


def test_how_far_a_boot_came() -> None:
    def after(*endings: Ending) -> str:
        boots = [Boot("a", 0.0)]
        for ending in endings:
            boots = mark(boots, "a", ending)
        return boots[0].ending

    assert after("well", "good") == "good"
    assert after("well", "good", "unwell") == "good"
    assert after("good", "clean") == "good"
    assert after("well", "clean") == "well"
    assert after("well", "unwell") == "unwell"
    assert after("unwell", "well") == "well"
    assert mark([Boot("a", 0.0, "safe")], "a", "good") == [Boot("a", 0.0, "safe")]
    assert mark([Boot("a", 0.0)], "another", "good") == [Boot("a", 0.0)]


def test_the_sentence_names_the_culprit() -> None:
    boots = begin([*history("open", "unwell"), Boot("x", 120, ending="unwell", why="it hung")], "now", 180)
    assert safe_sentence([*boots[:-1], Boot("now", 180, "safe")]) == (
        "Safe mode: nothing is recorded now, because the recorder failed to start several times in a row; the last "
        "time it hung. It is tried again in ten minutes, or when you switch the box off and on."
    )
    cut = safe_sentence(begin(history(*["open"] * 6), "now", 360))
    assert "try another power supply and cable." in cut


@given(
    st.lists(st.tuples(st.sampled_from(["clean", "well", "good"]), st.floats(-1e10, 1e10)), max_size=60),
    st.floats(-1e10, 1e10),
)
def test_no_clock_makes_a_boot_safe_that_follows_no_failure(ended: list[tuple[Ending, float]], now_s: float) -> None:
    boots: list[Boot] = []
    for number, (ending, at_s) in enumerate(ended):
        boots = mark(begin(boots, str(number), at_s), str(number), ending)
        assert boots[-1].mode == "normal"
    assert next_mode(boots, now_s) == "normal"


class Boots(RuleBasedStateMachine):
    """A box that is switched on and off, and fails at times, beside a plain count of what that means."""

    @initialize(now_s=st.floats(0, 2e9))
    def switch_on_first(self, now_s: float) -> None:
        self.now_s = now_s
        self.boots: list[Boot] = []
        self.halves = 0
        self.enough = 6
        self.is_quick = True
        self.row = 0
        self.number = 0
        self._begin()

    def _begin(self) -> None:
        before = self.boots
        self.number += 1
        self.row += 1
        self.is_quick &= self.row < MOST_KEPT
        self.boots = begin(before, str(self.number), self.now_s)
        self.mode = self.boots[-1].mode
        if self.is_quick:  # else the clock has a say, and the invariants below hold all the same
            assert self.mode == ("safe" if self.halves >= self.enough else "normal")
        if self.mode == "safe":
            assert self.halves >= self.enough
            assert before[-1].mode == "normal"
            self.halves, self.enough = 0, 2

    @rule(passes_s=st.floats(0, 15), endings=st.lists(st.sampled_from(["well", "good", "unwell", "clean"]), max_size=3))
    def boot(self, passes_s: float, endings: list[Ending]) -> None:
        """The boot that runs comes so far, time passes by the little that the box knows of it, and the next begins."""
        for ending in endings:
            self.boots = mark(self.boots, str(self.number), ending)
        if self.mode == "normal":
            last = self.boots[-1].ending
            self.halves += {"open": 1, "unwell": 2}.get(last, 0)
            if last in {"well", "good"}:
                self.halves, self.enough, self.row, self.is_quick = 0, 6, 0, True
        self.now_s += passes_s
        self._begin()

    @rule(by_s=st.floats(-1e9, 1e9))
    def step_of_the_clock(self, by_s: float) -> None:
        self.now_s += by_s
        self.is_quick = False

    @rule()
    def asked_again(self) -> None:
        assert begin(self.boots, str(self.number), self.now_s + 1) == self.boots

    @invariant()
    def little_is_remembered(self) -> None:
        assert len(getattr(self, "boots", ())) <= MOST_KEPT


TestBoots = Boots.TestCase
