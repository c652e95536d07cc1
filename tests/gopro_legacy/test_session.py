"""The session of a GoPro of the old kind, against cameras that do anything at any time."""

import math

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from appliance.gopro_legacy.session import GREET_EVERY_S, PATIENCE_S, SILENCE_S, Deed, Session, Status

STATUSES = st.builds(Status, guests=st.integers(0, 2), is_recording=st.booleans())


class AnyCamera(RuleBasedStateMachine):
    """Drives a session by a clock of its own. A request is answered some time, or never."""

    def __init__(self) -> None:
        super().__init__()
        self.now_s = 1000.0
        self.session = Session("GoPro", self.now_s)
        self.open: set[Deed] = set()
        self.saw_guest = False
        self.greeted_s = math.inf
        self.heard_s = math.inf
        self.act()

    def act(self) -> None:
        for deed in self.session.due(self.now_s):
            if deed in {"ask", "start"}:
                assert not self.open, "one request at a time"
                self.open.add(deed)
            if deed == "start":
                assert self.saw_guest, "not before the camera has seen us"
                assert self.session.stage != "streaming", "what streams is not started anew"
            if deed == "greet":
                self.greeted_s = self.now_s

    @rule(part=st.floats(0, 1))
    def time_passes(self, part: float) -> None:
        """Up to when the session wants to look again, exactly then in most cases."""
        wait_s = max(0.0, self.session.next_s - self.now_s) if self.session.trouble is None else 1.0
        self.now_s += wait_s * min(1.0, part * 2)
        self.act()

    @precondition(lambda self: "ask" in self.open)
    @rule(status=STATUSES)
    def tells_its_status(self, status: Status) -> None:
        self.open.discard("ask")
        self.saw_guest = self.saw_guest or (status.guests > 0 and not status.is_recording)
        self.session.answered(status, self.now_s)
        self.act()

    @precondition(lambda self: "start" in self.open)
    @rule()
    def accepts(self) -> None:
        self.open.discard("start")
        self.session.started(self.now_s)
        self.act()
        if self.session.trouble is None:
            assert self.greeted_s == self.now_s, "greeted at once"

    @precondition(lambda self: self.open)
    @rule()
    def fails(self) -> None:
        self.open.clear()
        self.session.failed("It refuses.", self.now_s)
        self.act()

    @rule()
    def sends(self) -> None:
        before = self.session.stage
        is_first = self.session.heard(self.now_s)
        assert is_first == (before == "waiting")
        if self.session.stage == "streaming":
            self.heard_s = self.now_s
        self.act()

    @invariant()
    def it_is_greeted_in_time(self) -> None:
        if self.session.stage in {"waiting", "streaming"} and self.session.trouble is None:
            assert self.now_s - self.greeted_s <= GREET_EVERY_S + 1e-6

    @invariant()
    def it_never_waits_for_ever(self) -> None:
        if self.session.trouble is not None:
            assert self.session.due(self.now_s) == []
        elif self.session.stage == "streaming":
            assert self.now_s < self.heard_s + SILENCE_S
        else:
            assert self.now_s < 1000.0 + PATIENCE_S

    @invariant()
    def trouble_is_a_sentence(self) -> None:
        if self.session.trouble is not None:
            assert self.session.trouble.endswith((".", "?"))


TestAnyCamera = AnyCamera.TestCase


def streaming() -> Session:
    """One whose first picture came at 0.3 s."""
    session = Session("GoPro", 0.0)
    session.due(0.0)
    session.answered(Status(guests=1, is_recording=False), 0.1)
    session.due(0.1)
    session.started(0.2)
    session.heard(0.3)
    return session


def test_who_falls_silent_is_asked_why() -> None:
    session = streaming()
    session.due(0.3)
    asked_s = session.next_s
    assert session.due(asked_s) == ["ask"]
    session.answered(Status(guests=1, is_recording=True), asked_s + 0.1)
    assert asked_s < session.next_s <= 0.3 + SILENCE_S
    session.due(0.3 + SILENCE_S)

    assert session.trouble == "GoPro records onto its own card and sends no pictures meanwhile; stop it there."


def test_who_goes_on_after_a_doubt_streams_on() -> None:
    session = streaming()
    session.due(2.0)
    session.heard(2.1)
    session.failed("It does not answer.", 2.2)
    session.heard(2.3)
    session.due(2.3 + SILENCE_S)

    assert session.trouble == "GoPro has stopped sending; is it still on, charged and near?"


def test_the_last_reason_is_the_one_that_is_told() -> None:
    session = Session("GoPro", 0.0)
    session.due(0.0)
    session.answered(Status(guests=0, is_recording=False), 0.2)
    session.due(1.2)
    session.failed("It is busy.", 1.4)
    session.due(PATIENCE_S)

    assert session.trouble == "It is busy."


def test_a_start_that_brings_no_picture_is_repeated_until_one_comes() -> None:
    session = Session("GoPro", 0.0)
    session.due(0.0)
    session.answered(Status(guests=1, is_recording=False), 0.1)
    assert session.due(0.1) == ["start"]
    session.started(0.2)
    assert session.due(0.2) == ["greet"]
    assert "start" in session.due(session.next_s + 2.0)
    session.started(4.5)
    session.heard(4.6)

    assert session.stage == "streaming"
    assert session.due(5.0) == ["greet"]
    assert session.due(6.0) == []
