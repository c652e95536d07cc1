"""Strangers who ask whether the recorder is there keep neither it nor the pages busy."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest
from setup_portal.pulse import EVERY_S, Pulse
from setup_portal.throttle import Throttle

from appliance.control.messages import Status
from appliance.control.standin import StandInService
from tests.portal.conftest import Portal

PATIENCE_S = 60


def test_it_is_asked_once_a_second_however_many_ask() -> None:
    answers = [True, False]
    pulse = Pulse(lambda: answers.pop(0))

    assert [pulse.is_there(100.0), pulse.is_there(100.9)] == [True, True]
    assert [pulse.is_there(100.0 + EVERY_S), pulse.is_there(101.5)] == [False, False]
    assert answers == []


def test_while_it_hangs_one_waits_and_the_others_do_not() -> None:
    hangs, answers = Event(), Event()

    def look() -> bool:
        hangs.set()
        return answers.wait(PATIENCE_S)

    pulse = Pulse(look)
    with ThreadPoolExecutor(1) as thread:
        first = thread.submit(pulse.is_there, 100.0)
        assert hangs.wait(PATIENCE_S)
        assert not pulse.is_there(100.0)
        answers.set()
        assert first.result(PATIENCE_S)


def test_a_stranger_asks_the_pages_and_not_the_recorder(portal: Portal, service: StandInService) -> None:
    asked: list[object] = []
    answered = service._answered

    async def counted(request: Status, tell: object) -> object:
        asked.append(request)
        return await answered(request, tell)  # type: ignore[arg-type]

    service._answered = counted  # type: ignore[assignment,method-assign]
    stranger = portal.neighbour()
    assert {stranger.ask("GET", "/api/state").html for _ in range(20)} == {'{"is_up":true}\n'}
    assert len(asked) < 20


@pytest.fixture
def restless() -> Iterator[None]:
    """Threads that take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("restless")
def test_wrong_passwords_from_several_threads_are_counted() -> None:
    throttle, begin = Throttle(), Barrier(4)

    def guess(number: int) -> None:
        begin.wait(PATIENCE_S)
        for turn in range(300):
            throttle.wait_s(f"{number} {turn}", 0.0)
            throttle.wrong(f"{number} {turn}", 0.0)

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(guess, range(4))) == [None] * 4
