"""The settings' pages: made from what the recorder tells, changed all at once or not at all."""

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from setup_portal.pages.settings import fields, labels
from setup_portal.pages.settings.fields import UnreadError

from appliance.control.messages import (
    ChangeSettings,
    Hotspot,
    KnownNetwork,
    Remote,
    Setting,
    SettingsSection,
    StorageRemove,
    StorageTest,
    WifiForget,
    WifiPrefer,
)
from appliance.control.standin import StandInService
from appliance.control.standin.network import HOTSPOT
from appliance.service.settings import sections_of
from appliance.settings.owners import OwnersSettings
from tests.portal.conftest import PASSWORD, Portal
from tests.portal.test_looks import troubles_of
from tests.portal.test_setup import follow
from tests.portal.visitor import Visitor

REAL = sections_of(OwnersSettings(None, None).read())
SPOKEN = Flask("texts")
UNHURRIED = settings(deadline=None)


@pytest.fixture
def owner(portal: Portal, service: StandInService) -> Visitor:
    service.settings.sections = [*service.settings.sections, REAL[-1]]
    return portal.owner()


def changes(service: StandInService) -> list[dict[str, object]]:
    return [dict(request.changes) for request in service.asked if isinstance(request, ChangeSettings)]


# Groups of settings


def test_only_what_is_touched_is_changed_and_stars_stay_stars(owner: Visitor, service: StandInService) -> None:
    page = owner.get("/settings/of/camera")
    assert page.form("camera").fields["camera.url"] == "rtsp://viewer:********@192.0.2.7/live"
    page = owner.send(page, "of/camera")
    assert (page.title, changes(service)) == ("Camera", [])
    page = owner.send(page, "of/camera", **{"camera.kind": "v4l2"})
    assert changes(service) == [{"camera.kind": "v4l2"}]
    assert (page.title, "starts anew" in page.words) == ("Saved", True)
    assert 'http-equiv="refresh" content="8;url=/settings/of/camera"' in page.html


def test_two_phones_change_two_things(owner: Visitor, portal: Portal, service: StandInService) -> None:
    one = owner.get("/settings/of/upload")
    other = portal.neighbour()
    other.send(other.get("/enter"), password=PASSWORD)
    other.send(other.get("/settings/of/upload"), "of/upload", **{"upload.device": "garden"})
    page = owner.send(
        one, "of/upload", **{"upload.networks": "home\r\n  work, 5 GHz \r\n\r\n", "upload.metered": "yes"}
    )
    assert "hold from now on" in page.words
    assert changes(service)[-1] == {"upload.networks": ["home", "work, 5 GHz"], "upload.metered": True}
    assert owner.get("/settings/of/upload").form("of/").fields["upload.device"] == "garden"
    assert owner.get("/settings/of/upload").form("of/").fields["upload.metered"] == "yes"


def test_every_mistake_stands_at_its_field_and_nothing_is_changed(owner: Visitor, service: StandInService) -> None:
    section = SettingsSection("memories", "", [
        Setting("memories.a", "whole-number", "A.", 1, 1, is_owners=False, at_least=0),
        Setting("memories.b", "number", "B.", 1.5, 1.5, is_owners=False),
        Setting("memories.c", "number", "C.", None, None, is_owners=False, may_be_unset=True),
        Setting("memories.d", "secret", "D.", "********", "", is_owners=True),
        Setting("memories.e", "url", "E.", "rtsp://***@x/", "", is_owners=True),
    ])  # fmt: skip
    service.settings.sections = [section]
    page = owner.get("/settings/of/memories")
    page = owner.send(page, "of/", **{"memories.a": "1.5", "memories.b": "nan", "memories.d": "hunter2secret",
                                     "memories.e": "rtsp://me:hunter2secret@y/"})  # fmt: skip
    assert (page.code, changes(service)) == (422, [])
    assert '<span class="wrong" id="memories.a-wrong">Write a whole number.</span>' in page.html
    assert 'id="memories.b-wrong">Write a number.</span>' in page.html
    assert "hunter2secret" not in page.html
    assert page.form("of/").fields["memories.a"] == "1.5"
    page = owner.send(page, "of/", **{"memories.a": "-1", "memories.b": "2,5"})
    assert "It must be at least 0." in page.words
    page = owner.send(
        page, "of/", **{"memories.a": "7", "memories.b": "2,5", "memories.d": "x", "memories.e": "rtsp://***@x/"}
    )
    assert changes(service) == [{"memories.a": 7, "memories.b": 2.5, "memories.d": "x"}]


def test_what_the_recorder_finds_wrong_is_told_at_its_field(owner: Visitor, service: StandInService) -> None:
    key = "memories.minutes_per_step"
    page = owner.send(owner.get("/settings/of/memories"), "of/", **{key: "59.5"})
    assert page.title == "Saved"
    sections = [
        replace(section, settings=[replace(setting, at_most=None) for setting in section.settings])
        for section in service.settings.sections
    ]
    page = owner.get("/settings/of/memories")
    assert page.form("of/").fields[key] == "59.5"
    service.settings.sections = sections
    service.refusals["change-settings"] = "The settings file cannot be written (No space left): nothing was changed."
    page = owner.send(page, "of/", **{key: "3"})
    assert (page.code, "cannot be written" in page.words) == (422, True)
    assert page.form("of/").fields[key] == "3"


def test_back_to_how_it_was_delivered(owner: Visitor, service: StandInService) -> None:
    page = owner.get("/settings/of/upload")
    mark = page.form("of/").fields["mark"]
    owner.ask("POST", "/settings/of/upload", {"mark": mark, "default": "upload.device"})
    assert changes(service) == [{"upload.device": None}]
    owner.ask("POST", "/settings/of/upload", {"mark": mark, "default": "control.socket"})
    assert len(changes(service)) == 1


def test_where_files_lie_is_shown_and_cannot_be_changed(owner: Visitor, service: StandInService) -> None:
    service.settings.sections = REAL
    page = owner.get("/settings/of/upload")
    assert "var/rclone.conf" in page.words
    data = {**page.form("of/").fields, "upload.rclone_config": "/etc/shadow", "was.upload.rclone_config": "x"}
    owner.ask("POST", "/settings/of/upload", data)
    assert changes(service) == []
    service.settings.may_change = False
    page = owner.get("/settings/of/upload")
    assert "without a settings file" in page.words
    assert ">Save<" not in page.html


def test_room_is_asked_for_in_gb(owner: Visitor, service: StandInService) -> None:
    service.settings.sections = REAL
    page = owner.get("/settings/of/memories")
    assert page.form("of/").fields["ring.capacity_bytes"] == "8"
    page = owner.send(page, "of/", **{"ring.capacity_bytes": "0"})
    assert "It must be at least 0.001." in page.words
    owner.send(page, "of/", **{"ring.capacity_bytes": "12,5"})
    assert changes(service) == [{"ring.capacity_bytes": 12_500_000_000}]


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_setting_and_every_choice_has_a_name(owner: Visitor, service: StandInService, language: str) -> None:
    service.settings.sections = REAL
    words = " ".join(owner.get(f"/settings/of/{group}", Accept_Language=language).html for group in labels.GROUPS)
    for section in REAL:
        for setting in section.settings:
            assert f">{setting.key}" not in words
            for choice in setting.choices:
                assert f">{choice}<" not in words, setting.key
    assert set(labels._LABELS) == {one.key for part in REAL for one in part.settings if not one.is_of_the_box}
    assert set(labels._CHOICES) == {f"{one.key} {it}" for part in REAL for one in part.settings for it in one.choices}
    assert owner.get("/settings/of/nothing").code == owner.get("/settings/written?group=x").code == 404


SETTINGS = [
    Setting("a.a", "whole-number", "", 1, 1, is_owners=False, at_least=0, at_most=27),
    Setting("a.b", "number", "", None, None, is_owners=False, may_be_unset=True, above=0),
    Setting("a.c", "text", "", "", "", is_owners=False),
    Setting("a.d", "list", "", [], [], is_owners=False),
    Setting("a.e", "choice", "", "x", "x", is_owners=False, choices=["x", "y"]),
    Setting("a.g_bytes", "whole-number", "", 1, 1, is_owners=False, at_least=1_000_000, at_most=10**15),
    Setting("a.f", "yes-no", "", value=True, default=True, is_owners=False),
]


@UNHURRIED
@given(setting=st.sampled_from(SETTINGS), text=st.text(max_size=30) | st.from_regex(r"-?[0-9.,]{1,6}", fullmatch=True))
def test_whatever_is_typed_is_read_or_told(setting: Setting, text: str) -> None:
    with SPOKEN.app_context():
        try:
            value = fields.read(setting, text)
        except UnreadError:
            return
        assert value is None or isinstance(value, bool | int | float | str | list)
        assert value is None or fields.read(setting, fields.told(setting, value)) == value
        assert ChangeSettings({setting.key: value}).changes


@pytest.mark.parametrize("language", ["en", "fr", "ru"])
def test_every_page_can_be_read_by_everybody(owner: Visitor, known: StandInService, language: str) -> None:
    known.settings.sections = REAL
    known.storage.remotes = [Remote("garage", "sftp")]
    owner.headers["Accept-Language"] = language
    groups = [f"/settings/of/{group}" for group in labels.GROUPS]
    others = ["", "/written?group=box", "/written?group=box&restarts=yes", "/networks", "/storages"]
    for path in (*groups, *(f"/settings{other}" for other in others), "/help", "/help/about", "/help/reset"):
        assert troubles_of(owner, path) == [], path


# Networks


@pytest.fixture
def known(service: StandInService) -> StandInService:
    names = {"n1": "Home", "n2": "Caf\xe9", "n3": "<b>"}
    service.network.known = [
        KnownNetwork(identity, name.encode().hex(), name, 0, is_joined=identity == "n1")
        for identity, name in names.items()
    ]
    return service


def test_networks_are_ordered_and_forgotten(owner: Visitor, known: StandInService) -> None:
    page = owner.get("/settings/networks")
    assert "Home The box is in it now." in page.words
    assert "<b>" not in page.html
    mark = page.form("networks").fields["mark"]
    owner.ask("POST", "/settings/networks", {"mark": mark, "do": "first", "id": "n3"})
    assert WifiPrefer(["n3", "n1", "n2"]) in known.asked
    page = owner.send(page, "networks", do="forget", id="n2")
    assert WifiForget("n2") in known.asked
    page = owner.send(page, "networks", do="forget", id="n2")
    assert (page.code, "does not know this network any more" in page.words) == (409, True)
    assert follow(owner, page, "Add a network").title == "Home Wi-Fi"


def test_the_set_up_network_is_opened_and_closed(owner: Visitor, known: StandInService) -> None:
    page = owner.get("/settings/networks")
    assert "Moment-K7QD is open." in page.words
    page = owner.send(page, "networks", do="close")
    assert Hotspot(open=False) in known.asked
    page = owner.send(page, "networks", do="open")
    assert known.network.now.hotspot == HOTSPOT
    known.network.trouble = "The radio is switched off."
    page = owner.send(page, "networks", do="close")
    assert (page.code, "The radio is switched off." in page.words) == (409, True)


# Storages


def test_storages_are_tried_and_forgotten(owner: Visitor, service: StandInService) -> None:
    service.settings.sections = REAL
    service.storage.remotes = [Remote("garage", "sftp"), Remote("cloud", "drive")]
    service.settings.answer(ChangeSettings({"upload.remote": "garage:moments"}))
    page = owner.get("/settings/storages")
    assert "memories go to garage:moments" in page.words
    page = owner.send(page, "storages", do="test", name="garage")
    assert StorageTest("garage:moments") in service.asked
    assert "garage:moments works" in page.words
    assert "12 GB are free there." in page.words
    page = owner.send(page, "storages", do="remove", name="garage")
    assert StorageRemove("garage") in service.asked
    assert changes(service) == [{"upload.remote": ""}]
    page = owner.send(page, "storages", do="remove", name="garage")
    assert (page.code, "no such storage any more" in page.words) == (409, True)
    service.refusals["storage-test"] = "The password is wrong."
    page = owner.send(page, "storages", do="test", name="cloud")
    assert (page.code, "The password is wrong." in page.words) == (409, True)
    assert follow(owner, page, "Copy memories to it").title == "Try cloud"


# The password


def test_the_present_password_cannot_be_guessed_from_an_open_session(portal: Portal, owner: Visitor) -> None:
    good = {"password": "another good one", "again": "another good one"}
    page = owner.get("/password")
    codes = [owner.send(page, "password", current="wrong", **good).code for _ in range(5)]
    assert codes[:3] == [422] * 3
    assert codes[-1] == 429
    page = owner.send(page, "password", current=PASSWORD, **good)
    assert (page.code, "Too many wrong passwords" in page.words) == (429, True)
    assert "Retry-After" in page.response.headers
    other = portal.neighbour()
    assert other.send(other.get("/enter"), password=PASSWORD).code == 200
