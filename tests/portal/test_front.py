"""The first page: what it tells of a box, and what it hears while somebody looks."""

import asyncio
import contextlib
import http.client
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from setup_portal.live.facts import told
from setup_portal.live.latest import OLDEST_S as LATEST_S
from setup_portal.live.latest import Latest
from setup_portal.live.newest import OLDEST_S, Newest
from setup_portal.live.seats import Seats
from setup_portal.live.stream import EACH, MOST, written
from setup_portal.store import Store
from setup_portal.wizard.progress import STEPS, Progress

from appliance.control.errors import RefusedError
from appliance.control.messages import Counted, JoinedNetwork, MemoryChanged, RecordingChanged
from appliance.control.standin import StandInService, StandInSupervisor
from tests.portal.conftest import Portal
from tests.portal.test_process import PATIENCE_S, Pages, running
from tests.portal.visitor import Visitor


def set_up(folder: Path) -> None:
    """The set-up is over."""
    Store(folder).write("progress", Progress(at="end", is_over=True))


@pytest.fixture
def owner(portal: Portal) -> Visitor:
    set_up(portal.folder)
    return portal.owner()


def test_it_tells_how_the_box_is(owner: Visitor, service: StandInService) -> None:
    page = owner.get("/")
    assert page.title == "This box"
    for sentence in (
        "It records.",
        "stand-in; the newest footage is 2 s old.",
        "The last 2 min are there.",
        "0 memories are kept.",
        "Everything that was to be copied is in the storage.",
        "The set-up network Moment-K7QD is open.",
        "22 GB of 30.9 GB are free.",
        "Lasts for about 3 months more.",
        "48 °C",
    ):
        assert sentence in page.words, sentence
    assert "trouble" not in page.html
    assert '<noscript><meta http-equiv="refresh" content="30"></noscript>' in page.html
    in_french = owner.get("/", Accept_Language="fr").words
    assert "22 Go sur 30,9 Go sont libres." in in_french


def test_it_leads_to_every_other_page_and_to_the_steps_that_are_left(portal: Portal, owner: Visitor) -> None:
    Store(portal.folder).write("progress", Progress(at="end", done=["welcome", "camera"], is_over=True))
    rows = re.findall(r'class="row" href="(.*?)"', owner.get("/").html)
    later = ["country", "wifi", "storage", "behaviour", "name"]
    assert rows == ["/look-back", "/memories", *(f"/set-up/{step}" for step in later), "/settings", "/help"]
    Store(portal.folder).write("progress", Progress(at="end", done=list(STEPS[:-1]), is_over=True))
    page = owner.get("/")
    assert "/set-up/" not in page.html
    assert "left for later" not in page.words


def test_it_tells_what_is_wrong_and_what_helps(owner: Visitor, service: StandInService) -> None:
    machine = service.box.machine
    service.box.machine = replace(machine, is_under_voltage=True, is_slowed=True, clock_is_trusted=False)
    words = owner.get("/").words
    assert "The power supply is too weak now: use a stronger one" in words
    assert "too hot" not in words
    assert "does not know the time yet" in words
    service.box.machine = replace(machine, was_under_voltage=True, is_slowed=True)
    words = owner.get("/").words
    assert "too weak once" in words
    assert "too hot and works slower" in words
    service.network.now = replace(service.network.now, internet="portal", joined=JoinedNetwork("Hotel", [], "", 50))
    assert "In Hotel, which wants somebody to sign in" in owner.get("/").words


def test_in_safe_mode_nothing_is_told_that_nobody_looked_at() -> None:
    status = asyncio.run(StandInService().status())
    safe = replace(status, recording=replace(status.recording, state="off", reason="It failed four times in a row."))
    with Flask("").app_context():
        said = told(safe, None)
    assert (said.headline, said.troubles) == (
        "It is in safe mode and does not record.",
        ("It failed four times in a row.",),
    )
    assert {"Memories", "Storage", "Looking back"}.isdisjoint(name for name, _ in said.facts)


def test_a_page_without_a_recorder_looks_again(lonely: Portal) -> None:
    set_up(lonely.folder)
    page = lonely.owner().get("/")
    assert (page.code, page.title) == (503, "The recorder does not answer")


def test_a_browser_that_does_not_listen_is_told_once(owner: Visitor) -> None:
    page = owner.get("/api/live")
    assert page.response.content_type == "text/event-stream; charset=utf-8"
    assert [name for name, _ in heard(page.html)] == ["state"]
    assert "It records." in heard(page.html)[0][1]


def test_the_newest_picture(owner: Visitor, service: StandInService) -> None:
    for _ in range(3):
        picture = owner.get("/picture.jpg")
        assert picture.response.content_type == "image/jpeg"
        assert picture.response.data == service.cameras.jpeg
    assert sum(type(request).__name__ == "Picture" for request in service.asked) == 1


def test_there_may_be_no_picture(owner: Visitor, service: StandInService) -> None:
    service.cameras.troubles[None] = "The camera is away."
    assert owner.get("/picture.jpg").code == 404


def test_an_old_picture_is_taken_anew() -> None:
    now_s = [0.0]
    newest, taken = Newest(lambda: now_s[0]), iter([b"1", b"2", b"3"])
    assert newest.jpeg(lambda: next(taken)) == b"1"
    now_s[0] = OLDEST_S
    assert newest.jpeg(lambda: newest.jpeg(bytes) + next(taken)) == b"12", "who comes meanwhile is shown the old one"
    now_s[0] = 5 * OLDEST_S
    with pytest.raises(RefusedError):
        newest.jpeg(_refuse)
    assert newest.jpeg(lambda: next(taken)) == b"3"


def test_what_was_asked_for_one_serves_the_others() -> None:
    now_s = [0.0]
    latest, taken = Latest[bytes](lambda: now_s[0]), iter([b"1", b"2", b"3"])
    assert [latest.value(lambda: next(taken)) for _ in range(3)] == [b"1"] * 3
    now_s[0] = LATEST_S
    with pytest.raises(RefusedError):
        latest.value(_refuse)
    assert latest.value(lambda: next(taken)) == b"2", "nothing old in its place"


def _refuse() -> bytes:
    raise RefusedError("No.")


@given(st.lists(st.tuples(st.booleans(), st.sampled_from("abcd"))))
def test_seats(steps: list[tuple[bool, str]]) -> None:
    seats, taken = Seats(MOST, EACH), list[str]()
    for comes, visitor in steps:
        if comes:
            is_free = len(taken) < MOST and taken.count(visitor) < EACH
            assert seats.take(visitor) is is_free
            taken += [visitor] if is_free else []
        elif visitor in taken:
            seats.leave(visitor)
            taken.remove(visitor)


# Listening


def heard(text: str) -> list[tuple[str, str]]:
    """Events and what they say, as a browser reads them."""
    found = re.findall(r"^event: (.*)\ndata: (.*)\n\n", text, re.MULTILINE)
    return [(name, json.loads(data)) for name, data in found]


class Listener:
    """A browser that listens, from an address of its own."""

    def __init__(self, pages: Pages, address: str = "127.0.0.1") -> None:
        self.connection = http.client.HTTPConnection(
            "127.0.0.1", pages.port, timeout=PATIENCE_S, source_address=(address, 0)
        )
        self.begin()

    def begin(self) -> None:
        """Ask, or come again, as a browser does when a stream is over."""
        self.connection.request("GET", "/api/live", headers={"Accept": "text/event-stream"})
        self.answer = self.connection.getresponse()

    def events(self) -> Iterator[tuple[str, str]]:
        name = ""
        while line := self.answer.readline().decode():
            word, _, rest = line.rstrip("\n").partition(": ")
            if word == "event":
                name = rest
            elif word == "data":
                yield name, json.loads(rest)

    def until(self, wanted: str) -> str:
        return next(data for name, data in self.events() if name == wanted)

    def hears(self, wanted: str, content: str, tell: Callable[[], object]) -> None:
        """Until that is heard; told anew if the stream was over before, which on a busy machine it may be."""
        tell()
        while (wanted, content) not in self.events():
            self.connection.close()
            self.begin()
            tell()


def test_who_listens_hears_what_happens(
    tmp_path: Path, control: Path, service: StandInService, supervisor: StandInSupervisor
) -> None:
    set_up(tmp_path / "pages")
    with running(tmp_path / "pages", control) as pages, contextlib.ExitStack() as stack:
        listeners = [Listener(pages) for _ in range(EACH)]
        for listener in listeners:
            stack.callback(listener.connection.close)
            assert "It records." in listener.until("state")
        one = listeners[0]
        for listener in listeners[:2]:  # each before the next: a slow one may hear two counts as one
            listener.hears("counted", "The last 6 minutes.", lambda: supervisor.publish(Counted(2, 6.0)))
        at_the_limit = Counted(2, 6.0, is_limit=True)
        one.hears("counted", "The last 6 minutes: there is no more.", lambda: supervisor.publish(at_the_limit))
        supervisor.publish(MemoryChanged("m1", "a.mp4", "assembling", 0.5))
        kept = MemoryChanged("m1", "a.mp4", "kept")
        one.hears("memory", "a.mp4 is kept.", lambda: supervisor.publish(kept))
        service.box.machine = replace(service.box.machine, temperature_c=71.2)
        supervisor.publish(RecordingChanged("recording"))
        assert "71 °C" in one.until("state")

        without_seat = Listener(pages)
        stack.callback(without_seat.connection.close)
        assert [name for name, _ in without_seat.events()] == ["state"], "told once, and asked to come again"


def test_four_phones_listen_and_every_page_is_there(
    tmp_path: Path, control: Path, supervisor: StandInSupervisor
) -> None:
    set_up(tmp_path / "pages")
    with running(tmp_path / "pages", control) as pages, contextlib.ExitStack() as stack:
        phones = [Listener(pages, f"127.0.0.{number}") for number in range(2, 2 + MOST)]
        for phone in phones:
            stack.callback(phone.connection.close)
            assert "It records." in phone.until("state")
        fifth = Listener(pages, "127.0.0.99")
        stack.callback(fifth.connection.close)
        assert [name for name, _ in fifth.events()] == ["state"]
        assert pages.ask("/")[0] == pages.ask("/look-back")[0] == pages.ask("/picture.jpg")[0] == 200
        supervisor.publish(Counted(3, 9.0))
        assert [phone.until("counted") for phone in phones] == ["The last 9 minutes."] * MOST


def test_who_listens_hears_that_the_recorder_is_away(tmp_path: Path, control: Path, service: StandInService) -> None:
    set_up(tmp_path / "pages")
    with running(tmp_path / "pages", control) as pages:
        with StandInSupervisor(control, service):
            listener = Listener(pages)
            assert "It records." in listener.until("state")
        assert "does not answer now" in listener.until("away")
        listener.connection.close()
        again = Listener(pages)
        assert "does not answer now" in again.until("away")
        again.connection.close()


@given(st.text())
def test_no_content_ends_an_event(content: str) -> None:
    assert heard(written("state", content)) == [("state", content)]
