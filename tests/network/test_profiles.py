"""The dictionaries that NetworkManager gets, and the rules of a password."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.network.airwaves import Security
from appliance.network.profiles import (
    HOTSPOT_ID,
    JoinSecurity,
    Wanted,
    chosen_security,
    home_id,
    home_settings,
    hotspot_settings,
    password_trouble,
)
from appliance.network.typed import Settings


def plain(settings: Settings) -> dict[str, dict[str, object]]:
    return {name: {key: typed.value for key, typed in section.items()} for name, section in settings.items()}


def test_the_set_up_network_says_everything_that_a_phone_and_the_chip_need() -> None:
    told = plain(hotspot_settings(b"Moment-K7QD", "random-words", 6))

    assert told["802-11-wireless"] == {"ssid": b"Moment-K7QD", "mode": "ap", "band": "bg", "channel": 6, "powersave": 2}
    assert told["802-11-wireless-security"] == {
        "key-mgmt": "wpa-psk", "psk": "random-words", "proto": ["rsn"], "pairwise": ["ccmp"], "group": ["ccmp"],
        "pmf": 1,
    }  # fmt: skip
    assert told["ipv4"]["method"] == "shared"
    assert told["connection"]["uuid"] == HOTSPOT_ID
    assert told["connection"]["autoconnect"] is False


@pytest.mark.parametrize(
    ("security", "keeps", "section"),
    [
        ("open", False, None),
        ("owe", False, {"key-mgmt": "owe"}),
        ("wpa2", False, {"key-mgmt": "wpa-psk", "psk": "password"}),
        ("mixed", False, {"key-mgmt": "wpa-psk", "psk": "password"}),
        ("mixed", True, {"key-mgmt": "wpa-psk", "psk": "password", "pmf": 1}),
        ("wpa3", False, {"key-mgmt": "sae", "psk": "password"}),
    ],
)
def test_each_security_has_its_section(security: JoinSecurity, keeps: bool, section: dict[str, object] | None) -> None:
    wanted = Wanted(b"home", "password", security, keeps_to_wpa2=keeps)

    assert plain(home_settings(wanted, is_trial=True)).get("802-11-wireless-security") == section


def test_a_trial_is_quick_and_never_joined_by_itself() -> None:
    wanted = Wanted(b"home", "password", "wpa2", is_hidden=True)
    trial, kept = (plain(home_settings(wanted, is_trial=trial, priority=3)) for trial in (True, False))

    assert (trial["connection"]["autoconnect"], kept["connection"]["autoconnect"]) == (False, True)
    assert (trial["ipv4"]["dhcp-timeout"], trial["ipv6"]["method"], kept["ipv6"]["method"]) == (20, "ignore", "auto")
    assert "dhcp-timeout" not in kept["ipv4"]
    assert kept["connection"]["autoconnect-retries"] == 0
    assert kept["connection"]["autoconnect-priority"] == 3
    assert kept["802-11-wireless"]["hidden"] is True


@given(st.binary(min_size=1, max_size=32))
def test_any_name_is_told_as_its_bytes_and_known_again(ssid: bytes) -> None:
    told = home_settings(Wanted(ssid, "", "open"), is_trial=False)

    assert (told["802-11-wireless"]["ssid"].signature, told["802-11-wireless"]["ssid"].value) == ("ay", ssid)
    assert told["connection"]["uuid"].value == home_id(ssid) != HOTSPOT_ID
    assert told["connection"]["id"].value


@pytest.mark.parametrize(
    ("password", "security", "word"),
    [
        ("", "open", None),
        ("x", "open", "no password"),
        ("", "owe", None),
        ("", "wpa2", "needs its password"),
        ("1234567", "wpa2", "too short"),
        ("12345678", "wpa2", None),
        ("é" * 4, "wpa2", None),  # bytes count
        ("x" * 63, "mixed", None),
        ("x" * 64, "mixed", "too long"),
        ("a" * 64, "wpa2", None),  # the key itself
        ("a" * 64, "wpa3", "needs the password itself"),
        ("short", "wpa3", None),
        ("x" * 128, "wpa3", None),
        ("x" * 129, "wpa3", "too long"),
        ("pass\nword", "wpa2", "control character"),
    ],
)
def test_a_password_is_judged_before_it_is_tried(password: str, security: JoinSecurity, word: str | None) -> None:
    trouble = password_trouble(password, security)

    assert trouble is None if word is None else word in (trouble or "")


@pytest.mark.parametrize(
    ("asked", "heard", "password", "chosen"),
    [
        (None, "wpa", "x", "wpa2"),
        (None, "mixed", "x", "mixed"),
        (None, None, "x", "mixed"),
        (None, None, "", "open"),
        ("wpa2", "mixed", "x", "wpa2"),
        (None, "owe", "", "owe"),
    ],
)
def test_the_way_in_is_as_asked_or_heard(
    asked: JoinSecurity | None, heard: Security | None, password: str, chosen: JoinSecurity
) -> None:
    assert chosen_security(asked, heard, password) == chosen


def test_a_password_is_not_shown() -> None:
    assert "hunter2" not in repr(Wanted(b"home", "hunter2", "wpa2"))
