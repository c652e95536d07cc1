"""Every page as a browser shows it, on a phone and on a desk, by day and by night: axe finds nothing serious."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page

from tests.portal.browser.conftest import LOOKS, SIZES, Box, draw, opened

SERIOUS = {"serious", "critical"}
PAGES = {"first-page": "/", "look-back": "/look-back"}


class Complaints:
    """What the browser's console says of a page, such as a script that the policy refuses."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def hear(self, said: ConsoleMessage) -> None:
        if said.type == "error":
            self.heard.append(said.text)


def faults(page: Page) -> list[str]:
    """What axe-core finds serious."""
    found = Axe().run(page).response["violations"]
    return [f"{fault['id']}: {fault['nodes'][0]['html']}" for fault in found if fault["impact"] in SERIOUS]


@pytest.mark.parametrize("size", SIZES)
def test_nothing_serious(browser: Browser, box: Box, size: str) -> None:
    for look in LOOKS:
        page = opened(browser, size, look)
        complaints = Complaints()
        page.on("console", complaints.hear)
        for name, path in PAGES.items():
            page.goto(box.address + path)
            wait_for_picture(page)
            assert faults(page) == [], (name, size, look)
            assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), "nothing beside the window"
            draw(page, f"{name}-{size}-{look}")
        assert complaints.heard == []
        page.context.close()


def test_a_picture_keeps_its_shape(browser: Browser, box: Box) -> None:
    page = opened(browser)
    page.goto(box.address)
    wait_for_picture(page)
    where = page.locator("img.picture").bounding_box()
    assert where is not None
    assert abs(where["width"] / where["height"] - 16 / 9) < 0.05
    page.context.close()


def wait_for_picture(page: Page) -> None:
    page.wait_for_function(
        "() => [...document.querySelectorAll('img')].every(i => i.complete && i.naturalWidth)"
        " && [...document.querySelectorAll('video')].every(v => v.readyState >= 2)"
    )


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
