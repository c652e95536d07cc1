"""The whole set-up, as a phone without scripts and without patience goes through it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from setup_portal.recorder import LONG_S, LONGEST_S
from setup_portal.wizard.host_names import host_name
from setup_portal.wizard.progress import STEPS

from appliance.control.messages import (
    ChangeSettings,
    SetClock,
    SetCountry,
    Setting,
    SettingsSection,
    StorageTest,
    WifiJoin,
    WifiKeep,
)
from appliance.control.standin import StandInService, StandInSupervisor
from appliance.control.standin.network import HEARD
from appliance.control.standin.network import PASSWORD as WIFI_PASSWORD
from appliance.naming import host_trouble
from appliance.service.box import PATIENCE_S as CLOCK_PATIENCE_S
from appliance.storage.rcd import CALL_LIMIT_S, START_LIMIT_S
from tests.portal.conftest import PASSWORD, Portal
from tests.portal.visitor import Page, Visitor

NETWORK = SettingsSection(
    "network", "The networks.", [Setting("network.host_name", "text", "Name.", "", "", is_owners=False)]
)
UPLOAD = SettingsSection(
    "upload",
    "How memories reach the owner's storage.",
    [
        Setting("upload.remote", "text", "Where.", "", "", is_owners=False),
        Setting("upload.behaviour", "choice", "When.", "at-once", "at-once", is_owners=False,
                choices=["manual", "at-once", "scheduled", "on-networks"]),
        Setting("upload.hours", "text", "Hours.", "22:00-06:00", "22:00-06:00", is_owners=False),
        Setting("upload.networks", "list", "Names.", [], [], is_owners=False),
        Setting("upload.metered", "yes-no", "Cost.", value=False, default=False, is_owners=False),
        Setting("upload.device", "text", "Name.", "moment-recorder", "moment-recorder", is_owners=False),
    ],
)  # fmt: skip
LINK = "http://localhost:53682/?code=abc&state=abc"


@pytest.fixture
def box(service: StandInService, portal: Portal) -> StandInService:
    """A recorder with every setting that the set-up changes, whose clock is not right."""
    sections = [section for section in service.settings.sections if section.name != "upload"]
    service.settings.sections = [*sections, UPLOAD, NETWORK]
    service.box.machine = replace(service.box.machine, clock_is_trusted=False)
    return service


@pytest.fixture
def phone(portal: Portal, box: StandInService) -> Visitor:
    return portal.phone()


def changed(service: StandInService) -> dict[str, object]:
    """Every setting that was changed, by its key."""
    said: dict[str, object] = {}
    for request in service.asked:
        if isinstance(request, ChangeSettings):
            said.update(request.changes)
    return said


def follow(visitor: Visitor, page: Page, words: str) -> Page:
    """Press the link with these words."""
    for link, text in re.findall(r'<a [^>]*href="([^"]+)"[^>]*>(.*?)</a>', page.html, re.DOTALL):
        if words in " ".join(re.sub(r"<[^>]*>", " ", text).split()):
            return visitor.get(link.replace("&amp;", "&"))
    raise AssertionError(f"no link {words!r} on {page.title!r}")


def test_the_whole_way(portal: Portal, phone: Visitor, box: StandInService) -> None:
    page = phone.get("/")
    assert page.title == "Welcome"
    page = phone.send(page, now="1795000000.5", zone="Europe/Berlin")
    assert box.box.clock == SetClock(1_795_000_000.5, "Europe/Berlin")

    assert page.title == "Where is the box?"
    page = phone.send(page, country="DE")
    assert SetCountry("DE") in box.asked

    assert page.title == "Home Wi-Fi"
    page = phone.send(follow(phone, page, "Home"), "join", password="wrong wrong")
    assert "The password of Home is wrong." in page.words
    page = phone.send(follow(phone, page, "Home"), "join", password=WIFI_PASSWORD)
    assert page.title == "Home works"
    assert WifiJoin(b"Home".hex(), WIFI_PASSWORD) in box.asked

    page = follow(phone, page, "Choose the password")
    assert page.title == "Name and password"
    phone.send(page, name="porch", password=PASSWORD, again=PASSWORD)
    assert changed(box)["upload.device"] == "porch"
    assert changed(box)["network.host_name"] == "porch"
    page = phone.get("/set-up/wifi")
    assert "http://192.168.1.20/" in page.words
    assert "<svg" in page.html
    page = phone.send(page, "/wifi", do="next")

    assert page.title == "Camera"
    found = page.form("camera").choices["camera"]
    page = phone.send(page, camera=found[2])
    assert changed(box)["camera.kind"] == "test-pattern"

    assert page.title == "Your storage"
    assert "no internet" in page.words
    page = phone.send(page, "begin", kind="webdav")
    for value in ("https://cloud.example/dav", "nextcloud", "hunter2secret", "443", "true"):
        assert page.title == "Your storage: webdav"
        page = phone.send(page, "step", value=value)
    assert [said.said[2] for said in box.storage.finished] == ["hunter2secret"]
    assert page.title == "Try webdav"
    page = phone.send(page, "test", folder="videos/moments")
    assert StorageTest("webdav:videos/moments") in box.asked
    assert changed(box)["upload.remote"] == "webdav:videos/moments"

    assert page.title == "When shall memories be copied?"
    page = phone.send(page, behaviour="scheduled", **{"from": "01:00", "until": "05:30", "metered": "yes"})
    assert (changed(box)["upload.hours"], changed(box)["upload.metered"]) == ("01:00-05:30", True)

    assert page.title == "Name and password"
    page = phone.send(page, name="porch")
    assert page.title == "That is all"
    assert "The box now changes over to Home" in page.words
    assert phone.send(page, "outcome").title == "The box is in Home"
    assert any(isinstance(request, WifiKeep) for request in box.asked)

    home = portal.neighbour()
    home.send(home.get("/enter"), password=PASSWORD)
    assert home.send(home.get("/set-up/end"), "end").title == "This box"
    assert home.get("/").title == "This box"


def test_a_storage_is_signed_in_to_at_home(portal: Portal, phone: Visitor, box: StandInService) -> None:
    """The set-up is begun on the set-up network, goes on at home after a restart, with another browser."""
    phone.send(phone.get("/password"), password=PASSWORD, again=PASSWORD)
    page = phone.send(phone.get("/set-up/storage"), "begin", kind="drive")
    assert "do this at home" in page.words
    portal.restart()
    home = portal.neighbour()
    page = home.send(home.get("/set-up/storage"), password=PASSWORD)
    assert page.title == "Your storage: drive"
    assert "http://127.0.0.1:53682/auth?state=abc" in page.html
    page = home.send(page, "step", value="   ")
    assert page.code == 422
    page = home.send(page, "step", value="no address")
    assert "This is no address" in page.words
    page = home.send(page, "step", value=f" {LINK}\n")
    assert page.title == "Try drive"
    assert box.storage.finished[0].said == [LINK]


@pytest.mark.parametrize("step", STEPS[:-1])
def test_each_step_can_be_left_and_returned_to(portal: Portal, phone: Visitor, step: str) -> None:
    page = phone.send(phone.get(f"/set-up/{step}"), "skip")
    following = "welcome" if step == "name" else STEPS[STEPS.index(step) + 1]  # the end comes when all were seen
    portal.restart()
    phone.client = type(phone.client)(portal.gate)
    assert phone.get("/").title == phone.get(f"/set-up/{following}").title == page.title
    end = phone.get("/set-up/end")
    assert end.title == "Nearly done"
    assert f'href="/set-up/{step}"' in end.html


def test_a_network_that_works_is_not_left_for_later(phone: Visitor, box: StandInService) -> None:
    page = phone.send(follow(phone, phone.get("/set-up/wifi"), "Home"), "join", password="wrong wrong")
    assert 'href="/set-up/wifi"' in phone.get("/set-up/end").html
    page = phone.send(follow(phone, page, "Home"), "join", password=WIFI_PASSWORD)
    phone.send(follow(phone, page, "Choose the password"), name="porch", password=PASSWORD, again=PASSWORD)
    end = phone.get("/set-up/end")
    assert "The box now changes over to Home" in end.words
    assert 'class="row" href="/set-up/wifi"' not in end.html
    assert 'class="row" href="/set-up/camera"' in end.html


def test_the_back_button_and_a_second_press_do_no_harm(phone: Visitor, box: StandInService) -> None:
    first = phone.send(phone.get("/set-up/storage"), "begin", kind="webdav")
    second = phone.send(first, "step", value="https://cloud.example")
    assert "Who made it?" in second.words
    for value in ("https://cloud.example", "https://other.example"):
        assert "Who made it?" in phone.send(first, "step", value=value).words
    assert next(iter(box.storage.set_ups.values())).said == ["https://cloud.example"]
    page = phone.send(phone.get("/set-up/storage/step"), "abort")
    assert page.title == "Your storage"
    assert not box.storage.set_ups
    assert phone.send(second, "step", value="nextcloud").title == "Your storage"


def test_a_storage_that_the_recorder_has_forgotten_is_begun_anew(phone: Visitor, box: StandInService) -> None:
    page = phone.send(phone.get("/set-up/storage"), "begin", kind="webdav")
    box.storage.set_ups.clear()
    page = phone.send(page, "step", value="https://cloud.example")
    assert (page.title, "This set-up is over" in page.words) == ("Your storage", True)


@pytest.mark.parametrize("kind", ["local", "alias", "union", "combine", "chunker", ":local:/etc", "drive,x=y:", ""])
def test_a_storage_that_reaches_into_the_box_is_refused(phone: Visitor, box: StandInService, kind: str) -> None:
    page = phone.send(phone.get("/set-up/storage"), "begin", kind=kind)
    assert (page.code, "cannot be set up from here" in page.words) == (422, True)
    assert not box.storage.begun


@pytest.mark.parametrize(
    ("name", "folder"),
    [("webdav", "../etc"), ("webdav", "a\nb"), ("webdav", " x"), ("local", "x"), (":local,a", "x")],
)
def test_no_other_place_is_tested(phone: Visitor, box: StandInService, name: str, folder: str) -> None:
    page = phone.send(phone.get("/set-up/storage"), "begin", kind="webdav")
    for value in ("https://cloud.example/dav", "nextcloud", "x", "443", "true"):
        page = phone.send(page, "step", value=value)
    form = page.form("test")
    answer = phone.ask("POST", f"/set-up/storage/test/{name}", {**form.fields, "folder": folder})
    assert answer.code == 422
    assert not [request for request in box.asked if isinstance(request, StorageTest)]


def test_an_answer_that_is_missing_or_not_offered_is_asked_for_again(phone: Visitor) -> None:
    page = phone.send(phone.get("/set-up/storage"), "begin", kind="webdav")
    page = phone.send(page, "step", value="")
    assert (page.code, "This has to be answered." in page.words) == (422, True)
    page = phone.send(page, "step", value="https://cloud.example")
    page = phone.send(page, "step", value="some other")
    assert (page.code, "Choose one of the answers." in page.words) == (422, True)
    page = phone.send(page, "step", value="other")
    page = phone.send(page, "step", value="hunter2" * 2000)
    assert (page.code, "hunter2" in page.html) == (422, False)


def test_kinds_are_searched(phone: Visitor) -> None:
    page = phone.get("/set-up/storage")
    assert page.form("begin").buttons == ["kind=drive", "kind=webdav"]
    page = phone.get("/set-up/storage?q=PREMIUM")
    assert (page.form("begin").buttons, "1 kind is found" in page.words) == (["kind=premiumizeme"], True)
    assert len(phone.get("/set-up/storage?q=").form("begin").buttons) == 4


# Wi-Fi


def test_names_from_the_air_are_shown_and_sent_unharmed(phone: Visitor, box: StandInService) -> None:
    page = phone.get("/set-up/wifi")
    assert "<script>alert(1)" not in page.html
    assert "<script>alert(1)</script>" in page.words
    assert "which the box cannot give" in page.words
    for heard in HEARD[1:4]:
        page = phone.send(phone.get(f"/set-up/wifi/join?ssid={heard.ssid}"), "join", password=WIFI_PASSWORD)
        assert page.title == f"{heard.name} works"
        assert any(isinstance(request, WifiJoin) and request.ssid == heard.ssid for request in box.asked)
        phone.send(page, "outcome", do="drop")


def test_a_network_that_hides_is_joined_by_its_name(phone: Visitor, box: StandInService) -> None:
    page = phone.send(phone.get("/set-up/wifi/join"), "join", name="Café 😀", password=WIFI_PASSWORD, wpa2="yes")
    assert page.title == "Café 😀 works"
    assert WifiJoin("Café 😀".encode().hex(), WIFI_PASSWORD, hidden=True, security="wpa2") in box.asked
    phone.send(page, "outcome", do="drop")
    for name in ("", "x" * 33, "é" * 17):
        page = phone.send(phone.get("/set-up/wifi/join"), "join", name=name, password="x")
        assert (page.code, "32" in page.words) == (422, True)


def test_while_a_network_is_tried_the_page_waits_and_comes_back(
    phone: Visitor, box: StandInService, supervisor: StandInSupervisor
) -> None:
    box.network.is_slow = True
    page = phone.send(phone.get(f"/set-up/wifi/join?ssid={HEARD[0].ssid}"), "join", password=WIFI_PASSWORD)
    assert (page.title, "Moment-K7QD" in page.words) == ("Trying Home", True)
    assert 'http-equiv="refresh" content="4;url=/set-up/wifi"' in page.html
    again = phone.send(phone.get(f"/set-up/wifi/join?ssid={HEARD[0].ssid}"), "join", password=WIFI_PASSWORD)
    assert (again.code, "is being tried just now" in again.words) == (422, True)
    supervisor.call(box.network.come_out, "proven")
    for _ in range(100):
        page = phone.get("/set-up/wifi")
        if page.title == "Home works":
            break
    assert page.title == "Home works"


def test_what_the_network_room_refuses_is_told_in_the_form(phone: Visitor, box: StandInService) -> None:
    box.refusals["wifi-join"] = "A password for WPA has 8 characters at least."
    page = phone.send(phone.get(f"/set-up/wifi/join?ssid={HEARD[0].ssid}"), "join", password="hunter2")
    assert (page.code, "A password for WPA has 8 characters at least." in page.words) == (422, True)
    assert "hunter2" not in page.html
    box.refusals["wifi-scan"] = "The radio is busy."
    assert "The radio is busy." in phone.get("/set-up/wifi").words


# Camera, clock, country, name


def test_cameras_are_shown_with_a_picture_of_each(phone: Visitor, box: StandInService) -> None:
    page = phone.get("/set-up/camera")
    pictures = re.findall(r'src="(/set-up/camera/[0-9a-f]{16}\.jpg)"', page.html)
    assert len(pictures) == 3
    answers = [phone.ask("GET", picture) for picture in pictures]
    assert [answer.code for answer in answers] == [200, 404, 200]
    assert answers[0].response.content_type == "image/jpeg"
    assert answers[0].response.data == box.cameras.jpeg


def test_a_camera_at_an_address_is_looked_at_first_and_its_password_stays_here(
    phone: Visitor, box: StandInService
) -> None:
    address = "rtsp://viewer:hunter2@192.168.1.30/live"
    box.cameras.troubles["rtsp"] = "The camera at 192.168.1.30 does not answer."
    page = phone.send(phone.get("/set-up/camera"), "camera", do="address", url="http://192.168.1.30")
    assert (page.code, "begins with rtsp://" in page.words) == (422, True)
    form = {**phone.get("/set-up/camera").form().fields, "do": "address", "url": address}
    page = phone.ask("POST", "/set-up/camera", form)
    assert (page.code, "does not answer" in page.words, "hunter2" in page.html) == (422, True, False)
    assert "rtsp://viewer@192.168.1.30/live" in page.html
    del box.cameras.troubles["rtsp"]
    assert phone.ask("POST", "/set-up/camera", form).place == "/set-up/storage"
    assert changed(box) == {"camera.kind": "rtsp", "camera.url": address}


def test_the_clock_is_taken_from_a_form_where_there_are_no_scripts(phone: Visitor, box: StandInService) -> None:
    page = phone.send(phone.get("/set-up/welcome"), when="2026-11-20T12:00", zone="Europe/Paris")
    assert page.title == "Where is the box?"
    assert box.box.clock == SetClock(1_795_172_400.0, "Europe/Paris")
    for when, zone in (("2026-11-20T12:00", "../../etc/passwd"), ("noon", "UTC"), ("1026-11-20T12:00", "UTC")):
        page = phone.send(phone.get("/set-up/welcome"), when=when, zone=zone)
        assert (page.code, "This is no date" in page.words) == (422, True)


def test_a_clock_that_cannot_be_set_stops_only_who_wrote_it(phone: Visitor, box: StandInService) -> None:
    box.refusals["set-clock"] = "The clock cannot be set."
    assert phone.send(phone.get("/set-up/welcome"), now="1795000000", zone="UTC").title == "Where is the box?"
    page = phone.send(phone.get("/set-up/welcome"), when="2026-11-20T12:00", zone="UTC")
    assert (page.title, "The clock cannot be set." in page.words) == ("Welcome", True)


def test_the_country_is_guessed_from_the_phones_language(phone: Visitor, box: StandInService) -> None:
    phone.headers["Accept-Language"] = "fr-CH, fr;q=0.9"
    page = phone.get("/set-up/country")
    assert page.form().fields["country"] == "CH"
    assert ">Suisse<" in page.html
    assert phone.send(page, country="XX").code == 422
    box.refusals["set-country"] = "The radio does not know this country."
    assert "The radio does not know this country." in phone.send(page, country="AQ").words


def test_a_password_is_kept_even_if_the_name_cannot_be(portal: Portal, phone: Visitor, box: StandInService) -> None:
    box.refusals["change-settings"] = "The settings file cannot be written."
    page = phone.send(phone.get("/set-up/name"), name="porch", password=PASSWORD, again=PASSWORD)
    assert "The settings file cannot be written." in page.words
    home = portal.neighbour()
    assert home.send(home.get("/enter"), password=PASSWORD).title == "Welcome"
    assert phone.send(phone.get("/set-up/name"), name="<b>").code == 422


# A recorder that is not there


def test_without_a_recorder_the_page_waits_for_it(lonely: Portal) -> None:
    phone = lonely.phone()
    for path in ("/set-up/wifi", "/set-up/camera", "/set-up/storage", "/set-up/behaviour"):
        page = phone.get(path)
        assert (page.code, page.title) == (503, "The recorder does not answer"), path
        assert f'content="3;url={path}"' in page.html
        assert page.response.headers["Retry-After"] == "3"
    mark = phone.get("/set-up/welcome").form().fields["mark"]
    assert 'url=/"' in phone.ask("POST", "/set-up/storage/begin", {"mark": mark}).html
    assert lonely.phone().ask("GET", "/api/state").html == '{"is_up":false}\n'


def test_a_recorder_that_refuses_everything_is_quoted(portal: Portal, phone: Visitor, box: StandInService) -> None:
    box.refusal = "The recorder is in safe mode."
    for step in STEPS[1:-1]:
        page = phone.get(f"/set-up/{step}")
        assert page.code in {200, 409}, step
        assert page.code == 200 or "The recorder is in safe mode." in page.words
        assert phone.send(page, "skip").title != page.title


@pytest.mark.parametrize(
    ("called", "named"),
    [
        ("porch", "porch"),
        ("Front porch +1", "front-porch-1"),
        ("Père Noël", "pere-noel"),
        ("Straße 5", "strasse-5"),
        ("Гараж", ""),
        ("__", ""),
        ("a" * 62 + "_bc", "a" * 62),
    ],
)
def test_the_name_at_home_is_made_of_the_box_s(called: str, named: str) -> None:
    assert host_name(called) == named


@given(st.text(max_size=100))
def test_whatever_the_box_is_called_the_recorder_takes_its_name(called: str) -> None:
    named = host_name(called)
    assert not named or host_trouble(named) is None


def test_a_machine_whose_network_is_not_ours_keeps_its_name(phone: Visitor, box: StandInService) -> None:
    box.network.now = replace(box.network.now, is_ours=False)

    phone.send(phone.get("/set-up/name"), name="porch", password=PASSWORD, again=PASSWORD)

    assert changed(box) == {"upload.device": "porch"}
    for step in ("country", "wifi"):
        page = phone.get(f"/set-up/{step}")
        assert "is not looked after by the recorder" in page.words
        assert phone.send(page, step).title != page.title


def test_the_pages_wait_longer_than_the_recorder_does() -> None:
    """Or the owner reads that the recorder does not answer, instead of what did not."""
    assert LONG_S > CLOCK_PATIENCE_S
    assert LONGEST_S > START_LIMIT_S + CALL_LIMIT_S
