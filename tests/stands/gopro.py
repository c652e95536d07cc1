"""Stand-ins for tests: their film is made once for all of them."""

import asyncio
import contextlib
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
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            words = (entry / "cmdline").read_bytes() if entry.name.isdecimal() else b""
            if b"appliance.gopro" in words and camera.address.encode() in words:
                found.append(int(entry.name))
    return found
