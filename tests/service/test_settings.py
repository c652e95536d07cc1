"""Settings as clients see them, over a real file."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from appliance.control.errors import RefusedError
from appliance.control.messages import (
    ChangeSettings,
    Setting,
    SettingsAnswer,
    SettingsChanged,
    SettingsRefused,
)
from appliance.control.messages import Settings as SettingsRequested
from appliance.service import settings as service
from appliance.service.settings import SettingsDesk
from appliance.settings.model import Settings
from appliance.settings.owners import OwnersSettings
from appliance.settings.reading import SECTIONS


class House:
    def __init__(self, path: Path | None, thread: ThreadPoolExecutor) -> None:
        self.taken: list[Settings] = []
        self.begun_anew = 0
        self.desk = SettingsDesk(
            OwnersSettings(path, None), thread, take_over=self.taken.append, begin_anew=self.begin_anew
        )

    def begin_anew(self) -> None:
        self.begun_anew += 1

    async def told(self) -> dict[str, Setting]:
        answer = await self.desk.ask(SettingsRequested())
        assert isinstance(answer, SettingsAnswer)
        return {setting.key: setting for section in answer.sections for setting in section.settings}


@pytest.fixture
def thread() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as thread:
        yield thread


@pytest.fixture
def house(tmp_path: Path, thread: ThreadPoolExecutor) -> House:
    path = tmp_path / "moment.toml"
    path.write_text('[camera]\nkind = "rtsp"\nurl = "rtsp://v:hunter2@192.0.2.7/live"\n')
    return House(path, thread)


async def test_a_page_can_be_made_of_what_is_told(house: House) -> None:
    told = await house.told()

    assert set(told) == {f"{section}.{key}" for section, keys in SECTIONS.items() for key in keys}
    kind, pin, limit = told["camera.kind"], told["panel.buzzer_pin"], told["upload.limit_mbit_s"]
    assert (kind.kind, kind.value, kind.default, kind.is_owners) == ("choice", "rtsp", "test-pattern", True)
    assert set(kind.choices) >= {"auto", "test-pattern", "v4l2", "rtsp", "mpegts-udp"}
    assert (pin.kind, pin.at_least, pin.at_most, pin.may_be_unset, pin.value) == ("whole-number", 0, 27, True, None)
    assert (limit.kind, limit.above, limit.at_most) == ("number", 0, 10_000)
    assert told["camera.url"].kind == "url"
    assert "hunter2" not in str(told)
    assert (told["upload.networks"].kind, told["upload.metered"].kind) == ("list", "yes-no")
    assert (told["ring.directory"].is_of_the_box, told["ring.capacity_bytes"].is_of_the_box) == (True, False)


async def test_the_words_of_a_refusal(house: House) -> None:
    refused = await house.desk.ask(ChangeSettings({"panel.lamp_pin": 99, "upload.hours": "never"}))

    assert isinstance(refused, SettingsRefused)
    assert [mistake.key for mistake in refused.mistakes] == ["panel.lamp_pin", "upload.hours"]
    assert refused.mistakes[0].sentence.startswith("panel.lamp_pin must be a whole number, at least 0 and at most 27")
    assert (house.taken, house.begun_anew) == ([], 0)


async def test_rules_of_the_upload_are_taken_over_while_it_runs(house: House) -> None:
    changed = await house.desk.ask(ChangeSettings({"upload.behaviour": "scheduled", "upload.metered": True}))

    assert isinstance(changed, SettingsChanged)
    assert not changed.restarts
    assert [(s.upload.behaviour, s.upload.metered) for s in house.taken] == [("scheduled", True)]
    assert (await house.told())["upload.behaviour"].value == "scheduled"


async def test_all_else_begins_anew_after_the_answer(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "ANSWER_FIRST_S", 0.0)

    changed = await house.desk.ask(ChangeSettings({"upload.metered": True, "camera.kind": None}))

    assert isinstance(changed, SettingsChanged)
    assert changed.restarts
    await house.told()
    assert (house.taken, house.begun_anew) == ([], 1)


async def test_what_is_said_once_more_makes_no_gap(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A step of the set-up that is sent a second time, or that leaves all as it is."""
    monkeypatch.setattr(service, "ANSWER_FIRST_S", 0.0)
    told = await house.told()
    same = {key: told[key].value for key in ("upload.device", "camera.url", "ring.capacity_bytes")}

    changed = await house.desk.ask(ChangeSettings(same))

    assert isinstance(changed, SettingsChanged)
    assert not changed.restarts
    await house.told()
    assert (len(house.taken), house.begun_anew) == (1, 0)


async def test_without_a_file_nothing_can_be_changed(thread: ThreadPoolExecutor) -> None:
    house = House(None, thread)

    assert (await house.told())["camera.kind"].value == "test-pattern"
    with pytest.raises(RefusedError, match="--config"):
        await house.desk.ask(ChangeSettings({"camera.kind": "v4l2"}))


async def test_a_file_that_somebody_broke_is_told(house: House, tmp_path: Path) -> None:
    (tmp_path / "moment.toml").write_text("[camera")

    with pytest.raises(RefusedError, match="not valid TOML"):
        await house.told()
