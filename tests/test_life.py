"""One life after the other, unless somebody asked for the end."""

from pathlib import Path

import pytest

from appliance.life import Life
from appliance.settings.model import Settings
from appliance.settings.owners import OwnersSettings


@pytest.fixture
def life(tmp_path: Path) -> Life:
    file = tmp_path / "moment.toml"
    file.write_text('[upload]\ndevice = "porch"\n')
    return Life(Settings(), OwnersSettings(file, None), is_demo=True)


def test_the_next_life_has_the_new_settings(life: Life) -> None:
    life.begin_anew()
    assert life.stop.is_set()
    assert life.is_to_begin_anew

    life.next()

    assert life.settings.upload.device == "porch"
    assert not life.stop.is_set()
    assert not life.is_to_begin_anew


def test_who_was_asked_to_end_does_not_come_back(life: Life) -> None:
    life.begin_anew()
    life.end()
    assert not life.is_to_begin_anew

    life.begin_anew()
    assert not life.is_to_begin_anew
