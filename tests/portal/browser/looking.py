"""A page as everybody sees it: on a phone and on a desk, by day and by night; axe-core says what keeps somebody out."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page

from tests.portal.browser.conftest import LOOKS, SIZES, draw

SERIOUS = {"serious", "critical"}
_ALL: dict[str, object] = {"resultTypes": ["violations"]}
_OF_LOOKS = _ALL | {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
"""What can differ between day and night: the style sheet changes colours then, and nothing else."""
_AXE, _AXE_AGAIN = Axe(), Axe("undefined")
"""The second finds axe-core in the page, where the first has put it."""


class Complaints:
    """What the browser's console says of a page, such as a script that the policy refuses."""

    def __init__(self, page: Page) -> None:
        self.heard: list[str] = []
        page.on("console", self._hear)

    def _hear(self, said: ConsoleMessage) -> None:
        if said.type == "error":
            self.heard.append(said.text)


def look_at(page: Page, name: str = "") -> None:
    """Nothing serious in any size and look; the window is a phone's by day afterwards. `name`: of a picture."""
    axe = _AXE
    for size in reversed(SIZES):
        page.set_viewport_size(SIZES[size])
        for look in reversed(LOOKS):
            page.emulate_media(color_scheme=look)
            found = faults(page, axe, _ALL if look == LOOKS[-1] else _OF_LOOKS)
            axe = _AXE_AGAIN
            assert found == [], (found, page.url, size, look)
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), (page.url, "beside the window")
    if name:
        draw(page, name)


def faults(page: Page, axe: Axe = _AXE, options: dict[str, object] = _ALL) -> list[str]:
    """What axe-core finds serious."""
    found = axe.run(page, options=options).response["violations"]
    return [f"{fault['id']}: {fault['nodes'][0]['html']}" for fault in found if fault["impact"] in SERIOUS]


def wait_for_pictures(page: Page) -> None:
    """Until all that are in the window are there, and films have their first one."""
    page.wait_for_function(
        "() => [...document.querySelectorAll('img')].every(i => i.complete && i.naturalWidth)"
        " && [...document.querySelectorAll('video')].every(v => v.readyState >= 2)"
    )
