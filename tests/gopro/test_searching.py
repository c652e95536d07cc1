"""Slow searches give way to a camera that answers; the helper is a real one, which finds nobody here."""

import asyncio

import pytest

from appliance.gopro import helpers
from appliance.gopro.searching import search
from appliance.gopro.steps import Found, Missed
from tests.stands.gopro import StandInFactory, helpers_running


async def test_who_answers_meanwhile_is_found_and_the_helper_ended(gopro: StandInFactory) -> None:
    camera = gopro()
    assert await search("announcement", [camera.address]) == Found(camera.address)
    assert helpers_running() == []


async def test_a_search_without_end_holds_nobody(gopro: StandInFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(helpers, "wake", asyncio.Event().wait)
    camera = gopro()
    camera.fall_asleep()
    async with asyncio.timeout(60):
        searching = asyncio.create_task(search("bluetooth", [camera.address]))
        while not camera.asked:  # noqa: ASYNC110 - it is another thread's
            await asyncio.sleep(0.01)
        camera.wake()
        assert await searching == Found(camera.address)


async def test_who_does_not_answer_is_missed(gopro: StandInFactory) -> None:
    """What is at no cable is not said to be."""
    camera = gopro()
    camera.fall_asleep()
    assert await search("address", [camera.address]) == Missed()
