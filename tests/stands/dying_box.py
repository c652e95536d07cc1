"""A box that presses, grows, publishes and deletes, and dies by SIGKILL at a chosen step of its file work.

    python -m tests.stands.dying_box FOLDER REEL [STEP]

Steps are the calls that change files or flush them, in the threads that do so, and the start of every child, counted
by a profile function: a real process, a real death. What was promised is told on the standard output, line by line:
`secured` with the pieces of the reel that a press asked for, `opened` pieces, `described` ids, `discarded`, `back`,
`deleting` and `deleted` names; at the end `steps` with their number.
"""

import asyncio
import os
import signal
import sys
import threading
import time
from pathlib import Path
from types import FrameType
from typing import Any

from appliance.memories.descriptions import Description
from appliance.memories.moment import Moment
from tests.stands.memory_box import Box, Reel

FILE_WORK = {"link", "rename", "replace", "unlink", "rmdir", "mkdir", "fsync", "fdatasync", "open", "write"}
DATABASE_WORK = {"execute", "executemany", "executescript"}
CHILDREN = {"fork_exec", "posix_spawn"}
DESCRIBED = Description("The porch", "Rain.")


class Steps:
    """Counts, and ends the process at the chosen one."""

    def __init__(self, last: int) -> None:
        self.count = 0
        self._last = last
        self._lock = threading.Lock()

    def of_thread(self, _: FrameType, event: str, what: Any) -> None:
        """Profile function of the threads that work on files."""
        if event == "c_call" and what.__name__ in FILE_WORK | DATABASE_WORK:
            self._step()

    def of_loop(self, _: FrameType, event: str, what: Any) -> None:
        """Profile function of the loop: before a child is started, and while it works."""
        if event == "c_call" and what.__name__ in CHILDREN:
            self._step()
        if event == "c_return" and what.__name__ in CHILDREN:
            self._step(after_s=0.08)

    def _step(self, after_s: float = 0.0) -> None:
        with self._lock:
            self.count += 1
            if self.count == self._last:
                time.sleep(after_s)
                os.kill(os.getpid(), signal.SIGKILL)


def tell(what: str, *words: object) -> None:
    os.write(1, (" ".join([what, *map(str, words)]) + "\n").encode())


class TellingBox(Box):
    """Tells of its footage and its promises."""

    def _open(self, number: int) -> None:
        super()._open(number)
        tell("opened", list(self.shot.values())[-1])

    async def pressed(self, asked_s: float) -> Moment:
        """A press that is secured and told."""
        return await self.promised(self.press(asked_s))

    async def promised(self, moment: Moment) -> Moment:
        await self.secured(moment)
        assert moment.claim
        tell("secured", *(self.shot[segment.key] for segment in moment.claim.segments))
        return moment


async def live(box: TellingBox) -> None:
    await box.start()
    await box.connect()
    box.roll(5)
    box.grow(0.1)
    held = box.keeper.press_began(box.clock.now_s)  # 3 and the open 5
    await box.promised(held)
    box.keeper.press_counted(2)
    box.keeper.press_ended(2)
    await box.keeper.wait_until_quiet()
    await box.promised(held)
    box.roll(1)
    await box.kept(held)

    await box.evict(2)  # its file leads the next one
    second = await box.pressed(2.0)
    box.grow(0.8)  # the lag needs one more segment
    box.roll(1)
    third = await box.pressed(1.0)
    box.roll(2)
    await box.kept(second)
    await box.kept(third)

    box.complete()
    box.lose_camera()
    box.clock.now_s += 5
    await box.connect("the camera was away")
    box.roll(3)
    fourth = await box.pressed(1.5)
    box.roll(1)
    while box.ear.words[-1].state != "assembling":  # noqa: ASYNC110 - the ear only remembers
        await asyncio.sleep(0.001)
    fifth = await box.pressed(2.5)  # while the fourth is assembled
    box.roll(1)
    await box.kept(fourth)
    [entry] = await box.kept(fifth)

    await box.shelf.describe(entry.id, DESCRIBED)
    tell("described", entry.id)
    await box.shelf.discard(entry.name)
    tell("discarded", entry.name)
    await box.shelf.take_back(entry.name)
    tell("back", entry.name)
    tell("deleting", entry.name)
    await box.workshop.delete(entry.name)
    tell("deleted", entry.name)
    await box.pressed(0.5)
    await box.crash()


def main() -> None:
    folder, reel, *step = sys.argv[1:]
    steps = Steps(int(step[0]) if step else 0)
    threading.setprofile(steps.of_thread)
    sys.setprofile(steps.of_loop)
    box = TellingBox(Path(folder), Reel(sorted(Path(reel).glob("*.ts")), 1.0), latency_s=0.3, step_s=1.5)
    asyncio.run(live(box))
    tell("steps", steps.count)


if __name__ == "__main__":
    main()
