"""Debian's Chromium before the pages' own process, a stand-in of the recorder and a ring of real footage.

With MOMENT_PICTURES=1 (scripts/page-pictures) the pages that are looked at are drawn into docs/pages/.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright
from setup_portal.store import Store
from setup_portal.wizard.progress import Progress

from appliance.control.standin import StandInService, StandInSupervisor
from appliance.control.standin.box import StandInBox
from appliance.control.standin.settings import StandInSettings
from appliance.control.standin.storage import StandInStorage
from tests.portal.test_process import Pages, running
from tests.stands.ring_folder import filled

ROOT = Path(__file__).parents[3]
CHROMIUM = shutil.which("chromium")
PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)
SIZES: dict[str, ViewportSize] = {
    "phone": {"width": 390, "height": 844},
    "desktop": {"width": 1280, "height": 900},
}
OPTIONS = ["--no-sandbox", "--disable-dev-shm-usage", "--autoplay-policy=no-user-gesture-required", "--mute-audio"]
"""The tests may run as root, and in a container."""

Look = Literal["light", "dark"]
LOOKS: tuple[Look, ...] = ("light", "dark")


@dataclass
class Box:
    """A box that is set up, with half a minute of footage, seen from this machine."""

    service: StandInService
    supervisor: StandInSupervisor
    pages: Pages
    ring: Path
    jpeg: bytes

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.pages.port}"


@pytest.fixture(
    scope="module"
)  # while Playwright lives, an event loop runs in this thread, and no test can have its own
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("chromium is not installed: scripts/system-packages test")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Box]:
    """One for all tests: a process takes longer to start than most of them take."""
    folder = tmp_path_factory.mktemp("box")
    filled(folder / "reel", segments=10)
    service = StandInService()
    Store(folder / "pages").write("progress", Progress(at="end", is_over=True))
    with (
        StandInSupervisor(folder / "control.sock", service) as supervisor,
        running(folder / "pages", folder / "control.sock") as pages,
    ):
        yield Box(service, supervisor, pages, folder / "ring", _picture(folder / "reel"))


@pytest.fixture
def box(house: Box) -> Box:
    """As if nothing had happened to it."""
    shutil.rmtree(house.ring, ignore_errors=True)
    shutil.copytree(house.ring.with_name("reel"), house.ring)
    service = house.service
    service.ring = filled(house.ring, segments=10, are_there=True)
    service.cameras.jpeg = house.jpeg
    service.trouble = None
    service.asked.clear()
    for heap in (service.kept, service.trash, service.upload.states, service.upload.departed):
        heap.clear()
    service.settings, service.storage = StandInSettings(), StandInStorage()
    service.network.known = []
    service.box = StandInBox()
    return house


def opened(browser: Browser, size: str = "phone", look: Look = "light", *, has_scripts: bool = True) -> Page:
    """A browser's window."""
    context = browser.new_context(
        viewport=SIZES[size],
        color_scheme=look,
        java_script_enabled=has_scripts,
        has_touch=size == "phone",
        locale="en-GB",
        timezone_id="Europe/Paris",
    )
    context.set_default_timeout(PATIENCE_MS)
    return context.new_page()


def draw(page: Page, name: str) -> None:
    """A picture for the documents, if they are asked for; few colours make it small."""
    if not os.environ.get("MOMENT_PICTURES"):
        return
    folder = ROOT / "docs" / "pages"
    folder.mkdir(exist_ok=True)
    page.evaluate("scrollTo(0, 0)")
    colours = "split[a][b];[a]palettegen=max_colors=128:reserve_transparent=0[p];[b][p]paletteuse=dither=none"
    subprocess.run(
        ["ffmpeg", "-loglevel", "error", "-y", "-f", "image2pipe", "-i", "pipe:0", "-vf", colours,
         str(folder / f"{name}.png")],
        input=page.screenshot(), check=True,
    )  # fmt: skip


def _picture(ring: Path) -> bytes:
    return subprocess.run(
        ["ffmpeg", "-nostdin", "-loglevel", "error", "-i", str(ring / "00000001" / "000000.ts"), "-frames:v", "1",
         "-f", "mjpeg", "pipe:1"],
        capture_output=True, check=True,
    ).stdout  # fmt: skip
