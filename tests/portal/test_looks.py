"""What can be read and used by everybody: labels, headings, contrast. A browser's own test says more."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
import setup_portal
from setup_portal.wizard.progress import STEPS

from appliance.control.standin import StandInService
from tests.portal.conftest import Portal
from tests.portal.visitor import Visitor

SHEET = (Path(setup_portal.__file__).parent / "static" / "pages.css").read_text()
PAIRS = (
    ("ink", "page"), ("ink", "card"), ("soft", "page"), ("soft", "card"), ("act", "page"), ("act", "card"),
    ("on-act", "act"), ("bad", "bad-page"), ("good", "good-page"), ("bad", "page"),
)  # fmt: skip
LEAST_CONTRAST = 4.5
"""WCAG 2.2, success criterion 1.4.3."""
MORE = (
    "/enter",
    "/stay",
    "/set-up/wifi/join",
    "/set-up/wifi/join?ssid=486f6d65",
    "/set-up/storage?q=",
    "/no-such-page",
)


class Reader(HTMLParser):
    """What is wrong with a page's marks."""

    def __init__(self) -> None:
        super().__init__()
        self.headings = 0
        self.language = ""
        self.ids: list[str] = []
        self.labelled: set[str] = set()
        self.described: set[str] = set()
        self.unlabelled: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._open.append(tag)
        self.ids += [given["id"]] if "id" in given else []
        self.described |= set(given.get("aria-describedby", "").split())
        self.headings += tag == "h1"
        self.language = given.get("lang", "") if tag == "html" else self.language
        if tag == "label":
            self.labelled.add(given.get("for", ""))
        is_field = tag in {"select", "textarea", "progress"} or (tag == "input" and given.get("type") != "hidden")
        if is_field and "label" not in self._open:
            self.unlabelled.append(given.get("id", tag))
        if tag in {"input", "meta", "link", "br", "img"}:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    @property
    def troubles(self) -> list[str]:
        return [
            *([f"{self.headings} headings"] if self.headings != 1 else []),
            *(f"id {name} twice" for name in set(self.ids) if self.ids.count(name) > 1),
            *(f"no label for {name}" for name in self.unlabelled if name not in self.labelled),
            *(f"no {name} that describes" for name in self.described - set(self.ids)),
        ]


def troubles_of(visitor: Visitor, path: str) -> list[str]:
    reader = Reader()
    page = visitor.get(path)
    reader.feed(page.html)
    assert reader.language == visitor.headers["Accept-Language"], path
    assert not re.search(r"%\(|%%|&amp;lt;|\bNone\b", page.words), (path, page.words)
    return reader.troubles


@pytest.mark.parametrize("language", ["en", "fr", "ru"])
def test_every_field_is_labelled_and_every_page_has_one_heading(
    portal: Portal, service: StandInService, language: str
) -> None:
    phone = portal.phone()
    phone.headers["Accept-Language"] = language
    for path in (*(f"/set-up/{step}" for step in STEPS), "/password", *MORE):
        assert troubles_of(phone, path) == [], path
    page = phone.get("/set-up/storage")
    for value in ("https://cloud.example/dav", "nextcloud", "x", "443"):
        page = phone.send(page, "begin", kind="webdav") if "begin" in page.html else page
        assert troubles_of(phone, "/set-up/storage/step") == []
        page = phone.send(page, "step", value=value)
    assert troubles_of(phone, "/set-up/storage/step") == []


def test_the_reader_sees_what_is_wrong() -> None:
    reader = Reader()
    reader.feed('<h1>A</h1><h1>B</h1><input id="x" aria-describedby="y"><label><input></label><p id="z"><p id="z">')
    assert reader.troubles == ["2 headings", "id z twice", "no label for x", "no y that describes"]


def luminance(colour: str) -> float:
    digits = "".join(2 * digit for digit in colour) if len(colour) == 3 else colour
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_text_stands_out_from_what_is_behind_it(scheme: int) -> None:
    block = re.findall(r":root \{(.*?)\}", SHEET, re.DOTALL)[scheme]
    colours = dict(re.findall(r"--([a-z-]+): #([0-9a-f]{3,6})", block))
    for front, back in PAIRS:
        lighter, darker = sorted((luminance(colours[front]), luminance(colours[back])), reverse=True)
        assert (lighter + 0.05) / (darker + 0.05) >= LEAST_CONTRAST, (front, back)


def test_the_sheet_asks_for_nothing_from_elsewhere() -> None:
    assert not re.search(r"url\(|@import|@font-face", SHEET)
