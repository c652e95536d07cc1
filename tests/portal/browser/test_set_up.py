"""The whole set-up in a real browser, with scripts and without: from the first page of a new box to its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from appliance.control.messages import AttemptReason, AttemptState, SetCountry, WifiKeep
from appliance.control.standin.network import HEARD
from appliance.control.standin.network import PASSWORD as WIFI_PASSWORD
from tests.portal.browser.conftest import Box, opened
from tests.portal.browser.looking import Complaints, look_at
from tests.portal.browser.new_box import NewBox, new_box
from tests.portal.conftest import PASSWORD
from tests.stands.storage_servers import PASSWORD as STORAGE_PASSWORD
from tests.stands.storage_servers import USER

ZONE = "Europe/Paris"
NOON_S = 1_795_172_400.0
"""Of the 20th of November 2026 in that zone."""


@pytest.fixture
def box(tmp_path: Path, house: Box) -> Iterator[NewBox]:
    with new_box(tmp_path) as box:
        box.service.cameras.jpeg = house.jpeg
        box.service.cameras.troubles.clear()
        box.service.network.heard = [heard for heard in HEARD if heard.name in {"Home", "Café", "Campus"}]
        yield box


class Owner:
    """Whoever has the phone in the hand. `looks`: at every page in every look, once; which takes scripts."""

    def __init__(self, page: Page, box: NewBox, *, looks: bool) -> None:
        self.page = page
        self.box = box
        self._looks = looks
        self._seen: set[str] = set()

    def sees(self, title: str, picture: str = "") -> None:
        """A page with this heading, in which nothing keeps anybody out."""
        expect(self.page.locator("h1")).to_have_text(title)
        if self._looks and title not in self._seen:
            look_at(self.page, picture)
        self._seen.add(title)

    def presses(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def follows(self, name: str) -> None:
        self.page.get_by_role("link", name=name).first.click()

    def writes(self, field: str, text: str) -> None:
        self.page.locator(f"#{field}").fill(text)


@pytest.mark.timeout(300)  # twenty pages, each in four looks
@pytest.mark.parametrize("has_scripts", [True, False], ids=["scripts", "no-scripts"])
def test_the_whole_way(browser: Browser, box: NewBox, has_scripts: bool) -> None:
    page = opened(browser, has_scripts=has_scripts)
    complaints = Complaints(page)
    owner = Owner(page, box, looks=has_scripts)
    page.goto(box.address)
    tells_the_time(owner, has_scripts=has_scripts)
    says_where(owner)
    finds_the_home_network(owner)
    chooses_a_password(owner)
    chooses_a_camera(owner)
    sets_a_storage_up(owner)
    says_when_to_copy(owner)
    gives_a_name(owner)
    comes_to_the_end(owner)
    assert complaints.heard == []
    page.context.close()


def tells_the_time(owner: Owner, *, has_scripts: bool) -> None:
    owner.sees("Welcome", "set-up-welcome")
    if not has_scripts:
        owner.page.get_by_text("Date and time", exact=True).click()
        owner.writes("when", "2026-11-20T12:00")
        owner.writes("zone", ZONE)
    owner.presses("Begin")
    owner.sees("Where is the box?")
    clock = owner.box.service.box.clock
    assert clock is not None
    assert clock.zone == ZONE
    assert has_scripts or clock.now_s == NOON_S


def says_where(owner: Owner) -> None:
    owner.page.get_by_label("Country").select_option("FR")
    owner.presses("Next")
    owner.sees("Home Wi-Fi", "set-up-wifi")
    assert SetCountry("FR") in owner.box.service.asked


def finds_the_home_network(owner: Owner) -> None:
    owner.box.service.network.is_slow = True
    owner.follows("Home")
    owner.sees("Home")
    tries(owner, "wrong wrong", "failed", "wrong-password")
    owner.follows("Look again now")
    expect(owner.page.get_by_role("alert")).to_have_text("The password of Home is wrong.")
    owner.sees("Home Wi-Fi")
    owner.follows("Home")
    tries(owner, WIFI_PASSWORD, "proven")
    owner.sees("Home works")  # the page that waits looks again by itself


def tries(owner: Owner, password: str, outcome: AttemptState, reason: AttemptReason | None = None) -> None:
    owner.writes("password", password)
    owner.presses("Try it")
    owner.sees("Trying Home")
    owner.box.supervisor.call(owner.box.service.network.come_out, outcome, reason)


def chooses_a_password(owner: Owner) -> None:
    owner.follows("Choose the password")
    owner.sees("Name and password", "set-up-name")
    owner.writes("name", "garage")
    owner.writes("password", PASSWORD)
    owner.writes("again", PASSWORD)
    owner.presses("Next")
    owner.sees("Home works")  # what was left open for it


def chooses_a_camera(owner: Owner) -> None:
    owner.presses("Go on here first")
    expect(owner.page.locator("h1")).to_have_text("Camera")
    for picture in owner.page.locator("img").all():
        picture.scroll_into_view_if_needed()
        expect(picture).to_have_js_property("naturalWidth", 320)
    owner.sees("Camera", "set-up-camera")
    owner.page.get_by_label("Test pattern").check()
    owner.presses("Take this one")
    owner.sees("Your storage", "set-up-storage")
    assert owner.box.service.changed["camera.kind"] == "test-pattern"


def sets_a_storage_up(owner: Owner) -> None:
    """Each question is rclone's own, and the box writes to a real server."""
    owner.presses("WebDAV (Nextcloud, ownCloud and others)")
    answers = (f"http://127.0.0.1:{owner.box.server.port}", "other", USER, STORAGE_PASSWORD)
    for number, answer in enumerate(answers):
        owner.sees("Your storage: webdav", "" if number else "set-up-storage-question")
        expect(owner.page.locator("[name=number]")).to_have_value(str(number + 1))
        owner.writes("value", answer)
        owner.presses("Next")
    owner.sees("Try webdav")
    owner.writes("folder", "videos/moments")
    owner.presses("Try and use it")
    owner.sees("When shall memories be copied?", "set-up-behaviour")
    assert owner.box.service.changed["upload.remote"] == "webdav:videos/moments"
    written = owner.box.server.folder / "videos" / "moments"
    assert (written.is_dir(), [*written.iterdir()]) == (True, [])


def says_when_to_copy(owner: Owner) -> None:
    owner.page.get_by_label("At certain hours only").check()
    owner.page.get_by_text("Networks and hours").click()
    owner.writes("from", "01:00")
    owner.writes("until", "05:30")
    owner.presses("Next")
    owner.sees("Name and password")
    changed = owner.box.service.changed
    assert (changed["upload.behaviour"], changed["upload.hours"]) == ("scheduled", "01:00-05:30")


def gives_a_name(owner: Owner) -> None:
    expect(owner.page.locator("#name")).to_have_value("garage")
    expect(owner.page.locator("#password")).to_have_count(0)
    owner.writes("name", "Front porch")
    owner.presses("Next")
    owner.sees("That is all", "set-up-end")
    changed = owner.box.service.changed
    assert (changed["upload.device"], changed["network.host_name"]) == ("Front porch", "front-porch")


def comes_to_the_end(owner: Owner) -> None:
    code = owner.page.get_by_role("img", name="QR code of the address http://192.168.1.20/")
    expect(code).to_be_visible()
    owner.presses("Change over now")
    owner.sees("The box is in Home")
    assert any(isinstance(asked, WifiKeep) for asked in owner.box.service.asked)
    owner.presses("Next")
    owner.page.goto(f"{owner.box.address}/set-up/end")
    owner.presses("To the first page")
    expect(owner.page.locator("h1")).to_have_text("This box")
