"""The best camera that is found, looked for anew whenever the one before is gone.

connect ──▶ the camera that was recorded before, at once ──▶ else a look at the box and around ──▶ the best of it
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from appliance.camera.finders import GRACE_S, LOOK_S, Findings
from appliance.camera.ranking import Mark, mark_of, ranked
from appliance.camera.source import CameraTroubleError, Footage, Source
from appliance.camera.used import UsedCamera
from appliance.found import Found

LONGEST_START_S = 85.0
"""No kind takes longer from being asked to its first picture."""
LOOK_AROUND_EVERY_S = 30.0
"""Looking around loads libraries and keeps the radios busy: not at each try while nothing is there."""
STEADY_AFTER_S = 20.0
"""A connection that ends sooner was a failure of its camera."""
FIRST_BYTES_S = 15.0
"""So long may a camera that is connected take: it is given up before it has proven itself."""
_NOTHING = "No camera is found: plug one in, or switch one on."


class AutoCamera:
    """`taken`: the camera that is recorded now, if one is.

    `build`: from what was found to a camera. `look_here`: at the box's own; `look_around`: at all others.
    """

    def __init__(
        self,
        *,
        build: Callable[[Found], Source],
        look_here: Callable[[], Awaitable[Findings]],
        look_around: Callable[[], Awaitable[Findings]],
        remembered: Path | None = None,
        now_s: Callable[[], float] = time.monotonic,
        steady_after_s: float = STEADY_AFTER_S,
    ) -> None:
        self.taken: Found | None = None
        self._build = build
        self._look_here = look_here
        self._look_around = look_around
        self._used = UsedCamera(remembered)
        self._now_s = now_s
        self._steady_after_s = steady_after_s
        self._failed: set[Mark] = set()
        self._around: Findings | None = None
        self._around_s = 0.0
        self._source: Source | None = None
        self._mark: Mark | None = None
        self._why = ""

    @property
    def name(self) -> str:
        return f"{self._source.name} ({self._why})" if self._source else "the best camera that is found"

    @property
    def latency_s(self) -> float:
        return self._source.latency_s if self._source else 1.0

    @property
    def start_limit_s(self) -> float:
        if self.taken and self._source:
            return min(self._source.start_limit_s, FIRST_BYTES_S)
        return LOOK_S + GRACE_S + LONGEST_START_S

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Footage]:
        chosen, self._why = await self._choose()
        source = self._camera(chosen)
        self._failed.add(mark_of(chosen))  # until it has proven otherwise
        async with AsyncExitStack() as stack:
            footage = await self._entered(stack, source)
            proving = asyncio.create_task(self._prove(chosen))
            self.taken = chosen
            try:
                yield footage
            finally:
                self.taken = None
                proving.cancel()
                await asyncio.wait([proving])

    def _camera(self, chosen: Found) -> Source:
        """The one of before if it is the same: it has learned which microphone fails, and where it was reached."""
        if self._source is None or self._mark != mark_of(chosen):
            self._source, self._mark = self._build(chosen), mark_of(chosen)
        return self._source

    async def _prove(self, chosen: Found) -> None:
        """Remembered while it is recorded, not afterwards: a power cut may be the end of it."""
        await asyncio.sleep(self._steady_after_s)
        self._failed.clear()
        await asyncio.to_thread(self._used.note, chosen)

    @staticmethod
    async def _entered(stack: AsyncExitStack, source: Source) -> Footage:
        try:
            async with asyncio.timeout(source.start_limit_s + 5):
                return await stack.enter_async_context(source.connect())
        except TimeoutError:
            raise CameraTroubleError(f"{source.name} did not answer within {source.start_limit_s:.0f} s.") from None

    async def _choose(self) -> tuple[Found, str]:
        """The camera to try now, and why this one."""
        here = await self._look_here()
        used = self._used.last
        if used and mark_of(used) not in self._failed and _may_be_there(used, here.cameras):
            return used, "recorded before"
        around = await self._look_further()
        found = [*here.cameras, *around.cameras]
        good = ranked(found, used=mark_of(used) if used else None, failed=self._failed)
        if not good:
            self._failed.clear()
            raise CameraTroubleError(_why_none(found, [*here.troubles, *around.troubles]))
        if all(mark_of(camera) in self._failed for camera in good):
            self._failed.clear()  # each has had its turn
        return good[0], "the only one that is found" if len(good) == 1 else f"the best of {len(good)} that are found"

    async def _look_further(self) -> Findings:
        """All others; what was found a moment ago is there to be tried again."""
        if self._around is None or self._now_s() - self._around_s >= LOOK_AROUND_EVERY_S:
            self._around = await self._look_around()
            self._around_s = self._now_s()
        return self._around


def _may_be_there(used: Found, here: list[Found]) -> bool:
    """One that is not at the box itself is found to be away by trying it, at no loss of time."""
    if used.kind in {"v4l2", "rpicam"}:
        return any(mark_of(one) == mark_of(used) and one.trouble is None for one in here)
    return True


def _why_none(found: list[Found], troubles: list[str]) -> str:
    told = [camera.trouble for camera in found if camera.trouble] or [_NOTHING, *troubles]
    return " ".join(told)
