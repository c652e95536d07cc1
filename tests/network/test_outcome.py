"""The recorded sequences of NetworkManager, and what is told of each."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.network.outcome import DeviceState, Reason, Step, Whisper, failure_of, is_over
from appliance.network.profiles import JoinSecurity
from appliance.network.standin.sequences import (
    BEGINNING,
    NO_ADDRESS,
    NO_SECRETS,
    NOT_FOUND,
    RIGHT,
    SAE_REFUSED,
    WPA2_REFUSED,
)

WRONG_WPA2 = [Step(60, 50, 8), *NO_SECRETS]


@pytest.mark.parametrize(
    ("steps", "whispers", "security", "is_heard", "reason"),
    [
        (RIGHT, [], "wpa2", True, None),
        (WRONG_WPA2, WPA2_REFUSED, "wpa2", True, "wrong-password"),
        (WRONG_WPA2, [], "mixed", True, "wrong-password"),
        (NOT_FOUND, SAE_REFUSED, "wpa3", True, "wrong-password"),
        (NOT_FOUND, SAE_REFUSED, "mixed", True, "wrong-password"),
        (NOT_FOUND, [], "wpa3", True, "maybe-wrong-password"),
        (NOT_FOUND, [], "mixed", True, "maybe-wrong-password"),
        (NOT_FOUND, WPA2_REFUSED, "mixed", True, "wrong-password"),
        (NOT_FOUND, [], "wpa3", False, "not-found"),
        (NOT_FOUND, [], "wpa2", False, "not-found"),
        (NOT_FOUND, [], "open", True, "rejected"),  # it is there, but not open
        (NOT_FOUND, SAE_REFUSED, "open", True, "rejected"),
        (NO_ADDRESS, [], "wpa2", True, "no-address"),
        (NO_SECRETS, [], "wpa2", True, "wrong-password"),
        (NO_SECRETS, [], "open", True, "rejected"),
        ([Step(120, 50, 11)], [], "wpa2", True, "timeout"),
        ([Step(120, 50, 1)], [], "wpa2", True, "rejected"),
        ([Step(20, 50, 2)], [], "wpa2", True, "rejected"),  # the radio went away
        ([], [], "wpa2", True, "timeout"),
        ([Step(60, 50, 8)], [], "wpa2", True, "wrong-password"),  # asked again, and then nothing
    ],
)
def test_every_recorded_end_has_its_reason(
    steps: list[Step], whispers: list[Whisper], security: JoinSecurity, is_heard: bool, reason: Reason | None
) -> None:
    assert failure_of([*BEGINNING, *steps], whispers, security, is_heard=is_heard) == reason


def test_what_closes_the_set_up_network_is_no_end_of_the_join() -> None:
    closing = [Step(110, 100, 60), Step(30, 110, 60)]

    assert not any(map(is_over, closing))
    assert failure_of([*closing, *BEGINNING, *RIGHT], [], "wpa2", is_heard=True) is None


def test_what_follows_the_failure_does_not_hide_it() -> None:
    later = [Step(30, 120, 0), *BEGINNING, *RIGHT]  # another network that is known

    assert failure_of([*BEGINNING, *NOT_FOUND, *later], [], "wpa2", is_heard=False) == "not-found"


STEPS = st.lists(st.builds(Step, st.sampled_from([*map(int, DeviceState), 0, 55]), st.just(50), st.integers(0, 80)))
WHISPERS = st.lists(
    st.builds(
        Whisper, st.sampled_from(["State", "DisconnectReason", "AuthStatusCode"]), st.integers(-3, 20) | st.text()
    )
)


@given(STEPS, WHISPERS, st.sampled_from(["open", "owe", "wpa2", "mixed", "wpa3"]), st.booleans())
def test_only_who_was_joined_is_joined_and_an_open_network_has_no_wrong_password(
    steps: list[Step], whispers: list[Whisper], security: JoinSecurity, is_heard: bool
) -> None:
    reason = failure_of(steps, whispers, security, is_heard=is_heard)

    assert (reason is None) == (next((step.new for step in steps if is_over(step)), 0) == DeviceState.ACTIVATED)
    if security in {"open", "owe"} and any(map(is_over, steps)):
        assert reason not in {"wrong-password", "maybe-wrong-password"}
