"""(o) How steadily GoPros are kept alive while the processors are busy with something else.

Each camera is a stand-in in this process, which notes when a keep-alive arrives, and has an attendant of its own.
"""

import asyncio
import itertools
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager

from appliance.bench.feeding import free_ports
from appliance.bench.report import Measurement, Row, percentile, row
from appliance.bench.stage import Stage
from appliance.camera.gopro import GoProCamera
from appliance.child import Child
from appliance.standins.gopro import GoProStandIn

LATEST_S = 3.2
"""A camera that hears nothing for 3 s may fall asleep; who is told every 2.5 s forgives the rest."""
_PATH = "/gopro/camera/keep_alive"
_CAMERAS = 4


async def measure(stage: Stage) -> Measurement:
    """(o)."""
    seconds, hogs = stage.size(120, 8), max(2, os.cpu_count() or 1)
    with ExitStack() as stack:
        folder = stage.new_folder("gopros")
        cameras = [stack.enter_context(GoProStandIn(folder=folder, size="320x180")) for _ in range(_CAMERAS)]
        async with AsyncExitStack() as connections:
            for camera, port in zip(cameras, free_ports(_CAMERAS), strict=True):
                await connections.enter_async_context(GoProCamera(address=camera.address, port=port).connect())
            stage.say(f"keeping {_CAMERAS} GoPros alive for {seconds} s, and as long on a busy machine")
            quiet = await _steps(cameras, seconds)
            async with _busy(hogs):
                busy = await _steps(cameras, seconds)
    return Measurement(
        "o",
        "Keep-alives of a GoPro on a busy machine",
        [_row(busy, quiet, 50), _row(busy, quiet, 99, LATEST_S), _row(busy, quiet, 100)],
        [
            (
                f"Between two keep-alives as they arrive, {len(busy)} of {_CAMERAS} cameras in {seconds} s, beside "
                f"{len(quiet)} on the same machine before. Busy: {hogs} processes of normal priority that want a "
                "processor each. The cameras are stand-ins; they note the time in a process that is kept waiting, too."
            ),
        ],
    )


def _row(busy: list[float], quiet: list[float], percent: int, at_most_s: float | None = None) -> Row:
    what = f"between two keep-alives, {f'p{percent}' if percent < 100 else 'longest'}"  # noqa: PLR2004 - of a hundred
    beside = percentile(quiet, percent)
    return row(
        what, percentile(busy, percent), "s", reference=beside, reference_is="nobody else busy", at_most=at_most_s
    )


async def _steps(cameras: list[GoProStandIn], seconds: int) -> list[float]:
    """From one keep-alive to the next, of all cameras, in this time from now."""
    began_s = time.monotonic()
    await asyncio.sleep(seconds)
    found: list[float] = []
    for camera in cameras:
        said_s = [at_s for at_s, path in [*camera.asked] if path == _PATH and at_s >= began_s]
        found += [after - before for before, after in itertools.pairwise(said_s)]
    return found


@asynccontextmanager
async def _busy(count: int) -> AsyncIterator[None]:
    async with AsyncExitStack() as stack:
        for _ in range(count):
            hog = await Child.start([sys.executable, "-c", "while True: pass"])
            stack.push_async_callback(hog.stop)
        yield
