"""Blocking work in its owner's thread."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from appliance.threads import in_thread


async def test_work_is_done_in_its_owners_thread_while_the_loop_goes_on() -> None:
    may_end = threading.Event()

    def work(first: int, second: int) -> tuple[str, int]:
        assert may_end.wait(60)
        return threading.current_thread().name, first + second

    with ThreadPoolExecutor(1, "owner") as owner:
        waiting = asyncio.create_task(in_thread(owner, work, 3, 4))
        await asyncio.sleep(0.05)
        assert not waiting.done()
        may_end.set()
        assert await waiting == ("owner_0", 7)


async def test_what_goes_wrong_there_is_raised_here() -> None:
    with ThreadPoolExecutor(1) as owner, pytest.raises(ValueError, match="invalid literal"):
        await in_thread(owner, int, "seven")
