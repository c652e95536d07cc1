"""The owner's file while the recorder runs: changed as a whole or not at all; secrets stay where they are."""

import stat
from pathlib import Path

import msgspec
import pytest

from appliance.settings.changing import Changes
from appliance.settings.hiding import STARS
from appliance.settings.model import Settings
from appliance.settings.owners import OwnersSettings, WrongSettingsError, hidden
from appliance.settings.reading import SECTIONS, read_settings
from appliance.settings.words import meaning

URL = "rtsp://viewer:hunter2@192.0.2.7/live"
SAID = f'[camera]\nkind = "rtsp"\nurl = "{URL}"  # the door\n'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "moment.toml").write_text(SAID)
    return tmp_path / "moment.toml"


@pytest.fixture
def owners(path: Path) -> OwnersSettings:
    (path.parent / "base.toml").write_text('[panel]\nkind = "gpio"\n[ring]\ndirectory = "/data/ring"\n')
    return OwnersSettings(path, path.parent / "base.toml")


def refused(owners: OwnersSettings, changes: Changes) -> dict[str, str]:
    with pytest.raises(WrongSettingsError) as wrong:
        owners.change(changes)
    return {".".join(one.where): one.sentence for one in wrong.value.complaints}


def test_a_change_is_written_and_holds(owners: OwnersSettings, path: Path) -> None:
    settings = owners.change({("upload", "behaviour"): "manual", ("panel", "lamp_pin"): 5})

    assert (settings.upload.behaviour, settings.panel.lamp_pin, settings.panel.kind) == ("manual", 5, "gpio")
    assert path.read_text().startswith(SAID)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_settings(path, path.parent / "base.toml") == settings
    assert owners.read().settings == settings


def test_every_mistake_is_told_with_its_key_and_nothing_is_changed(owners: OwnersSettings, path: Path) -> None:
    told = refused(
        owners,
        {
            ("upload", "behaviour"): "sometimes",
            ("panel", "lamp_pin"): 99,
            ("camera", "url"): "http://x",
            ("nonsense", "key"): 1,
            ("ring", "directory"): "/elsewhere",
            ("upload", "colour"): None,
            ("memories", "minutes_per_step"): "x",
        },
    )

    assert set(told) == {
        "upload.behaviour", "panel.lamp_pin", "nonsense", "ring.directory", "upload.colour",
        "memories.minutes_per_step", "camera.url",
    }  # fmt: skip
    assert "must be one of" in told["upload.behaviour"]
    assert "not changed from here" in told["ring.directory"]
    assert path.read_text() == SAID


def test_stars_that_come_back_are_the_secret_that_was_there(owners: OwnersSettings, path: Path) -> None:
    starred = hidden(("camera", "url"), URL)
    assert "hunter2" not in starred

    owners.change({("camera", "url"): starred.replace("/live", "/other"), ("camera", "transport"): "udp"})

    assert read_settings(path).camera.url == URL.replace("/live", "/other")
    assert "# the door" in path.read_text()


def test_stars_for_nothing_are_refused_without_a_word_of_secrets(owners: OwnersSettings) -> None:
    told = refused(owners, {("camera", "url"): f"rtsp://u:p@c/x?password={STARS}"})

    assert told == {
        "camera.url": "camera.url: stars stand for a secret that is not known for this address: write it in full"
    }


def test_a_key_gets_its_default_again(owners: OwnersSettings, path: Path) -> None:
    settings = owners.change({("camera", "kind"): None, ("camera", "url"): None})

    assert settings.camera.kind == "test-pattern"
    assert owners.read().said == {"camera": {}}


def test_what_the_box_says_is_the_default(owners: OwnersSettings) -> None:
    in_force = owners.read()

    assert in_force.default.panel.kind == "gpio"
    assert in_force.default.camera.kind == "test-pattern"


def test_a_file_that_is_not_there_yet_is_made(tmp_path: Path) -> None:
    owners = OwnersSettings(tmp_path / "moment.toml", None)

    owners.change({("upload", "device"): "porch"})

    assert read_settings(tmp_path / "moment.toml").upload.device == "porch"


def test_a_file_that_cannot_be_written_stays(owners: OwnersSettings, path: Path) -> None:
    (path.parent / ".moment.toml.new").mkdir()

    with pytest.raises(IsADirectoryError):
        owners.change({("upload", "device"): "porch"})
    assert path.read_text() == SAID


def test_every_key_says_what_it_is_for() -> None:
    for section in msgspec.structs.fields(Settings):
        for key, type_ in SECTIONS[section.name].items():
            assert meaning(msgspec.inspect.type_info(type_)).endswith("."), (section.name, key)
