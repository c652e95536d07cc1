"""What a phone is shown in safe mode, by the pages before the real process."""

from pathlib import Path

import pytest
from setup_portal.app import pages
from setup_portal.gate import Gate
from setup_portal.idle import Idle
from setup_portal.routes import ROUTES
from setup_portal.store import Store

from tests.portal.visitor import Visitor
from tests.safe.conftest import REASON, Run

REASON_S_WORDS = "nothing is recorded now, because it hung"


@pytest.fixture
def phone(box: Path, safe: Run) -> Visitor:
    """On the set-up network of a box that nobody has set up."""
    safe()
    idle = Idle(None, 0.0)
    store = Store(box / "pages")
    return Visitor(Gate(pages(store, idle, str(box / "control.sock")), idle, lambda: "moment"), peer="192.0.2.77")


def test_the_first_page_says_why_nothing_is_recorded(phone: Visitor) -> None:
    page = phone.get("/")
    assert (page.code, REASON_S_WORDS in page.words) == (200, True)


def test_every_page_answers_and_none_fails(phone: Visitor) -> None:
    asked = [route.rule for route in ROUTES if "GET" in route.methods and "<" not in route.rule]
    codes = {rule: phone.get(rule).code for rule in asked}
    assert {rule: code for rule, code in codes.items() if code >= 500} == {}
    assert codes["/memories"] == 409
    assert REASON in phone.get("/memories").words
