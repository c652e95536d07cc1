"""From what is heard to a list that can be chosen from."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.network.airwaves import MOST_HEARD, AccessPoint, Security, merged, quietest_channel, security_of, shown


def point(
    ssid: bytes = b"home", strength: int = 50, mhz: int = 2412, flags: tuple[int, int, int] = (1, 0, 0x188)
) -> AccessPoint:
    return AccessPoint(ssid, *flags, strength=strength, mhz=mhz)


@pytest.mark.parametrize(
    ("flags", "wpa", "rsn", "security"),
    [
        (0, 0, 0, "open"),
        (1, 0, 0, "wep"),
        (1, 0x144, 0, "wpa"),
        (1, 0x144, 0x188, "wpa2"),
        (1, 0, 0x188, "wpa2"),
        (1, 0, 0x588, "mixed"),
        (1, 0, 0x488, "wpa3"),
        (1, 0, 0x888, "owe"),
        (0, 0, 0x1000, "open"),  # it has an encrypted twin, but can be joined as it is
        (1, 0, 0x288, "enterprise"),
        (1, 0, 0x2088, "enterprise"),
        (1, 0, 0x388, "wpa2"),  # both ways in: the password is the one that the box can go
    ],
)
def test_networks_are_told_apart_as_networkmanager_flags_them(
    flags: int, wpa: int, rsn: int, security: Security
) -> None:
    assert security_of(flags, wpa, rsn) == security


def test_radios_of_one_network_are_one() -> None:
    heard = merged([point(strength=20), point(strength=70, mhz=2462), point(strength=60, flags=(0, 0, 0))])

    assert [(one.ssid, one.security, one.strength) for one in heard] == [(b"home", "wpa2", 70), (b"home", "open", 60)]


def test_hidden_names_and_our_own_are_not_listed() -> None:
    assert not merged([point(b""), point(b"\0\0\0"), point(b"Moment-K7QD")], ours={b"Moment-K7QD"})


def test_what_cannot_be_joined_says_why() -> None:
    (enterprise,) = merged([point(flags=(1, 0, 0x288))])
    (wep,) = merged([point(flags=(1, 0, 0))])
    (home,) = merged([point()])

    assert "user name" in (enterprise.obstacle or "")
    assert "WEP" in (wep.obstacle or "")
    assert home.obstacle is None
    assert home.needs_password


@given(st.lists(st.builds(point, st.binary(max_size=32), st.integers(-5, 300)), max_size=100))
def test_the_list_is_sorted_bounded_and_without_doubles(points: list[AccessPoint]) -> None:
    heard = merged(points)

    assert len(heard) <= MOST_HEARD
    assert [one.strength for one in heard] == sorted((one.strength for one in heard), reverse=True)
    assert len({(one.ssid, one.security) for one in heard}) == len(heard)
    assert all(0 <= one.strength <= 100 and one.ssid for one in heard)


@given(st.binary(max_size=32))
def test_any_name_is_shown_in_one_visible_line(ssid: bytes) -> None:
    name = shown(ssid)

    assert not any(unicodedata.category(sign)[0] == "C" for sign in name)
    assert len(name.splitlines()) <= 1


@pytest.mark.parametrize(
    ("ssid", "name"),
    [
        ("Café ☕".encode(), "Café ☕"),
        (b"<b>'\"&", "<b>'\"&"),
        (b"a\nb\0c\x1b[2J", "a\ufffdb\ufffdc\ufffd[2J"),
        ("x\u202ey".encode(), "x\ufffdy"),  # would turn the rest of the line around
        ("a\u2028b".encode(), "a b"),
        (b"\xff" * 32, "\ufffd" * 32),
    ],
)
def test_names_stay_readable(ssid: bytes, name: str) -> None:
    assert shown(ssid) == name


def test_the_set_up_network_takes_the_quietest_channel() -> None:
    assert quietest_channel([]) == 1
    assert quietest_channel([point(mhz=2412), point(mhz=2437)]) == 11
    assert (
        quietest_channel([point(mhz=2412, strength=90), point(mhz=2437, strength=10), point(mhz=2462, strength=20)])
        == 6
    )
