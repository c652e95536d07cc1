"""When the set-up network opens and closes; the machine under whatever the world does."""

from typing import get_args

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from msgspec.structs import replace

from appliance.network.setup_mode import Command, Mode, OpenReason, Plan, SetUpMode, Sight

PLAN = Plan("by-itself")
RADIO = Sight(has_manager=True, has_radio=True)
KNOWS = replace(RADIO, knows=True)
JOINED = replace(KNOWS, station="joined")
OPEN = replace(RADIO, is_open=True)
OPEN_KNOWS = replace(KNOWS, is_open=True)


class Box:
    """Carries out what it is told."""

    def __init__(self, plan: Plan = PLAN, sight: Sight = RADIO) -> None:
        self.now_s = 0.0
        self.mode = SetUpMode(plan, 0.0)
        self.mode.see(sight, 0.0)

    def after(self, seconds: float) -> Command | None:
        self.now_s += seconds
        return self.mode.next_command(self.now_s)

    def see(self, sight: Sight) -> None:
        self.mode.see(sight, self.now_s)

    def done(self, sight: Sight, *, is_well: bool = True) -> None:
        self.see(sight)
        self.mode.done(self.now_s, is_well=is_well)

    def opened(self, sight: Sight = OPEN) -> "Box":
        while (command := self.after(self.wait_s())) is None:
            pass
        assert command == "open"
        self.done(sight)
        return self

    def wait_s(self) -> float:
        return (self.mode.wake_s(self.now_s) or self.now_s) - self.now_s


def test_a_box_that_knows_no_network_opens_its_own_once_it_has_listened() -> None:
    box = Box()

    assert box.after(14) is None
    assert box.after(2) == "open"
    assert box.mode.reason == "first-start"


def test_a_known_network_gets_its_grace_and_five_minutes() -> None:
    box = Box(sight=KNOWS)

    assert box.after(359) is None
    assert box.after(2) == "open"
    assert box.mode.reason == "lost"


def test_a_network_that_was_joined_is_missed_for_five_minutes_first() -> None:
    box = Box(sight=JOINED)
    assert box.after(10_000) is None

    box.see(KNOWS)

    assert box.after(299) is None
    assert box.after(2) == "open"


def test_who_comes_back_in_time_is_not_disturbed() -> None:
    box = Box(sight=JOINED)
    for _ in range(5):
        box.see(KNOWS)
        assert box.after(250) is None
        box.see(JOINED)


def test_known_networks_are_tried_while_no_phone_is_there() -> None:
    box = Box(sight=KNOWS).opened(OPEN_KNOWS)

    assert box.after(200) is None
    box.mode.phone_heard(box.now_s)
    assert box.after(200) is None
    assert box.after(101) == "retry"
    box.done(KNOWS, is_well=False)
    assert box.after(0) == "open"
    box.done(OPEN_KNOWS)
    assert box.after(301) == "retry"
    box.done(JOINED)
    assert box.after(10_000) is None
    assert box.mode.reason is None


def test_who_asks_gets_it_at_once_whatever_the_box_is_doing() -> None:
    box = Box(sight=JOINED)

    assert box.mode.ask_open(0) is None
    assert box.after(0) == "open"


def test_asked_in_the_middle_of_a_work_it_opens_after_it() -> None:
    box = Box(sight=KNOWS).opened(OPEN_KNOWS)
    assert box.after(301) == "retry"

    box.mode.ask_open(box.now_s)
    assert box.after(1) is None
    box.done(KNOWS, is_well=False)

    assert box.after(0) == "open"


def test_a_set_up_network_that_nobody_uses_gives_way_to_a_known_one() -> None:
    box = Box(sight=JOINED)
    box.mode.ask_open(0)
    box.opened(OPEN_KNOWS)

    box.after(600)
    box.mode.phone_heard(box.now_s)

    assert box.after(899) is None
    assert box.after(2) == "close"
    box.done(JOINED)
    assert box.after(10_000) is None


def test_without_a_known_network_it_stays_open_for_ever() -> None:
    box = Box().opened()

    assert [box.after(10_000) for _ in range(5)] == [None] * 5
    assert box.mode.mode == "hotspot"


def test_a_trial_is_one_at_a_time_and_what_is_proven_is_kept_by_itself() -> None:
    box = Box().opened()

    assert box.mode.ask_try() is None
    assert "is being tried" in (box.mode.ask_try() or "")
    shown = [box.mode.mode]
    box.mode.tried(box.now_s, is_proven=True)
    shown.append(box.mode.mode)
    assert shown == ["trying", "hotspot"]

    assert box.after(299) is None
    assert box.after(2) == "keep"
    box.done(JOINED)
    assert box.mode.mode == "joined"
    assert box.after(10_000) is None


def test_a_trial_that_fails_leaves_the_set_up_network_open() -> None:
    box = Box().opened()
    box.mode.ask_try()
    box.see(RADIO)
    box.mode.tried(box.now_s, is_proven=False)

    assert box.after(0) == "open"  # the way back did not bring it


def test_a_network_that_is_kept_but_out_of_reach_brings_the_set_up_network_back() -> None:
    box = Box().opened()
    box.mode.ask_try()
    box.mode.tried(box.now_s, is_proven=True)
    box.mode.ask_keep(box.now_s)
    assert box.after(0) == "keep"

    box.done(KNOWS, is_well=False)

    assert box.after(0) == "open"
    assert box.mode.reason == "lost"


def test_what_is_dropped_is_not_kept() -> None:
    box = Box().opened()
    box.mode.ask_try()
    box.mode.tried(box.now_s, is_proven=True)
    box.mode.drop()

    assert box.after(10_000) is None


def test_a_radio_that_is_switched_off_is_switched_on_first() -> None:
    box = Box(sight=replace(RADIO, is_blocked=True))

    assert box.after(16) == "unblock"
    box.done(RADIO)
    assert box.after(0) == "open"


def test_what_does_not_open_is_tried_more_and_more_rarely() -> None:
    box = Box()
    assert box.after(16) == "open"
    for wait_s in [5, 10, 20, 40, 80, 160, 300, 300]:
        box.done(RADIO, is_well=False)
        assert box.after(wait_s - 0.1) is None
        assert box.after(0.2) == "open"


@pytest.mark.parametrize("gone", [Sight(), Sight(has_manager=True)])
def test_what_vanishes_is_waited_for_and_found_again(gone: Sight) -> None:
    box = Box().opened()

    box.see(gone)
    assert box.after(1000) is None
    assert box.mode.ask_try() is not None
    box.see(RADIO)

    assert box.after(0) == "open"


def test_a_set_up_network_of_an_earlier_life_is_ours() -> None:
    assert Box(sight=OPEN).mode.reason == "first-start"
    assert Box(sight=OPEN_KNOWS).mode.reason == "lost"


@pytest.mark.parametrize("sight", [RADIO, KNOWS, replace(RADIO, is_blocked=True), OPEN])
def test_a_machine_whose_network_is_not_ours_is_left_alone(sight: Sight) -> None:
    box = Box(Plan("never"), sight)

    assert box.mode.ask_open(0) is not None
    assert [box.after(1000) for _ in range(3)] == [None] * 3


def test_nothing_opens_by_itself_that_is_to_be_asked_for() -> None:
    box = Box(Plan("asked"))

    assert box.after(10_000) is None
    assert box.mode.ask_open(box.now_s) is None
    assert box.after(0) == "open"


def test_a_wire_is_a_network_too() -> None:
    box = Box(sight=replace(RADIO, is_wired=True))

    assert box.after(10_000) is None
    assert box.mode.mode == "wired"


class Life(RuleBasedStateMachine):
    """Whatever the world, the owner and the works do."""

    def __init__(self) -> None:
        super().__init__()
        self.now_s = 0.0
        self.mode = SetUpMode(PLAN, 0.0)
        self.sight = Sight()

    @rule(seconds=st.sampled_from([0.1, 5.0, 61.0, 301.0, 1000.0]))
    def time_passes(self, seconds: float) -> None:
        self.now_s += seconds

    @rule(
        has_manager=st.booleans(), has_radio=st.booleans(), is_blocked=st.booleans(), is_wired=st.booleans(),
        knows=st.booleans(), station=st.sampled_from(["none", "joining", "joined"]), is_open=st.booleans(),
    )  # fmt: skip
    def the_world_changes(self, **seen: bool) -> None:
        self._see(Sight(**seen))  # type: ignore[arg-type]  # as the strategies say

    @rule()
    def a_phone_is_heard(self) -> None:
        self.mode.phone_heard(self.now_s)

    @rule()
    def it_is_asked_for(self) -> None:
        if self.mode.ask_open(self.now_s) is None:
            assert self.mode.reason == "asked"

    @rule()
    def it_is_closed(self) -> None:
        self.mode.ask_close(self.now_s)
        assert self.mode.reason is None

    @rule()
    def a_network_is_tried(self) -> None:
        work = self.mode.work
        if self.mode.ask_try() is None:
            assert work is None
            assert self.mode.work == "try"

    @precondition(lambda self: self.mode.work == "try")
    @rule(is_proven=st.booleans())
    def the_trial_ends(self, is_proven: bool) -> None:
        self.mode.tried(self.now_s, is_proven=is_proven)

    @rule()
    def it_is_kept(self) -> None:
        self.mode.ask_keep(self.now_s)

    @rule()
    def it_is_dropped(self) -> None:
        self.mode.drop()

    @rule()
    def what_is_due_begins(self) -> None:
        work, keep_at_s = self.mode.work, self.mode.keep_at_s
        command = self.mode.next_command(self.now_s)
        if command is None:
            return
        assert work is None
        assert self.sight.has_manager
        assert self.sight.has_radio
        if command == "keep":
            assert keep_at_s is not None
            assert keep_at_s <= self.now_s
        if command in {"open", "retry", "unblock"}:
            assert self.mode.reason is not None
        if command == "retry":
            assert self.sight.knows
            assert self.sight.is_open
            assert self.mode.reason != "asked"

    @precondition(lambda self: self.mode.work not in {None, "try"})
    @rule(is_well=st.booleans())
    def the_work_ends(self, is_well: bool) -> None:
        self.mode.done(self.now_s, is_well=is_well)
        assert self.mode.work is None

    @invariant()
    def it_says_how_it_is(self) -> None:
        assert self.mode.mode in get_args(Mode)
        assert self.mode.reason in {None, *get_args(OpenReason)}
        assert (self.mode.mode == "trying") == (self.mode.work == "try" and self.sight.has_manager)

    @invariant()
    def it_never_sleeps_for_ever_where_something_is_wanted(self) -> None:
        wake_s = self.mode.wake_s(self.now_s)
        assert wake_s is None or wake_s > self.now_s
        if self.mode.keep_at_s is not None and self.mode.keep_at_s > self.now_s:
            assert wake_s is not None
            assert wake_s <= self.mode.keep_at_s

    def teardown(self) -> None:
        """Left alone with a radio and nothing else, the box is reachable in the end: its own network opens."""
        if self.mode.work == "try":
            self.mode.tried(self.now_s, is_proven=False)
        self.mode.drop()
        self._see(RADIO)
        for _ in range(50):
            if self.mode.work:
                self.mode.done(self.now_s, is_well=True)
            if self.mode.next_command(self.now_s) == "open":
                return
            self.now_s = self.mode.wake_s(self.now_s) or self.now_s + 1
        raise AssertionError("nobody could reach this box any more")

    def _see(self, sight: Sight) -> None:
        self.sight = sight
        self.mode.see(sight, self.now_s)


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
