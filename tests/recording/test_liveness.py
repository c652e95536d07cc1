"""May the watchdog be fed? Every way that recording can go on, or hang."""

from hypothesis import given
from hypothesis import strategies as st

from appliance.recording.freshness import State
from appliance.recording.liveness import Liveness, Signs

States: st.SearchStrategy[State] = st.sampled_from(["starting", "recording", "stalled", "no-camera"])


def test_the_first_look_finds_a_recorder_that_has_just_begun() -> None:
    assert Liveness().is_alive(Signs("starting", None, 0))


@given(states=st.lists(States, min_size=1, max_size=20), restarts=st.integers(0, 9))
def test_a_recorder_that_brings_nothing_about_is_fed_once_whatever_it_says(states: list[State], restarts: int) -> None:
    liveness = Liveness()
    assert [liveness.is_alive(Signs(state, 7.0, restarts)) for state in states] == [True] + [False] * (len(states) - 1)


@given(ends=st.lists(st.floats(0.01, 60), min_size=1, max_size=20), states=st.data())
def test_every_segment_that_closes_is_life(ends: list[float], states: st.DataObject) -> None:
    liveness, at_s = Liveness(), 0.0
    for length_s in ends:
        at_s += length_s
        assert liveness.is_alive(Signs(states.draw(States), at_s, 0))


@given(attempts=st.lists(st.integers(1, 9), min_size=1, max_size=20), closed_s=st.none() | st.floats(0, 1e6))
def test_a_camera_that_is_off_for_hours_is_no_fault_while_it_is_asked_for(
    attempts: list[int], closed_s: float | None
) -> None:
    liveness, restarts = Liveness(), 0
    for more in attempts:
        restarts += more
        assert liveness.is_alive(Signs("no-camera", closed_s, restarts))


@given(restarts=st.lists(st.integers(0, 50), max_size=20))
def test_recording_without_a_segment_is_no_life_whatever_was_connected(restarts: list[int]) -> None:
    liveness = Liveness()
    liveness.is_alive(Signs("recording", 7.0, 0))
    assert not any(liveness.is_alive(Signs("recording", 7.0, count)) for count in sorted(restarts))


@given(steps=st.lists(st.tuples(States, st.booleans(), st.booleans()), max_size=40))
def test_between_two_feedings_something_happened(steps: list[tuple[State, bool, bool]]) -> None:
    liveness, closed_s, restarts = Liveness(), 0.0, 0
    news = True
    for state, closes, gives_up in steps:
        closed_s, restarts = closed_s + closes, restarts + gives_up
        news = news or closes or gives_up
        if liveness.is_alive(Signs(state, closed_s, restarts)):
            assert news
            news = False
        else:
            assert not closes


def test_a_pause_is_no_hang() -> None:
    liveness = Liveness()
    assert [liveness.is_alive(Signs("no-camera", 7.0, 1, is_paused=True)) for _ in range(3)] == [True] * 3
    assert not liveness.is_alive(Signs("no-camera", 7.0, 1))
