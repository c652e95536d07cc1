"""Rules of cameras and of their own Wi-Fi, in the words of the settings file."""

from pathlib import Path

import pytest

from appliance.configured.network import camera_network
from appliance.settings.model import NetworkSettings
from appliance.settings.reading import SettingsError, read_settings
from appliance.settings.showing import show_settings

GOOD = """
[camera]
kind = "auto"
address = "AA:BB:CC:DD:EE:FF"
[network]
set_up = "asked"
camera_ssid = "SnapCam_2264"
camera_password = "123456789"
"""


def told(folder: Path, text: str) -> list[str]:
    (folder / "moment.toml").write_text(text)
    try:
        read_settings(folder / "moment.toml")
    except SettingsError as error:
        return list(error.sentences)
    return []


def test_a_camera_s_own_wifi_is_taken_and_its_password_is_not_shown(tmp_path: Path) -> None:
    (tmp_path / "moment.toml").write_text(GOOD)
    settings = read_settings(tmp_path / "moment.toml")

    wanted = camera_network(settings.network)
    assert wanted is not None
    assert (wanted.name, wanted.password) == ("SnapCam_2264", "123456789")
    assert "123456789" not in show_settings(settings)
    assert "123456789" not in repr(wanted)
    assert camera_network(NetworkSettings()) is None


@pytest.mark.parametrize(
    ("right", "wrong", "what"),
    [
        ("AA:BB:CC:DD:EE:FF", "10.5.5.9; reboot", "camera.address"),
        ("SnapCam_2264", "x" * 33, "at most 32 bytes"),
        ("123456789", "1234567", "8 to 63 characters"),
        ("123456789", "x" * 64, "8 to 63 characters"),
        ('"asked"', '"never"', 'needs network.set_up to be "asked"'),
        ('"auto"', '"kettle"', "camera.kind"),
        ('"auto"', '"auto"\nused_file = ""', "camera.used_file"),
    ],
)
def test_what_cannot_be_is_told_without_the_password(tmp_path: Path, right: str, wrong: str, what: str) -> None:
    (sentence,) = told(tmp_path, GOOD.replace(right, wrong))

    assert what in sentence
    assert "1234567" not in sentence
