"""Stand-ins for tests: their film is made once for all of them."""

import asyncio
import contextlib
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from appliance.standins.gopro import KINDS, GoProStandIn

StandInFactory = Callable[..., GoProStandIn]


def factory(running: contextlib.ExitStack, folder: Path) -> StandInFactory:
    """`stand_in("HERO12", …)`: a camera with the keywords of `GoProStandIn`, until `running` ends."""

    def make(model: str = "HERO12", *, size: str = "320x180", **options: Any) -> GoProStandIn:
        return running.enter_context(GoProStandIn(KINDS[model], folder=folder, size=size, **options))

    return make


async def until(what: str, is_so: Callable[[], object], within_s: float = 30.0) -> float:
    """Wait until something is so; how long that took. Fails with `what`."""
    began_s = time.monotonic()
    while not is_so():
        assert time.monotonic() - began_s < within_s, f"not within {within_s:g} s: {what}"
        await asyncio.sleep(0.02)
    return time.monotonic() - began_s


def count(camera: GoProStandIn, path: str) -> int:
    """How often it was asked that."""
    return sum(asked == path for _, asked in camera.asked)


def attendants_of(camera: GoProStandIn) -> list[int]:
    """The processes that were started to speak with it."""
    return _running("appliance.gopro", camera.address)


def helpers_running() -> list[int]:
    """Those that this process started to look for cameras."""
    return [pid for pid in _running("appliance.gopro.") if f"\nPPid:\t{os.getpid()}\n" in _status(pid)]


def _running(*words: str) -> list[int]:
    """The processes in whose command all of them stand."""
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            command = (entry / "cmdline").read_bytes().decode(errors="replace") if entry.name.isdecimal() else ""
            found += [int(entry.name)] if command and all(word in command for word in words) else []
    return found


def _status(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/status").read_text()
    return ""
