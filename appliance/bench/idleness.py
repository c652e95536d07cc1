"""(j) How often the upload wakes a processor up while there is nothing to do."""

import asyncio
import sys
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from appliance.bench.catalogued import entries
from appliance.bench.idle_box import NO_ROOM, ROOM, WATCHED
from appliance.bench.materials import ToolFailedError
from appliance.bench.processes import wake_ups
from appliance.bench.report import Measurement, row
from appliance.bench.stage import Stage
from appliance.child import Child
from appliance.memories.archive import Archive

_MEMORIES = 200
_SETTLED_AFTER_S = 2
_START_LIMIT_S = 60.0


async def measure(stage: Stage) -> Measurement:
    """For half a minute: an empty queue, and one with 200 memories under `manual`."""
    seconds = stage.size(30, 5)
    bare, empty, full, watched = await _count(stage, seconds)
    beside = "the same process without it"
    return Measurement(
        "j",
        "Wake-ups of an idle box",
        [
            row("upload with an empty queue", empty, "a minute", reference=bare, reference_is=beside),
            row("caused by the upload", empty - bare, "a minute", at_most=0),
            row(
                f"upload with {_MEMORIES} memories under `manual`",
                full,
                "a minute",
                reference=bare,
                reference_is=beside,
            ),
            row("caused by the upload", full - bare, "a minute", at_most=0),
            row(
                "upload with a watch over the network, on a bus that is not there",
                watched,
                "a minute",
                reference=bare,
                reference_is=beside,
            ),
        ],
        [
            (
                f"Voluntary context switches of all threads, as proc_pid_status(5) has them, in the same {seconds} s: "
                "who sleeps was woken up before. Each process had told that it has nothing to do, and had "
                f"{_SETTLED_AFTER_S} s to settle."
            ),
            (
                "The watch over the network tries to reach a bus that is away again and again, after 1 s first and "
                "every minute in the end: these are the tries from the start on. On a box with a bus it only listens."
            ),
        ],
    )


async def _count(stage: Stage, seconds: int) -> list[float]:
    """Wake-ups a minute of the four processes."""
    async with AsyncExitStack() as closing:
        boxes = [(NO_ROOM, 0), (ROOM, 0), (ROOM, _MEMORIES), (WATCHED, 0)]
        pids = [await closing.enter_async_context(_idle(stage, room, count)) for room, count in boxes]
        stage.say(f"doing nothing for {seconds} s")
        await asyncio.sleep(_SETTLED_AFTER_S)
        before, began_s = [wake_ups(pid) for pid in pids], time.monotonic()
        await asyncio.sleep(seconds)
        took_s = time.monotonic() - began_s
        return [(wake_ups(pid) - was) / took_s * 60 for pid, was in zip(pids, before, strict=True)]


@asynccontextmanager
async def _idle(stage: Stage, room: str, count: int) -> AsyncIterator[int]:
    """The pid of a process that has nothing to do."""
    folder = stage.new_folder("idle")
    _lay(folder, count)
    argv = [sys.executable, "-m", "appliance.bench.idle_box", str(folder), room]
    child = await Child.start(argv, output=PIPE)
    try:
        async with asyncio.timeout(_START_LIMIT_S):
            if await child.output.readline() != b"idle\n":
                raise ToolFailedError(f"The idle box did not start: {child.last_words}")
        yield child.pid
    finally:
        await child.stop()


def _lay(folder: Path, count: int) -> None:
    archive = Archive(folder)
    archive.open()
    archive.catalogue.replace([], entries(count))
    archive.close()
