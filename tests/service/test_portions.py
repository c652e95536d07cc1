"""A long answer keeps nobody waiting who comes meanwhile."""

import asyncio
from itertools import pairwise

from appliance.service.portions import AT_ONCE, in_portions


async def test_others_have_their_turns_while_a_long_answer_is_made() -> None:
    told: list[int] = []
    seen: list[int] = []

    def tell(number: int) -> int:
        told.append(number)
        return -number

    async def press() -> None:
        while len(told) < 10 * AT_ONCE:
            seen.append(len(told))
            await asyncio.sleep(0)

    _, answers = await asyncio.gather(press(), in_portions(range(10 * AT_ONCE), tell))

    assert answers == [-number for number in range(10 * AT_ONCE)]
    assert max(later - before for before, later in pairwise(seen)) <= AT_ONCE


async def test_nothing_is_told_of_nothing() -> None:
    assert await in_portions([], str) == []
