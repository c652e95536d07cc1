"""Help: the lamp's table, the archive for whoever helps, beginning anew."""

import re
import tomllib
from pathlib import Path

import pytest
from msgspec.structs import replace
from setup_portal.pages.help import lamp, origins

from appliance.boot.making_up import TOLD
from appliance.control.messages import FactoryReset
from appliance.control.messages.box import DiagnosticsAnswer
from appliance.control.standin import StandInService
from appliance.panel.lamp import BUZZER, PATTERNS
from tests.portal.conftest import Portal
from tests.portal.visitor import Page, Visitor

ROOT = Path(__file__).parents[2]


@pytest.fixture
def owner(portal: Portal) -> Visitor:
    return portal.owner()


def test_the_lamps_table_is_the_lamps(owner: Visitor) -> None:
    theirs = [
        (pattern.looks, BUZZER[name].looks if name in BUZZER else "",
         pattern.meaning.replace("`moment status`", "the first page"))
        for name, pattern in PATTERNS.items()
    ]  # fmt: skip
    assert list(lamp._SIGNS) == theirs
    page = owner.get("/help")
    assert "three flashes, pause Something needs you: the first page says what." in page.words


def test_help_is_there_when_the_recorder_is_not(lonely: Portal) -> None:
    owner = lonely.owner()
    assert owner.get("/help").title == "Help"
    assert owner.get("/help/about").title == "The recorder does not answer"


def test_the_archive_is_saved(owner: Visitor, service: StandInService, tmp_path: Path) -> None:
    archive = tmp_path / "diagnostics.tar.gz"
    archive.write_bytes(b"archive")
    service.box.diagnostics = DiagnosticsAnswer(str(archive), 7)
    answer = owner.send(owner.get("/help"), "diagnostics")
    assert (answer.code, answer.response.data) == (200, b"archive")
    assert 'filename="moment-diagnostics.tar.gz"' in answer.response.headers["Content-Disposition"]
    archive.unlink()
    assert owner.send(owner.get("/help"), "diagnostics").code == 404
    service.refusals["diagnostics"] = "The card is full: nothing was put together."
    answer = owner.send(owner.get("/help"), "diagnostics")
    assert (answer.code, "The card is full" in answer.words) == (409, True)


def test_about_tells_version_and_licences(owner: Visitor, service: StandInService) -> None:
    service.network.now = replace(service.network.now, host_name="moment-2")
    page = owner.get("/help/about")
    assert "Version 0 Name in the network moment-2 " in page.words
    assert "SC32G, 03/2023, 32 GB" in page.words
    assert " ".join((ROOT / "LICENSE").read_text().split()) in page.words
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    needed = [*project["dependencies"], *project["optional-dependencies"]["board"]]
    told = " ".join(name for name, _ in origins.ORIGINS).lower()
    assert [name for name in needed if re.split(r"[><=]", name)[0] not in told] == []


# Beginning anew


def surely(owner: Visitor, **chosen: str) -> Page:
    return owner.send(owner.get("/help/reset"), "reset", **chosen)


def test_it_is_asked_twice_and_memories_are_left_alone(owner: Visitor, service: StandInService) -> None:
    assert surely(owner).code == 422
    page = surely(owner, parts="networks")
    assert (page.title, service.box.resets) == ("Truly begin anew?", [])
    assert "Memories stay." in page.words
    page = owner.send(page, "reset", word="yes")
    assert (page.code, service.box.resets) == (422, [])
    page = owner.send(page, "reset", word=" Erase ")
    assert page.title == "The box begins anew"
    assert service.box.resets == [FactoryReset(["networks"], "erase", memories=False)]


def test_memories_are_deleted_only_where_that_is_said_twice(owner: Visitor, service: StandInService) -> None:
    page = surely(owner, memories="yes")
    assert "All memories on the box" in page.words
    page = owner.send(page, "reset", word="erase")
    assert (page.code, service.box.resets) == (422, [])
    service.refusals["factory-reset"] = "This machine is no box: there is nothing to reset."
    page = owner.send(page, "reset", word="erase", surely="yes")
    assert (page.code, "no box" in page.words) == (422, True)
    service.refusals.clear()
    page = owner.send(page, "reset", word="erase", surely="yes")
    assert service.box.resets == [FactoryReset([], "erase", memories=True)]


@pytest.mark.parametrize(
    ("part", "told", "untold"),
    [
        ("networks", ["a new name and a new password", TOLD], ["Until these pages", "upload button"]),
        ("settings", ["Until these pages have a new password", "hold its upload button"], ["a new name"]),
        ("storages", [], ["Wi-Fi"]),
    ],
)
def test_how_the_box_is_reached_then_is_told_before_and_after(
    owner: Visitor, service: StandInService, part: str, told: list[str], untold: list[str]
) -> None:
    before = surely(owner, parts=part)
    for page in (before, owner.send(before, "reset", word="erase")):
        assert [word for word in told if word not in page.words] == []
        assert [word for word in untold if word in page.words] == []


def test_a_word_alone_resets_nothing(owner: Visitor, service: StandInService) -> None:
    mark = owner.get("/help/reset").form("reset").fields["mark"]
    for form in ({}, {"parts": "memories"}, {"parts": "everything"}):
        answer = owner.ask("POST", "/help/reset", {"mark": mark, "do": "reset", "word": "erase", **form})
        assert (answer.code, service.box.resets) == (422, [])
