"""The first page in a real browser: it goes on by itself, and its button is held with a finger."""

import re

from msgspec.structs import replace
from playwright.sync_api import Browser, Page, expect

from appliance.control.messages import Counted, Hold, RecordingChanged, Save
from tests.portal.browser.conftest import Box, opened


def middle(page: Page) -> tuple[float, float]:
    where = page.locator(".hold button").bounding_box()
    assert where is not None
    return where["x"] + where["width"] / 2, where["y"] + where["height"] / 2


def test_it_goes_on_by_itself(browser: Browser, box: Box) -> None:
    page = opened(browser)
    page.goto(box.address)
    expect(page.get_by_text("48 °C")).to_be_visible()
    box.service.box.machine = replace(box.service.box.machine, temperature_c=71.2, is_slowed=True)
    box.supervisor.publish(RecordingChanged("recording"))
    expect(page.get_by_text("71 °C")).to_be_visible()
    expect(page.get_by_text("too hot and works slower")).to_be_visible()
    box.supervisor.publish(Counted(2, 6.0))
    expect(page.locator("[data-said]")).to_have_text("The last 6 minutes.")
    page.context.close()


def test_the_button_is_held(browser: Browser, box: Box) -> None:
    page = opened(browser, "desktop")
    page.goto(box.address)
    said = page.locator("[data-said]")
    page.locator(".hold button").scroll_into_view_if_needed()
    page.mouse.move(*middle(page))
    page.mouse.down()
    expect(said).to_have_text(re.compile(r"The last (?!3 )\d+ minutes\."))
    page.mouse.up()
    expect(said).to_have_text(re.compile("Kept: "))
    holds = [asked for asked in box.service.asked if isinstance(asked, Hold)]
    assert holds[-1].hold_s == 0
    assert len({hold.holder for hold in holds}) == 1
    assert len(box.service.kept) == 1

    page.locator(".hold button").focus()
    page.keyboard.press("Enter")
    expect(said).to_have_text(re.compile("Kept: .*12-00-02"))

    box.service.trouble = "NOT SAVED: the card is full; delete some memories."
    page.mouse.down()
    expect(said).to_have_text(box.service.trouble)
    page.mouse.up()
    page.context.close()


def test_without_scripts_there_is_a_choice_of_minutes(browser: Browser, box: Box) -> None:
    page = opened(browser, has_scripts=False)
    page.goto(box.address)
    expect(page.locator(".hold")).to_be_hidden()
    page.get_by_label("Minutes", exact=True).select_option("10")
    page.get_by_role("button", name="Keep them").click()
    expect(page.get_by_role("status")).to_contain_text("Kept: ")
    assert Save(10) in box.service.asked
    page.context.close()
