"""What the owner writes into the card's `moment.toml`, and what is said about it."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.boot.brought import Brought, Known, bring, read_brought
from appliance.settings.reading import NOTHING, SettingsError

NOBODY = Known({}, {})


def brought(text: str, known: Known | None = NOBODY) -> Brought:
    return bring("moment.toml", text.encode(), NOTHING, known)


def wrong(text: str, known: Known | None = NOBODY) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        brought(text, known)
    return [sentence.removeprefix("moment.toml, ") for sentence in caught.value.sentences]


def test_a_whole_file() -> None:
    found = brought(
        '[wifi]\nssid = "Home"\npassword = "secret12"\ncountry = "de"\n[board]\npi_camera = true\n'
        '[camera]\nkind = "v4l2"\n[upload]\nremote = "garage:moments"\n'
    )

    assert [(network.ssid, network.password, network.hidden) for network in found.networks] == [
        ("Home", "secret12", False)
    ]
    assert (found.country, found.board.pi_camera) == ("DE", True)
    assert found.settings == {"camera": {"kind": "v4l2"}, "upload": {"remote": "garage:moments"}}


def test_several_networks() -> None:
    found = brought('[[wifi]]\nssid = "Home"\ncountry = "AT"\n[[wifi]]\nssid = "Größe 🎈"\nhidden = true\n')

    assert [(network.ssid, network.hidden) for network in found.networks] == [("Home", False), ("Größe 🎈", True)]
    assert found.country == "AT"


def test_an_empty_file_and_an_empty_section_are_fine() -> None:
    assert brought("").networks == []
    assert brought("[wifi]\n# ssid = \n[board]\n") == brought("[wifi]\n# ssid = \n[board]\n")
    assert brought("[wifi]\n").networks == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[wfi]\nssid = "a"', "line 1: wfi is not a section; did you mean [wifi]?"),
        ('[wlan]\nssid = "a"', "line 1: wlan is not a section; did you mean [wifi]?"),
        ('[wifi]\nsid = "a"', 'line 2: wifi.sid is not a setting; did you mean "ssid"?'),
        ('[wifi]\nssid = "a"\npsk = "secret12"', 'line 3: wifi.psk is not a setting; did you mean "password"?'),
        ("[board]\npicamera = true", 'line 2: board.picamera is not a setting; did you mean "pi_camera"?'),
        ("[board]\npi_camera = 1", "line 2: board.pi_camera must be true or false, not 1"),
        ('password = "secret12"', "line 1: password stands outside of its section [wifi]"),
        ("wifi = 3", "line 1: wifi must be a section: [wifi], or [[wifi]] for each of several networks"),
        ('[wifi]\npassword = "secret12"', "line 1: wifi.ssid is missing: the name of the network"),
        ('[wifi]\nssid = ""', "line 2: wifi.ssid must not be empty: write the name of the network"),
        (
            f'[wifi]\nssid = "{"ö" * 17}"',
            "line 2: wifi.ssid is longer than the 32 bytes that a network's name may have",
        ),
        (
            '[wifi]\nssid = "a"\npassword = "geheim1"',
            "line 3: wifi.password is too short: Wi-Fi passwords have at least 8 characters",
        ),
        (
            f'[wifi]\nssid = "a"\npassword = "{"x" * 64}"',
            "line 3: wifi.password is too long: Wi-Fi passwords have at most 63 characters",
        ),
        (
            '[wifi]\nssid = "a"\npassword = "secret\\n12"',
            "line 3: wifi.password must not hold line breaks or control characters",
        ),
        ('[wifi]\nssid = "a"\npassword = 12345678', "line 3: wifi.password must be a text in quotes"),
        (
            '[wifi]\nssid = "a"\ncountry = "Germany"',
            'line 3: wifi.country must be the two letters of a country, such as "DE", not "Germany"',
        ),
        ('[wifi]\nssid = "a"\ncountry = "uk"', 'line 3: wifi.country must be "GB" for the United Kingdom'),
        (
            '[[wifi]]\nssid = "a"\ncountry = "AT"\n[[wifi]]\nssid = "b"\ncountry = "DE"',
            'line 6: wifi.country is "DE", but another network says "AT": the box is in one country',
        ),
        ('[[wifi]]\nssid = "a"\n[[wifi]]\nssid = "a"', 'line 4: wifi.ssid names "a" a second time: leave one of them'),
        (
            '[[wifi]]\nssid = "a"\n[[wifi]]\nhiden = true\nssid = "b"',
            'line 4: wifi.hiden is not a setting; did you mean "hidden"?',
        ),
        (
            '[wifi]\nssid = "a"\npassword = "********"',
            "line 3: wifi.password is stars, and the box knows none for this network: write the password once more",
        ),
        (
            '[camera]\nkind = "rtsp"\nurl = "rtsp://me:***@cam/"',
            "line 3: camera.url has stars for its password, and the box knows none: write the password once more",
        ),
        ("[wifi]\nssid = Home", "line 2: this is not valid TOML at column 8: Invalid value"),
    ],
)
def test_each_mistake_is_told_with_its_line(text: str, said: str) -> None:
    assert wrong(text) == [said]


def test_mistakes_of_all_sections_are_told_in_the_order_of_their_lines() -> None:
    assert [sentence.partition(":")[0] for sentence in wrong("[board]\nx = 1\n[camera]\ny = 1\n[wifi]\nz = 1\n")] == [
        "line 2",
        "line 4",
        "line 6",
    ]


def test_stars_stand_for_what_is_known() -> None:
    known = Known({"camera": {"url": "rtsp://me:hunter2@cam/old"}}, {"Home": "secret12"})

    found = brought(
        '[wifi]\nssid = "Home"\npassword = "********"\n[camera]\nkind = "rtsp"\nurl = "rtsp://me:********@cam/new"\n',
        known,
    )

    assert [network.password for network in found.networks] == ["secret12"]
    assert found.settings["camera"]["url"] == "rtsp://me:hunter2@cam/new"
    assert "hunter2" not in str(found.values), "what is left on the card is made of the file's own values"


@settings(deadline=None)
@given(st.text("abcdefgh", min_size=1, max_size=7), st.sampled_from(["password", "psk", "country", "ssid"]))
def test_a_wrong_password_is_never_quoted(password: str, key: str) -> None:
    password = f"geheim{password}"[:7]
    text = f'[wifi]\nssid = "a"\npassword = "{password}"\n[camera]\nkind = "rtsp"\nurl = "x://me:{password}@cam/"\n'

    assert not [sentence for sentence in wrong(text + f"[board]\n{key} = 1\n") if password in sentence]


def test_a_file_on_its_way_to_the_card_is_checked_like_there(tmp_path: Path) -> None:
    path, base = tmp_path / "moment.toml", tmp_path / "base.toml"
    base.write_text("[panel]\nlamp_pin = 5\n")
    path.write_text('[wifi]\nssid = "a"\npassword = "********"\n')

    assert read_brought(path, base).networks[0].password == "********"

    path.write_text('[wifi]\nssid = ""\n[panel]\nsave_pin = 5\n')
    with pytest.raises(SettingsError) as caught:
        read_brought(path, base)
    assert [sentence.removeprefix(f"{path}, ") for sentence in caught.value.sentences] == [
        "line 2: wifi.ssid must not be empty: write the name of the network",
        "line 3: panel.lamp_pin is GPIO 5, which panel.save_pin has already",
    ]
