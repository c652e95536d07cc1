"""Long answers are made in portions: between two of them the loop does what cannot wait, such as a press."""

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")
M = TypeVar("M")

AT_ONCE = 100
"""A few milliseconds on a board."""


async def in_portions(things: Sequence[T], told: Callable[[T], M]) -> list[M]:
    """`told` of each of them, in their order."""
    answers: list[M] = []
    for begin in range(0, len(things), AT_ONCE):
        answers += map(told, things[begin : begin + AT_ONCE])
        await asyncio.sleep(0)
    return answers
