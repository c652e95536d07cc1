"""The owner's settings above the box's own, key by key."""

from pathlib import Path

import pytest

from appliance.settings.model import Settings
from appliance.settings.reading import SettingsError, read_settings


@pytest.fixture
def base(tmp_path: Path) -> Path:
    path = tmp_path / "base.toml"
    path.write_text('[panel]\nkind = "gpio"\nlamp_pin = 5\n[ring]\ndirectory = "/data/ring"\n')
    return path


@pytest.fixture
def owner(tmp_path: Path) -> Path:
    return tmp_path / "moment.toml"


def wrong(path: Path | None, base: Path) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        read_settings(path, base)
    return [sentence.replace(f"{base.parent}/", "") for sentence in caught.value.sentences]


def test_each_key_comes_from_the_uppermost_that_sets_it(base: Path, owner: Path) -> None:
    owner.write_text('[panel]\nlamp_pin = 6\n[camera]\nkind = "v4l2"\n')

    settings = read_settings(owner, base)

    assert (settings.panel.kind, settings.panel.lamp_pin, settings.panel.save_pin) == ("gpio", 6, 17)
    assert (settings.camera.kind, settings.ring.directory) == ("v4l2", "/data/ring")


def test_the_box_alone(base: Path) -> None:
    assert read_settings(None, base).panel.lamp_pin == 5
    assert read_settings(None, None) == Settings()


def test_a_rule_between_both_is_told_of_the_owners_file(base: Path, owner: Path) -> None:
    owner.write_text("# mine\n[panel]\nsave_pin = 5\n")

    assert wrong(owner, base) == ["moment.toml, line 2: panel.lamp_pin is GPIO 5, which panel.save_pin has already"]


def test_mistakes_of_both_are_told_each_by_its_file_and_once(base: Path, owner: Path) -> None:
    base.write_text("[panel]\nsave_pin = 5\nlamp_pin = 5\n[ring]\nspeed = 1\n")
    owner.write_text('[camera]\nkind = "rtsp"\n')

    assert wrong(owner, base) == [
        "base.toml, line 3: panel.lamp_pin is GPIO 5, which panel.save_pin has already",
        "base.toml, line 5: ring.speed is not a setting; [ring] knows directory, capacity_bytes, segment_seconds",
        (
            "moment.toml, line 2: camera.url must look like rtsp://ADDRESS/PATH or rtsps://ADDRESS/PATH (odd "
            'characters in a password are written %XX) when camera.kind is "rtsp"'
        ),
    ]


def test_a_mistake_of_the_box_that_the_owner_mends_is_still_told(base: Path, owner: Path) -> None:
    base.write_text("[panel]\nlamp_pin = 99\n")
    owner.write_text("[panel]\nlamp_pin = 6\n")

    assert wrong(owner, base) == [
        "base.toml, line 2: panel.lamp_pin must be a whole number, at least 0 and at most 27, not 99"
    ]


def test_files_that_cannot_be_read_are_both_told(base: Path, owner: Path) -> None:
    base.write_text("[panel")

    assert wrong(owner, base) == [
        "base.toml, line 1: this is not valid TOML: Expected ']' at the end of a table decla…",
        "There is no settings file moment.toml.",
    ]
