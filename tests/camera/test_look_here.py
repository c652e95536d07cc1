"""A look at the box's own cameras when a driver hangs: real threads, held until the test lets them go."""

import asyncio
import threading
from collections.abc import Iterator

import pytest

from appliance.camera.finders import Findings
from appliance.camera.look_here import HANGS, LookHere
from appliance.found import Found

WEBCAM = Found("v4l2", "Webcam", "/dev/video0")


class Driver:
    """Answers when it is let; how many ask it, and how many threads that took at a time."""

    def __init__(self) -> None:
        self.answers = threading.Event()
        self.asked = 0
        self.most_at_once = 0
        self._now = 0
        self._count = threading.Lock()

    def look(self) -> list[Found]:
        with self._count:
            self.asked += 1
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
        self.answers.wait()
        with self._count:
            self._now -= 1
        return [WEBCAM]


@pytest.fixture
def driver() -> Iterator[Driver]:
    driver = Driver()
    yield driver
    driver.answers.set()


async def test_what_is_found_is_told_each_time_anew(driver: Driver) -> None:
    driver.answers.set()
    look = LookHere(driver.look, 60.0)

    assert [await look(), await look()] == [Findings([WEBCAM], [])] * 2
    assert driver.asked == 2


async def test_a_driver_that_hangs_costs_one_thread_and_is_asked_anew_once_it_answers(driver: Driver) -> None:
    look = LookHere(driver.look, 0.05)
    for _ in range(5):
        assert await look() == Findings([], [HANGS])
    assert driver.asked == 1
    driver.answers.set()

    patient = LookHere(driver.look, 60.0)
    patient._alone = look._alone
    told = list(await asyncio.gather(patient(), patient()))

    assert told == [Findings([WEBCAM], [])] * 2
    assert (driver.asked, driver.most_at_once) == (3, 1)


async def test_who_gives_up_waiting_ends_nothing(driver: Driver) -> None:
    look = LookHere(driver.look, 60.0)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await look()
    driver.answers.set()

    assert await look() == Findings([WEBCAM], [])
    assert driver.most_at_once == 1


def test_a_driver_that_hangs_keeps_no_loop_from_ending(driver: Driver) -> None:
    """A pool of threads would be waited for, here and once more when the process ends."""
    assert asyncio.run(LookHere(driver.look, 0.05)()).troubles == [HANGS]
    assert all(thread.daemon for thread in threading.enumerate() if thread is not threading.main_thread())
