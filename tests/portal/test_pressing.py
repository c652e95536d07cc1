"""The save button on the page."""

import json

import pytest
from setup_portal.pages.pressing import HOLD_S

from appliance.control.messages import Hold, Save
from appliance.control.standin import StandInService
from tests.portal.conftest import Portal
from tests.portal.test_front import set_up
from tests.portal.visitor import Page, Visitor


@pytest.fixture
def owner(portal: Portal) -> Visitor:
    set_up(portal.folder)
    return portal.owner()


def hold(owner: Visitor, holder: str = "finger", *, is_down: bool) -> tuple[int, dict[str, object]]:
    mark = owner.get("/").form("/press").fields["mark"]
    page = owner.ask("POST", "/press/hold", {"mark": mark, "holder": holder, "is_down": "yes" if is_down else "no"})
    return page.code, json.loads(page.html)


def press(owner: Visitor, minutes: str) -> Page:
    return owner.send(owner.get("/"), "/press", minutes=minutes)


def test_the_last_minutes_are_kept(owner: Visitor, service: StandInService) -> None:
    page = press(owner, "6")
    assert page.title == "It is kept"
    assert "Kept: 2 min of the 6 min that you asked for, as 2026-10-01T12-00-01-MEMORY.mp4. There was no" in page.words
    assert Save(6) in service.asked
    assert "1 memory is kept." in owner.get("/").words


@pytest.mark.parametrize("minutes", ["", "0", "-3", "7", "1e3", "٣"])
def test_only_what_is_offered_can_be_chosen(owner: Visitor, service: StandInService, minutes: str) -> None:
    assert press(owner, minutes).code == 422
    assert not service.kept


def test_what_is_not_kept_is_told(owner: Visitor, service: StandInService) -> None:
    service.trouble = "NOT SAVED: the card is full; delete some memories."
    page = press(owner, "3")
    assert (page.code, "the card is full" in page.words) == (409, True)
    assert hold(owner, is_down=True) == (200, {"sentence": service.trouble, "is_over": True, "is_kept": False})


def test_the_box_counts_while_the_finger_is_there(owner: Visitor, service: StandInService) -> None:
    for minutes in (3, 6, 9):
        sentence = f"The last {minutes} minutes."
        assert hold(owner, is_down=True) == (200, {"sentence": sentence, "is_over": False, "is_kept": False})
    code, answer = hold(owner, is_down=False)
    assert (code, answer["is_over"], answer["is_kept"]) == (200, True, True)
    assert str(answer["sentence"]).startswith("Kept: 2 min of the 9 min")
    holds = [request for request in service.asked if isinstance(request, Hold)]
    assert holds == [*[Hold("finger", HOLD_S)] * 3, Hold("finger", 0)]


def test_any_name_of_a_finger_will_do(owner: Visitor) -> None:
    for holder in ("", "x" * 1000, "\0<script>"):
        assert hold(owner, holder, is_down=True)[0] == 200


def test_a_recorder_that_is_away_is_told_to_the_finger(lonely: Portal) -> None:
    phone = lonely.owner()
    mark = phone.get("/password").form().fields["mark"]
    page = phone.ask("POST", "/press/hold", {"mark": mark, "holder": "finger", "is_down": "yes"})
    assert (page.code, json.loads(page.html)["sentence"]) == (503, "NOT SAVED: the recorder does not answer.")
