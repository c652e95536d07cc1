"""When a transfer may run, and when it has had its time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.upload.pace import THROTTLE_ROUND_S, THROTTLE_RUN_S, Pace, Patience

STEPS = st.lists(
    st.tuples(st.floats(0.01, 50), st.sampled_from(["pause", "resume", "throttle", "unthrottle", "moved", "look"])),
    max_size=40,
)


def test_nothing_asked_nothing_timed() -> None:
    pace = Pace()
    assert pace.may_run(5.0)
    assert pace.next_change_s(5.0) is None


def test_a_throttled_transfer_runs_a_quarter_of_the_time() -> None:
    pace = Pace()
    pace.throttle(100.0, on=True)
    tenths = [pace.may_run(100.0 + tenth / 10 + 0.05) for tenth in range(80)]
    assert tenths == [False] * 30 + [True] * 10 + [False] * 30 + [True] * 10


def test_asking_again_changes_nothing() -> None:
    pace = Pace()
    pace.throttle(100.0, on=True)
    pace.throttle(103.5, on=True)
    assert pace.may_run(103.6)
    pace.pause(on=True)
    pace.pause(on=True)
    pace.pause(on=False)
    assert pace.may_run(103.6)


def test_pause_wins_over_throttle() -> None:
    pace = Pace()
    pace.throttle(0.0, on=True)
    pace.pause(on=True)
    assert not pace.may_run(3.5)
    assert pace.next_change_s(3.5) is None
    pace.throttle(3.5, on=False)
    assert not pace.may_run(3.5)


@given(STEPS)
def test_the_answer_holds_as_long_as_it_says(steps: list[tuple[float, str]]) -> None:
    pace, now_s = Pace(), 1000.0
    for passed_s, step in steps:
        now_s += passed_s
        if step in {"pause", "resume"}:
            pace.pause(on=step == "pause")
        if step in {"throttle", "unthrottle"}:
            pace.throttle(now_s, on=step == "throttle")
        change_s = pace.next_change_s(now_s)
        if change_s is None:
            assert pace.may_run(now_s) == (not pace.is_paused)
            continue
        assert 0 < change_s <= max(THROTTLE_RUN_S, THROTTLE_ROUND_S - THROTTLE_RUN_S)
        assert pace.may_run(now_s + change_s * 0.98) == pace.may_run(now_s)
        assert pace.may_run(now_s + change_s + 0.001) != pace.may_run(now_s)


def test_a_transfer_that_stalls_has_had_its_time() -> None:
    patience = Patience(0.0, whole_limit_s=1000.0, stall_limit_s=180.0)
    patience.moved(100.0)
    assert patience.left_s(279.0) == pytest.approx(1.0)
    assert patience.left_s(280.0) == 0


def test_a_transfer_that_creeps_has_had_its_time() -> None:
    patience = Patience(0.0, whole_limit_s=300.0, stall_limit_s=180.0)
    patience.moved(299.0)
    assert patience.left_s(299.0) == pytest.approx(1.0)
    assert patience.left_s(300.0) == 0


@given(STEPS)
def test_only_the_time_in_which_it_may_run_counts(steps: list[tuple[float, str]]) -> None:
    patience, now_s = Patience(0.0, 200.0, 90.0), 0.0
    is_running, ran_s, moved_s = True, 0.0, 0.0
    for passed_s, step in steps:
        now_s += passed_s
        ran_s += passed_s if is_running else 0.0
        if step in {"pause", "resume"}:
            is_running = step == "resume"
            patience.set_running(now_s, on=is_running)
        if step == "moved":
            moved_s = ran_s
            patience.moved(now_s)
        left_s = max(0.0, min(200.0 - ran_s, moved_s + 90.0 - ran_s))
        told_s = patience.left_s(now_s)
        if told_s is None:
            assert not is_running
        else:
            assert told_s == pytest.approx(left_s, abs=1e-6)
