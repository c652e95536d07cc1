"""Every page as a browser shows it, on a phone and on a desk, by day and by night: axe finds nothing serious."""

from playwright.sync_api import Browser

from tests.portal.browser.conftest import Box, draw, opened
from tests.portal.browser.looking import Complaints, look_at, wait_for_pictures

PAGES = {"first-page": "/", "look-back": "/look-back"}


def test_nothing_serious(browser: Browser, box: Box) -> None:
    page = opened(browser)
    complaints = Complaints(page)
    for name, path in PAGES.items():
        page.goto(box.address + path)
        wait_for_pictures(page)
        look_at(page, name)
        page.emulate_media(color_scheme="dark")
        draw(page, f"{name}-at-night")
    assert complaints.heard == []
    page.context.close()


def test_a_picture_keeps_its_shape(browser: Browser, box: Box) -> None:
    page = opened(browser)
    page.goto(box.address)
    wait_for_pictures(page)
    where = page.locator("img.picture").bounding_box()
    assert where is not None
    assert abs(where["width"] / where["height"] - 16 / 9) < 0.05
    page.context.close()


def test_a_thumb_finds_every_target(browser: Browser, box: Box) -> None:
    page = opened(browser)
    for path in PAGES.values():
        page.goto(box.address + path)
        small = page.evaluate(
            "() => [...document.querySelectorAll('a, button, select, input, summary')]"
            ".filter(e => e.checkVisibility()).filter(e => e.getBoundingClientRect().height < 40)"
            ".map(e => e.outerHTML)"
        )
        assert small == [], path
    page.context.close()
