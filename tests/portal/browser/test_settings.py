"""Settings and help in a real browser: a value is refused where it stands, and what is right is changed."""

import re

import pytest
from playwright.sync_api import Browser, expect

from appliance.control.messages import KnownNetwork, Remote
from appliance.service.settings import sections_of
from appliance.settings.owners import OwnersSettings
from tests.portal.browser.conftest import Box, opened
from tests.portal.browser.looking import Complaints, look_at
from tests.portal.test_setup import changed

PAGES = {
    "settings": "/settings",
    "settings-camera": "/settings/of/camera",
    "settings-upload": "/settings/of/upload",
    "settings-networks": "/settings/networks",
    "settings-storages": "/settings/storages",
    "": "/password",
    "help": "/help",
    "help-about": "/help/about",
}


@pytest.fixture
def owned(box: Box) -> Box:
    """Every setting that there is, a network and a storage."""
    box.service.settings.sections = sections_of(OwnersSettings(None, None).read())
    box.service.network.known = [KnownNetwork("n1", b"Home".hex(), "Home", priority=0, is_joined=False)]
    box.service.storage.remotes = [Remote("garage", "webdav")]
    return box


def test_nothing_serious(browser: Browser, owned: Box) -> None:
    page = opened(browser)
    complaints = Complaints(page)
    for name, path in PAGES.items():
        page.goto(owned.address + path)
        look_at(page, name)
    assert complaints.heard == []
    page.context.close()


def test_what_is_refused_is_named_and_what_is_right_is_changed(browser: Browser, owned: Box) -> None:
    page = opened(browser)
    page.goto(f"{owned.address}/settings/of/panel")
    pin = page.locator("[name='panel.buzzer_pin']")
    pin.fill("99")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing was changed yet.")
    expect(pin).to_have_value("99")
    expect(pin).to_have_accessible_description(re.compile("It must be at most 27."))
    look_at(page)
    pin.fill("18")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("h1")).to_have_text("Saved")
    look_at(page)
    assert changed(owned.service) == {"panel.buzzer_pin": 18}
    page.get_by_role("link", name="Back to them").click()
    expect(pin).to_have_value("18")
    page.context.close()


def test_beginning_anew_is_asked_twice(browser: Browser, owned: Box) -> None:
    page = opened(browser)
    page.goto(f"{owned.address}/help/reset")
    page.get_by_label("The Wi-Fi networks that it knows").check()
    look_at(page, "help-reset")
    page.get_by_role("button", name="Next").click()
    expect(page.locator("h1")).to_have_text("Truly begin anew?")
    look_at(page)
    page.get_by_role("textbox").fill("erase")
    page.get_by_role("button", name="Begin anew").click()
    expect(page.locator("h1")).to_have_text("The box begins anew")
    look_at(page)
    page.context.close()
