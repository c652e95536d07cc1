"""The gallery in a real browser: a memory is found, played, called something, shared, deleted and taken back."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from appliance.control.messages import DepartedMemory, MemoryUpload, UploadProgress
from tests.portal.browser.conftest import Box, opened
from tests.portal.browser.looking import Complaints, look_at, wait_for_pictures
from tests.portal.films import keep, make_film

UPLOADING = MemoryUpload("uploading", "It is being sent.", None, "garage:moments/x.mp4",
                         progress=UploadProgress(30_000_000, 120_000_000, 1e6, 90.0))  # fmt: skip
PARKED = MemoryUpload("parked", "The storage is full: make room there.", None, None)
PROVEN = MemoryUpload("proven", None, "sha256", "garage:moments/x.mp4")
GONE = DepartedMemory("d1", "2026-09-01T10-00-00-MEMORY.mp4", "2026-09-01T10:00:00+02:00", 5_000_000, "ab" * 32,
                      "garage:moments/x.mp4", "sha256", "2026-09-02T10:00:00+02:00")  # fmt: skip


@pytest.fixture
def full(box: Box, tmp_path: Path) -> Box:
    """The box with four memories, of which the newest is proven."""
    (tmp_path / ".thumbnails").mkdir()
    film = make_film(tmp_path / "film.mp4")
    states = (MemoryUpload("kept", None, None, None), PARKED, UPLOADING, PROVEN)
    for number, (title, state) in enumerate(zip(("", "Leaving the pit", "", "Lap 12"), states, strict=True), start=1):
        memory = keep(box.service, tmp_path, number, title=title)
        (tmp_path / memory.name).write_bytes(film)
        (tmp_path / ".thumbnails" / f"{memory.name.removesuffix('.mp4')}.jpg").write_bytes(box.jpeg)
        box.service.upload.states[memory.name] = state
    box.service.upload.departed = [GONE]
    return box


def test_from_the_gallery_and_back(browser: Browser, full: Box) -> None:
    page = opened(browser)
    complaints = Complaints(page)
    page.goto(f"{full.address}/memories")
    wait_for_pictures(page)
    look_at(page, "gallery")
    page.get_by_role("link", name="Lap 12").click()
    plays(page)
    gives_a_title(page)
    shares(page)
    deletes(page)
    page.get_by_role("button", name="Take back").click()
    expect(page.get_by_role("link", name="Lap 13")).to_be_visible()
    assert [memory.title for memory in full.service.kept].count("Lap 13") == 1
    assert complaints.heard == []
    page.context.close()


def plays(page: Page) -> None:
    page.evaluate("() => document.querySelector('video').play()")
    page.wait_for_function("() => document.querySelector('video').currentTime > 0.5")
    look_at(page, "memory")


def gives_a_title(page: Page) -> None:
    page.get_by_label("Title", exact=True).fill("Lap 13")
    page.get_by_label("Note").fill("The fast one.\nIn the rain.")
    page.get_by_role("button", name="Save title and note").click()
    expect(page.locator("h1")).to_have_text("Lap 13")
    expect(page.locator(".note")).to_have_text("The fast one.\nIn the rain.")


def shares(page: Page) -> None:
    page.get_by_role("button", name="Make a link to share it").click()
    expect(page.get_by_role("link", name="https://storage.example/s/")).to_be_visible()
    page.get_by_text("Delete it", exact=True).click()
    look_at(page)


def deletes(page: Page) -> None:
    page.get_by_role("button", name="Delete it from the box").click()
    expect(page.get_by_role("status")).to_contain_text("Lap 13 is deleted. For 9 min 0 s it can be taken back.")
    expect(page.locator(".gallery a")).to_have_count(3)
    look_at(page)
    page.get_by_role("link", name="Deleted, can be taken back").click()
    expect(page.get_by_role("heading", name="Lap 13")).to_be_visible()
    look_at(page, "deleted")


def test_what_has_left_the_box_is_shared(browser: Browser, full: Box) -> None:
    page = opened(browser)
    page.goto(f"{full.address}/memories/departed")
    look_at(page, "departed")
    page.get_by_role("button", name="Make a link to share it").click()
    expect(page.get_by_role("link", name=f"https://storage.example/s/{GONE.name}")).to_be_visible()
    page.context.close()
