"""Keyfiles, with NetworkManager's own library as the judge."""

import string

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from appliance.boot.profiles import Profile, keyfile_of, profile_in
from appliance.boot.wifi import WifiNetwork, wifi_complaints
from tests.conftest import Ask

quick = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
names = st.text(min_size=1, max_size=32).filter(lambda name: len(name.encode()) <= 32)
passwords = st.one_of(
    st.just(""),
    st.text(st.characters(exclude_categories=["C", "Z"], include_characters=" "), min_size=8, max_size=63),
    st.text(string.punctuation + " ", min_size=8, max_size=63),
    st.text(string.hexdigits, min_size=64, max_size=64),
)
networks = st.builds(WifiNetwork, ssid=names, password=passwords, hidden=st.booleans()).filter(
    lambda network: not list(wifi_complaints([((), network)]))
)


@quick
@given(networks)
@example(WifiNetwork("72;101;", " \\s lead;ing#"))
@example(WifiNetwork("\x00\n[wifi]\nssid=other", "back\\slash\\"))
@example(WifiNetwork(" Home ", "trailing blanks   "))
def test_networkmanager_understands_every_profile(network_manager: Ask, network: WifiNetwork) -> None:
    name, content = keyfile_of(network)

    told = network_manager({"keyfile": content.decode()})

    assert told == {
        "ssid": network.ssid.encode().hex(),
        "hidden": network.hidden,
        "password": network.password,
        "key-mgmt": "wpa-psk" if network.password else "",
        "uuid": name.removesuffix(".nmconnection"),
        "retries": 0,
        "autoconnect": True,
    }


@quick
@given(networks)
def test_what_was_written_is_read_again(network: WifiNetwork) -> None:
    _, content = keyfile_of(network)

    assert profile_in(content) == Profile(network.ssid.encode(), network.password, network.hidden)


@quick
@given(st.binary(min_size=1, max_size=32), passwords.filter(lambda text: 8 <= len(text.encode()) <= 64), st.booleans())
@example(b"a;b\\c", "password", False)
@example(b" blank", "\\\\\\sss", False)
def test_a_profile_that_networkmanager_wrote_is_read(
    network_manager: Ask, ssid: bytes, password: str, is_hidden: bool
) -> None:
    written = network_manager({"ssid": ssid.hex(), "password": password, "hidden": is_hidden})
    if isinstance(written, dict):
        assert "psk" in written["error"], "a password that NetworkManager itself refuses"
        return

    assert profile_in(written.encode()) == Profile(ssid, password, is_hidden)


def test_the_same_network_has_the_same_file_for_ever() -> None:
    assert keyfile_of(WifiNetwork("Home", "password1"))[0] == keyfile_of(WifiNetwork("Home", "password2"))[0]
    assert keyfile_of(WifiNetwork("Home"))[0] != keyfile_of(WifiNetwork("home"))[0]


@pytest.mark.parametrize("content", [b"", b"[connection]\ntype=ethernet\n", b"\xff\x00[[wifi\n=\n", b"ssid=Home\n"])
def test_what_is_no_wifi_profile_is_none(content: bytes) -> None:
    assert profile_in(content) is None
