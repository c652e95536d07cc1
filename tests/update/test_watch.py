"""Is the version on trial well?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.update.watch import Patience, Seen, Verdict, Watch

PATIENCE = Patience(start_s=180, well_s=30)


def watched(looks: list[Seen | None], *, must_record: bool = True, every_s: float = 10) -> tuple[Verdict, Watch]:
    """The verdict, with the last look repeated until there is one; and the watch."""
    watch = Watch("2.0", must_record, 0.0, PATIENCE)
    for number in range(100):
        verdict = watch.see(looks[min(number, len(looks) - 1)], number * every_s)
        if verdict != "wait":
            return verdict, watch
    pytest.fail("no verdict")


def well(uptime_s: float) -> Seen:
    return Seen("2.0", uptime_s, is_recording=True)


def test_well_for_half_a_minute_is_well() -> None:
    assert watched([None, well(1), well(11), well(21), well(31)])[0] == "well"


@pytest.mark.parametrize(
    ("looks", "reason"),
    [
        ([None], "did not answer"),
        ([well(1), None], "started and then fell silent"),
        ([Seen("1.0", 99, is_recording=True)], "was asked for and 1.0 answered"),
        ([Seen("2.0", 99, is_recording=False)], "did not record again"),
        ([well(20), well(5), well(20), well(5)] * 25, "kept starting anew"),
    ],
)
def test_what_is_not_well_in_time_is_ill(looks: list[Seen | None], reason: str) -> None:
    verdict, watch = watched(looks)

    assert (verdict, watch.reason) == ("ill", reason)


def test_without_a_camera_before_none_is_asked_for_now() -> None:
    blind = [Seen("2.0", 10.0 * number, is_recording=False) for number in range(1, 9)]

    assert watched(list(blind), must_record=False)[0] == "well"


@given(st.lists(st.none() | st.builds(Seen, st.sampled_from(["1.0", "2.0"]), st.floats(0, 1e6), st.booleans())))
def test_there_is_a_verdict_in_bounded_time_and_well_takes_its_time(looks: list[Seen | None]) -> None:
    watch = Watch("2.0", must_record=True, started_s=0.0, patience=PATIENCE)
    since_s: float | None = None
    for number in range(60):
        seen = looks[number] if number < len(looks) else None
        is_well = seen is not None and seen.version == "2.0" and seen.is_recording
        since_s = (number * 5 if since_s is None else since_s) if is_well else None
        verdict = watch.see(seen, number * 5)
        if verdict == "well":
            assert since_s is not None
            assert number * 5 - since_s >= PATIENCE.well_s
        if verdict != "wait":
            assert number * 5 <= PATIENCE.start_s + PATIENCE.well_s
            return
    pytest.fail("no verdict")
