"""Blocking work belongs to threads with an owner; the loop waits for it here."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from typing import TypeVar

T = TypeVar("T")


async def in_thread(thread: Executor, work: Callable[..., T], *arguments: object) -> T:
    """Do blocking work in its owner's thread and wait for it."""
    return await asyncio.get_running_loop().run_in_executor(thread, work, *arguments)
