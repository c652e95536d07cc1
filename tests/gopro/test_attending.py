"""What the attendant does next, whatever comes of its steps; pure."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.attendance import AccessPoint
from appliance.gopro.attending import Attending
from appliance.gopro.models import Model, model_of
from appliance.gopro.seeking import WAKE_EVERY_S
from appliance.gopro.state import CameraState
from appliance.gopro.steps import (
    Do,
    Done,
    Found,
    Heard,
    Listen,
    Look,
    Meet,
    Met,
    Missed,
    Outcome,
    Pause,
    Refused,
    Search,
    Seen,
    Silence,
    Step,
    Taken,
    Unanswered,
    Woken,
)

HERO10, HERO12, HERO13 = (model_of("", name) for name in ("HERO10", "HERO12", "HERO13"))
STATES = [
    CameraState(is_busy=busy, is_encoding=encoding, is_ready=ready, is_hot=hot, is_wired=wired)
    for busy, encoding, ready, hot, wired in itertools.product([False, True], repeat=5)
    if ready or not (busy or encoding)
]
FAILED: list[Outcome] = [Refused("500"), Unanswered()]


def possible(step: Step) -> list[Outcome]:
    """All that may come of a step; what is good comes as often as what is bad."""
    match step:
        case Search():
            return [Missed(), Missed("It is off."), Found("10.5.5.9"), Woken(AccessPoint("GP", "pw"))]
        case Meet():
            return [*FAILED, Met(HERO10, "HERO10"), Met(HERO13, "HERO13"), Met(Model(), "GoPro")]
        case Look():
            return [*FAILED, *map(Seen, STATES), *[Seen(CameraState(is_wired=True))] * 20]
        case Do():
            return [*FAILED, Taken(8554), *[Done()] * 9]
        case Listen():
            return [Silence(), Taken(8554), Heard(8554, "h264"), Heard(8554, "")]
        case Pause():
            return [Done()]


@given(st.lists(st.integers(0, 10_000), min_size=60, max_size=60), st.sampled_from(["", "10.5.5.9"]))
def test_whatever_happens_it_goes_on_in_good_order(choices: list[int], address: str) -> None:
    attending, now_s, orders, seen, idle = Attending(address, tells_time=True), 0.0, ["", ""], CameraState(), 0
    for choice in choices:
        step = attending.step
        if isinstance(step, Do):
            orders.append(step.order)
            assert not seen.is_encoding, "who records by himself is let be"
            assert not seen.is_busy or "webcam" in step.order, "but for its webcam it is waited for"
            if step.order == "start":
                assert orders[-2] == "stop", "it is stopped before it is started"
            if step.order == "start webcam":
                assert orders[-2] == "stop webcam"
                assert "take" not in orders[-4:], "a webcam needs the wire's control to be off"
        idle = 0 if isinstance(step, Pause) else idle + 1
        assert idle < 14, "it never runs in circles without a pause"
        if attending.report.state == "streaming":
            assert isinstance(step, Look | Pause), "a stream that runs is only looked at"
        outcome = possible(step)[choice % len(possible(step))]
        seen = outcome.state if isinstance(outcome, Seen) else seen
        now_s += step.length_s if isinstance(step, Pause) else 0.1
        attending.done(outcome, now_s)
        assert attending.report.sentence
        assert "{" not in attending.report.sentence


def play(attending: Attending, *outcomes: Outcome) -> list[Step]:
    """The steps that were taken; pauses are over at once."""
    steps: list[Step] = []
    for outcome in outcomes:
        while isinstance(attending.step, Pause):
            attending.done(Done(), 0.0)
        steps.append(attending.step)
        attending.done(outcome, 0.0)
    return steps


def orders(steps: list[Step]) -> list[str]:
    return [step.order for step in steps if isinstance(step, Do)]


WIRED, FREE = Seen(CameraState(is_wired=True)), Seen(CameraState())


def test_over_wifi_the_preview_is_stopped_and_started() -> None:
    attending = Attending("10.5.5.9")
    steps = play(attending, Met(HERO12, "HERO12 Black"), FREE, Done(), Done(), Heard(8554, "h264"))
    assert orders(steps) == ["stop", "start"]
    assert attending.report.state == "streaming"
    assert (attending.report.port, attending.report.codec) == (8554, "h264")
    assert attending.report.sentence == "HERO12 Black sends its pictures."


def test_a_wire_takes_the_webcam_where_it_is_better() -> None:
    steps = play(Attending("172.27.189.51"), Met(HERO12, "HERO12"), WIRED, Done(), Done(), Done(), Done())
    assert orders(steps) == ["release", "stop webcam", "start webcam"]


def test_a_wire_to_a_model_without_webcam_is_controlled() -> None:
    steps = play(Attending("172.27.189.51"), Met(HERO13, "HERO13"), WIRED, Done(), Done(), Done())
    assert orders(steps) == ["take", "stop", "start"]


def test_a_webcam_that_fails_twice_gives_way_to_the_preview() -> None:
    attending = Attending("172.27.189.51")
    round_ = (WIRED, Done(), Done(), Refused("500"))
    steps = play(attending, Met(HERO10, "HERO10"), *round_, *round_, Done(), Done(), WIRED, Done(), Done(), Done())
    assert orders(steps)[-5:] == ["stop webcam", "exit webcam", "take", "stop", "start"]


def test_a_webcam_that_runs_without_a_picture_is_ended_before_the_preview() -> None:
    """Else the camera refuses the preview for as long as it is on."""
    attending = Attending("172.27.189.51")
    round_ = (WIRED, Done(), Done(), Done(), Silence())
    steps = play(attending, Met(HERO10, "HERO10"), *round_, *round_, Done(), Done(), WIRED, Done(), Done(), Done())
    assert orders(steps)[-5:] == ["stop webcam", "exit webcam", "take", "stop", "start"]
    assert attending.report.state == "preparing", "no trouble before the preview was tried"


def test_a_webcam_is_started_by_a_camera_that_is_busy_too() -> None:
    """It may be busy with the webcam of somebody who was killed (GoPro's SDK does not wait with these calls)."""
    attending = Attending("172.27.189.51", tells_time=True)
    busy = Seen(CameraState(is_wired=True, is_busy=True))
    steps = play(attending, Met(HERO12, "HERO12"), busy, Done(), Done(), Heard(8554, "h264"), busy)
    assert orders(steps) == ["stop webcam", "start webcam"]
    assert attending.report.state == "streaming"
    over_wifi = Attending("10.5.5.9")
    assert orders(play(over_wifi, Met(HERO12, "HERO12"), Seen(CameraState(is_busy=True)), FREE, Done())) == ["stop"]


def test_a_transfer_of_files_is_ended_first() -> None:
    attending = Attending("10.5.5.9")
    steps = play(attending, Met(HERO12, "HERO12"), Seen(CameraState(is_transferring=True)), Done(), Done(), Done())
    assert orders(steps) == ["end transfer", "stop", "start"]


def test_a_camera_whose_mode_has_no_preview_is_told() -> None:
    attending = Attending("10.5.5.9")
    once: list[Outcome] = [Seen(CameraState(has_preview=False)), Done(), Done(), Silence()]
    play(attending, Met(HERO12, "HERO12"), *once, *once)
    assert attending.report.sentence == "HERO12 has no preview in the mode that it is in: switch it to video."


def test_braces_in_what_others_say_are_no_gaps() -> None:
    attending = Attending("10.5.5.9")
    play(attending, Met(HERO12, "HERO{0}"), FREE, Done(), Refused("{x}"))
    assert attending.report.sentence == "HERO{0} refuses to send its pictures ({x}): switch it off and on again."
    absent = Attending()
    play(absent, Missed(), Missed(), Missed("Bluetooth says {0}."), Missed())
    assert absent.report.sentence.endswith("Bluetooth says {0}.")


def test_one_that_sleeps_where_it_is_said_to_be_is_woken() -> None:
    attending = Attending("10.5.5.9")
    steps = play(attending, Unanswered(), Woken(AccessPoint("GP1", "secret")), Unanswered())
    assert steps[1] == Search("bluetooth", "10.5.5.9")
    assert attending.report.access_point == AccessPoint("GP1", "secret")
    assert play(attending, Met(HERO12, "HERO12"), FREE)[1] == Look()


def test_one_that_answers_while_it_is_being_woken_is_met() -> None:
    attending = Attending("10.5.5.9")
    steps = play(attending, Unanswered(), Found("10.5.5.9"), Met(HERO12, "HERO12"))
    assert steps[-1] == Meet("10.5.5.9")
    assert attending.report.state == "searching", "no trouble was told"


def test_why_one_that_is_away_cannot_be_woken_is_told() -> None:
    attending = Attending("10.5.5.9")
    play(attending, Unanswered(), Missed("Bluetooth is off."))
    assert attending.report.sentence.startswith("No GoPro answers at 10.5.5.9: ")
    assert attending.report.sentence.endswith("is right. Bluetooth is off.")


@pytest.mark.parametrize("address", ["", "172.27.189.51"])
def test_one_that_is_woken_at_the_cable_needs_no_wifi(address: str) -> None:
    """This box's radio stays where it is."""
    asleep: list[Outcome] = [Unanswered()] if address else [Missed("At the cable."), Missed()]
    attending = Attending(address)
    play(attending, *asleep, Woken(AccessPoint("GP1", "secret")), *asleep[:1])
    assert attending.report.access_point is None


def test_a_camera_that_was_encoding_when_it_was_met_blocks_nobody() -> None:
    """It is told at once, and taken as soon as it is free."""
    attending = Attending("10.5.5.9")
    play(attending, Met(HERO12, "HERO12"), Seen(CameraState(is_encoding=True)))
    assert attending.report.state == "trouble"
    assert "recording to its own card" in attending.report.sentence
    assert orders(play(attending, FREE, Done(), Done())) == ["stop", "start"]


def test_what_ends_a_stream_is_told_while_it_is_looked_at() -> None:
    attending = Attending("10.5.5.9")
    play(attending, Met(HERO12, "HERO12"), FREE, Done(), Done(), Heard(8554, "h264"))
    play(attending, Seen(CameraState(is_encoding=True)))
    assert "recording to its own card" in attending.report.sentence
    play(attending, FREE)
    assert attending.report.state == "streaming"
    play(attending, Unanswered())
    assert attending.report.sentence == "HERO12 does not answer any more: is it switched on, and still connected?"


def test_silence_starts_the_stream_anew() -> None:
    attending = Attending("10.5.5.9")
    once: list[Outcome] = [FREE, Done(), Done(), Silence()]
    steps = play(attending, Met(HERO12, "HERO12"), *once)
    assert attending.report.state == "preparing", "once is no trouble yet"
    steps += play(attending, *once)
    assert orders(steps) == ["stop", "start"] * 2
    assert "started anew" in attending.report.sentence


def test_a_third_failure_takes_the_control_by_wire_anew() -> None:
    attending = Attending("172.27.189.51")
    once: list[Outcome] = [WIRED, Done(), Done(), Done(), Silence()]
    steps = play(attending, Met(HERO13, "HERO13"), *once * 3, WIRED, Done(), Done())
    assert orders(steps)[-2:] == ["release", "take"]


def test_who_does_not_answer_is_looked_for_anew() -> None:
    attending = Attending()
    steps = play(attending, Found("10.5.5.9"), Met(HERO12, "HERO12"), *[Unanswered()] * 3, Missed())
    assert steps[-1] == Search("address")


def test_bluetooth_is_tried_last_and_seldom() -> None:
    attending, now_s, searched = Attending(), 0.0, []
    while now_s < 3 * WAKE_EVERY_S:
        if isinstance(attending.step, Search):
            searched.append(attending.step.means)
        now_s += 2.0
        attending.done(Done() if isinstance(attending.step, Pause) else Missed(), now_s)
    assert searched[:3] == ["address", "announcement", "bluetooth"]
    assert 2 <= searched.count("bluetooth") <= 4
    assert searched.count("bluetooth") < searched.count("announcement") < searched.count("address")
    assert attending.report.sentence.startswith("No GoPro is found")


def test_a_camera_that_was_woken_waits_for_this_box_to_join_its_wifi() -> None:
    attending = Attending()
    play(attending, Missed(), Missed(), Woken(AccessPoint("GP1", "secret")), Missed(), Missed())
    assert attending.report.access_point == AccessPoint("GP1", "secret")
    assert "secret" not in attending.report.sentence
    assert play(attending, Found("10.5.5.9"), Met(HERO12, "HERO12"))[1] == Meet("10.5.5.9")


@pytest.mark.parametrize(("tells", "expected"), [(True, ["clock", "stop"]), (False, ["stop", "start"])])
def test_the_clock_is_set_only_from_one_that_is_trusted(tells: bool, expected: list[str]) -> None:
    attending = Attending("10.5.5.9", tells_time=tells)
    assert orders(play(attending, Met(HERO12, "HERO12"), FREE, Done(), Done())) == expected


def test_what_is_no_open_gopro_camera_is_told_its_kind() -> None:
    attending = Attending("10.5.5.9")
    play(attending, Refused("404"))
    assert "gopro-legacy" in attending.report.sentence


def test_a_camera_that_refuses_everything_is_told_from_one_of_another_kind() -> None:
    attending = Attending("10.5.5.9")
    play(attending, Refused("500"))
    assert attending.report.sentence.startswith("The GoPro refuses everything (500): switch it off and on again")
