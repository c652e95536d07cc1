"""Turns of one radio: a story, then random lives with a radio that joins, fails, hangs and loses its networks."""

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from appliance.network.radios import roles_of
from appliance.network.turns import Air, Command, TurnPlan, Turns, Want

PLAN = TurnPlan()
WITH_CAMERA = Air(takes_turns=True, is_free=True, is_with_camera=True, knows_home=True)
AT_HOME = Air(takes_turns=True, is_free=True, is_at_home=True, knows_home=True)
NOWHERE = Air(takes_turns=True, is_free=True, knows_home=True)
LONG_S = 100_000.0


def with_camera(plan: TurnPlan = PLAN) -> Turns:
    turns = Turns(plan, 0.0)
    turns.see(NOWHERE, 0.0)
    turns.see_want(Want(), 0.0)
    assert turns.next_command(0.0) == "join-camera"
    assert not turns.is_lent, "nothing was taken from the recording"
    turns.see(WITH_CAMERA, 5.0)
    turns.done(5.0, is_well=True)
    assert turns.leg == "camera"
    return turns


def at_home(want: Want, now_s: float = 100.0) -> Turns:
    turns = with_camera()
    turns.see_want(want, now_s)
    assert turns.next_command(now_s) == "join-home"
    assert turns.is_lent
    turns.see(AT_HOME, now_s)
    turns.done(now_s, is_well=True)
    assert turns.leg == "home"
    return turns


def test_the_upload_button_begins_a_turn_and_a_drained_queue_ends_it() -> None:
    turns = at_home(Want(asked_number=1, asked=1, ready=1))
    turns.see_want(Want(asked_number=1, asked=1, ready=1, is_moving=True), 130.0)
    assert turns.next_command(130.0) is None
    turns.see_want(Want(asked_number=1), 140.0)

    assert turns.next_command(140.0) == "join-camera"
    assert turns.is_lent
    turns.see(WITH_CAMERA, 150.0)
    turns.done(150.0, is_well=True)
    assert (turns.leg, turns.is_lent) == ("camera", False)
    assert turns.next_command(LONG_S) is None


def test_so_many_memories_begin_a_turn_after_a_rest() -> None:
    turns = with_camera()
    turns.see_want(Want(ready=PLAN.memories - 1), 50.0)
    assert turns.next_command(PLAN.first_s) is None
    turns.see_want(Want(ready=PLAN.memories), 50.0)
    assert turns.next_command(PLAN.first_s - 1) is None
    assert turns.wake_s(50.0) == PLAN.first_s
    assert turns.next_command(PLAN.first_s) == "join-home"


def test_one_memory_gets_its_turn_in_the_end_unless_only_who_asks_does() -> None:
    turns = with_camera()
    turns.see_want(Want(ready=1), 50.0)
    assert turns.next_command(PLAN.longest_s - 1) is None
    assert turns.next_command(PLAN.longest_s) == "join-home"

    turns = with_camera(TurnPlan(memories=0))
    turns.see_want(Want(ready=100), 50.0)
    assert turns.next_command(LONG_S) is None
    turns.see_want(Want(asked_number=3, asked=1, ready=100), LONG_S)
    assert turns.next_command(LONG_S) == "join-home"


def test_what_an_earlier_life_was_asked_for_waits_for_its_rest() -> None:
    turns = Turns(PLAN, 0.0)
    turns.see_want(Want(asked_number=7, asked=1, ready=1), 0.0)
    turns.see(WITH_CAMERA, 1.0)

    assert turns.next_command(1.0) is None
    assert turns.next_command(PLAN.first_s) == "join-home"


def test_a_press_ends_a_turn_and_the_next_waits_until_it_is_kept() -> None:
    for leg in ("to-home", "home"):
        turns = with_camera()
        turns.see_want(Want(asked_number=1, asked=1, ready=1), 100.0)
        assert turns.next_command(100.0) == "join-home"
        if leg == "home":
            turns.see(AT_HOME, 110.0)
            turns.done(110.0, is_well=True)
        turns.press(120.0, is_busy=True)
        assert turns.leg == "to-camera"
        if leg == "to-home":
            assert turns.must_break_off(120.0)
            turns.see(NOWHERE, 120.0)
            turns.done(120.0, is_well=False)
        assert turns.next_command(120.0) == "join-camera"
        turns.see(WITH_CAMERA, 125.0)
        turns.done(125.0, is_well=True)
        turns.see_want(Want(asked_number=2, asked=1, ready=1), 126.0)
        assert turns.next_command(126.0) is None
        turns.press(130.0, is_busy=False)
        assert turns.next_command(130.0 + PLAN.quiet_s - 1) is None
        assert turns.next_command(130.0 + PLAN.quiet_s) == "join-home"


def test_a_home_that_is_not_there_costs_one_leg_and_a_rest() -> None:
    turns = with_camera()
    turns.see_want(Want(asked_number=1, asked=1, ready=1), 100.0)
    assert turns.next_command(100.0) == "join-home"
    turns.see(NOWHERE, 130.0)
    turns.done(130.0, is_well=False)
    assert turns.next_command(130.0) == "join-camera"
    turns.see(WITH_CAMERA, 140.0)
    turns.done(140.0, is_well=True)

    assert turns.next_command(150.0) is None
    assert turns.next_command(130.0 + PLAN.rest_s) == "join-home", "what was asked for is not forgotten"


def test_without_a_way_to_the_storage_it_does_not_stay() -> None:
    turns = at_home(Want(asked_number=1, asked=1, ready=1))

    assert turns.next_command(100.0 + PLAN.idle_s - 1) is None
    assert turns.next_command(100.0 + PLAN.idle_s) == "join-camera"


def test_a_memory_too_large_for_a_turn_gets_longer_ones() -> None:
    """Else it would be sent from its beginning for ever."""
    now_s, lengths = 100.0, []
    turns = with_camera()
    for number in range(1, 9):
        turns.see_want(Want(number, 1, 1, is_moving=False), now_s)
        assert turns.next_command(now_s) == "join-home"
        turns.see(AT_HOME, now_s)
        turns.done(now_s, is_well=True)
        turns.see_want(Want(number, 1, 1, is_moving=True), now_s)
        began_s = now_s
        while turns.next_command(now_s) is None:
            now_s = turns.wake_s(now_s) or now_s + LONG_S
            turns.see_want(Want(number, 1, 1, is_moving=True), now_s)
        lengths.append(now_s - began_s)
        turns.see(WITH_CAMERA, now_s)
        turns.done(now_s, is_well=True)

    assert lengths == [PLAN.home_s * 2**n for n in (0, 1, 2, 3, 4, 5, 5, 5)]


def test_a_press_in_a_longer_turn_does_not_make_the_next_one_too_short_again() -> None:
    """Else a memory that needs a long turn would starve where somebody presses now and then."""
    turns, now_s = with_camera(), 100.0
    for number in range(1, 5):
        want = Want(number, 1, 1, is_moving=True)
        turns.see_want(want, now_s)
        assert turns.next_command(now_s) == "join-home"
        turns.see(AT_HOME, now_s)
        turns.done(now_s, is_well=True)
        if number == 3:
            now_s += 60.0
            turns.press(now_s, is_busy=True)
            turns.press(now_s, is_busy=False)
        else:
            began_s, now_s = now_s, turns.wake_s(now_s + PLAN.idle_s) or 0.0
            turns.see_want(want, now_s)
        assert turns.next_command(now_s) == "join-camera"
        turns.see(WITH_CAMERA, now_s)
        turns.done(now_s, is_well=True)
        now_s += PLAN.quiet_s
    assert now_s - PLAN.quiet_s - began_s == PLAN.home_s * 4


def test_a_camera_that_is_away_is_looked_for_again_and_again_with_the_recording_free_to_wake_it() -> None:
    turns = with_camera()
    turns.see(NOWHERE, 10.0)
    now_s, tries = 10.0, 0
    while now_s < 600.0:
        if turns.next_command(now_s):
            tries += 1
            turns.done(now_s, is_well=False)
            assert not turns.is_lent
        now_s = turns.wake_s(now_s) or 1000.0
    assert 10 <= tries <= 20


def test_the_set_up_network_has_the_radio_first() -> None:
    turns = at_home(Want(asked_number=1, asked=1, ready=1))
    turns.see(Air(takes_turns=True, is_free=False, knows_home=True), 110.0)

    assert turns.leg == "to-camera"
    assert turns.next_command(110.0) is None
    turns.see(NOWHERE, 200.0)
    assert turns.next_command(200.0) == "join-camera"


@given(st.lists(st.sampled_from(["wlan0", "wlan1", "wlx0011"]), unique=True), st.booleans(), st.booleans())
def test_who_serves_whom(radios: list[str], has_camera: bool, is_wired: bool) -> None:
    roles = roles_of(radios, has_camera=has_camera)

    assert roles.home == min(radios, default="")
    assert bool(roles.camera) == (has_camera and bool(radios))
    assert roles.takes_turns(is_wired=is_wired) == (has_camera and len(radios) == 1 and not is_wired)


class Lives(RuleBasedStateMachine):
    """A radio that carries one thing at a time, a queue, presses, and a clock that never misses a wake-up."""

    @initialize(memories=st.integers(0, 4))
    def begin(self, memories: int) -> None:
        self.plan = TurnPlan(memories=memories)
        self.now_s = 0.0
        self.turns = Turns(self.plan, 0.0)
        self.carries: Command | None = None
        self.is_wired = self.is_taken = self.is_busy = False
        self.away_since_s: float | None = None
        self.owed = False
        self.asked_number = 0
        self.ready = 0
        self.is_moving = False
        self.look()
        self.finish(is_well=True)
        self.pass_time(self.plan.first_s)

    def look(self) -> None:
        """What the room does at each turn."""
        air = Air(
            takes_turns=not self.is_wired,
            is_free=not self.is_taken,
            is_with_camera=self.carries == "join-camera",
            is_at_home=self.carries == "join-home",
            knows_home=True,
        )
        self.turns.see(air, self.now_s)
        self.turns.see_want(Want(self.asked_number, min(self.ready, 1), self.ready, self.is_moving), self.now_s)
        if self.turns.must_break_off(self.now_s):
            self.finish(is_well=False)
        before = self.turns.work
        command = self.turns.next_command(self.now_s)
        if command:
            assert before is None, "one work at a time"
            assert not self.is_taken
            self.carries = None  # the radio lets go of what it had
            if command == "join-home":
                assert not self.is_busy, "no turn begins while a press is kept"
                assert not self.owed, "a press leads back to the camera first"
        self.account()

    def finish(self, *, is_well: bool) -> None:
        work = self.turns.work
        assert work
        self.carries = work if is_well else None
        self.turns.done(self.now_s, is_well=is_well)
        if is_well and work == "join-camera":
            self.owed = False

    def account(self) -> None:
        is_away = self.turns.leg in {"to-home", "home"}
        self.away_since_s = (self.away_since_s if self.away_since_s is not None else self.now_s) if is_away else None

    @rule(seconds=st.sampled_from([0.5, 5.0, 50.0, 400.0, 4000.0, 30_000.0]))
    def pass_time(self, seconds: float) -> None:
        until_s = self.now_s + seconds
        while (wake_s := self.turns.wake_s(self.now_s)) is not None and wake_s <= until_s:
            assert wake_s > self.now_s
            self.now_s = wake_s
            self.look()
        self.now_s = until_s
        self.look()

    @rule(is_well=st.booleans())
    def work_ends(self, is_well: bool) -> None:
        if self.turns.work:
            self.finish(is_well=is_well and not self.is_taken)
            self.look()

    @rule(is_lost=st.booleans())
    def network_goes(self, is_lost: bool) -> None:
        if is_lost and not self.turns.work:
            self.carries = None
        self.look()

    @rule(ready=st.integers(0, 5), is_moving=st.booleans(), asks=st.booleans())
    def queue_changes(self, ready: int, is_moving: bool, asks: bool) -> None:
        self.ready, self.is_moving = ready, is_moving and ready > 0
        self.asked_number += asks
        self.look()

    @rule()
    def upload_button(self) -> None:
        """The commonest way to a turn, which then goes well."""
        self.asked_number += 1
        self.ready = max(1, self.ready)
        self.look()
        if self.turns.work == "join-home":
            self.finish(is_well=True)
            self.look()

    @rule()
    def button_goes_down(self) -> None:
        self.is_busy = True
        self.owed = self.owed or self.turns.leg in {"to-home", "home"}
        self.turns.press(self.now_s, is_busy=True)
        assert self.turns.leg in {"camera", "to-camera"}
        self.look()

    @rule()
    def press_is_kept(self) -> None:
        self.is_busy = False
        self.turns.press(self.now_s, is_busy=False)
        self.look()

    @rule(is_taken=st.booleans(), is_wired=st.booleans())
    def world_changes(self, is_taken: bool, is_wired: bool) -> None:
        self.is_taken, self.is_wired = is_taken, is_wired
        if is_taken and not self.turns.work:
            self.carries = None
        self.look()

    @invariant()
    def never_both(self) -> None:
        if self.turns.leg == "camera":
            assert self.carries != "join-home"
        if self.turns.leg == "home":
            assert self.carries != "join-camera"

    @invariant()
    def every_leg_ends_in_time(self) -> None:
        longest_s = self.plan.join_s + self.plan.home_s * 2**5
        assert self.away_since_s is None or self.now_s - self.away_since_s <= longest_s

    @invariant()
    def recording_stands_still_for_a_turn_alone(self) -> None:
        if self.turns.is_lent:
            assert self.turns.leg != "camera"
        if self.turns.leg in {"to-home", "home"}:
            assert self.turns.is_lent

    def teardown(self) -> None:
        """Let the world heal: the camera is recorded, and what waits gets its turn (nothing starves)."""
        if not hasattr(self, "turns"):
            return
        self.is_busy = self.is_taken = self.is_wired = False
        self.turns.press(self.now_s, is_busy=False)
        self.ready, self.is_moving = max(1, self.ready), False
        has_served = has_recorded = False
        for _ in range(60):
            if self.turns.work:
                self.finish(is_well=True)
            if self.turns.leg == "home":
                has_served, self.ready = True, 0
            has_recorded |= self.turns.leg == "camera"
            self.look()
            if has_served and has_recorded and self.turns.leg == "camera":
                return
            wake_s = self.turns.wake_s(self.now_s)
            self.now_s = self.now_s + 1 if wake_s is None or self.turns.work else wake_s
            self.look()
        raise AssertionError((self.turns.leg, self.turns.work, has_served, has_recorded))


TestLives = Lives.TestCase
