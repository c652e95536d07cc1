"""A boot that dies by SIGKILL at a chosen step of its file work.

    python -m tests.stands.dying_boot ROOT STEP…

For each step a copy of the card in ROOT is made beside it, under the step's number, and booted by a
child that dies there: a real process, a real death. Steps are the calls that change files or flush them. A child that
came to its end writes `done` into its copy.
"""

import os
import shutil
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

from tests.stands.boot_card import BootCard

FILE_WORK = {"open", "write", "fsync", "fdatasync", "replace", "unlink", "mkdir", "rmdir", "chmod", "fchmod"}


def boot_until(card: BootCard, last: int) -> None:
    """Boot, and die before a call or, if `last` is even, right after it (one that fails is no step then)."""
    count = 0
    dies_after = last % 2 == 0

    def step(_: FrameType, event: str, what: Any) -> None:
        nonlocal count
        if event not in {"c_call", "c_return"} or getattr(what, "__name__", "") not in FILE_WORK:
            return
        count += event == "c_call"
        if count == (last + 1) // 2 and dies_after == (event == "c_return"):
            os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(step)
    card.boot()
    sys.setprofile(None)
    (card.root / "done").touch()


def main() -> None:
    """Die at each step."""
    root = Path(sys.argv[1])
    for step in map(int, sys.argv[2:]):
        copy = root.with_name(str(step))
        shutil.copytree(root, copy)
        child = os.fork()
        if child == 0:
            boot_until(BootCard(copy), step)
            os._exit(0)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main()
