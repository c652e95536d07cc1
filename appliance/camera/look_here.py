"""A look at the box's own cameras, which a broken one may hold up: nobody waits for it longer than it is worth."""

from collections.abc import Callable

from appliance.attending.abandoning import Alone
from appliance.camera.candidates import find_cameras
from appliance.camera.finders import Findings
from appliance.found import Found

LIMIT_S = 5.0
"""It takes some milliseconds."""
HANGS = "A camera at this box does not answer its driver: unplug it, and plug it in again."


class LookHere:
    """`look`: blocks. While one hangs no other begins."""

    def __init__(self, look: Callable[[], list[Found]] = find_cameras, limit_s: float = LIMIT_S) -> None:
        self._look = look
        self._limit_s = limit_s
        self._alone = Alone()

    async def __call__(self) -> Findings:
        """What is found, or that a camera hangs. Raises nothing."""
        try:
            return Findings(await self._alone.within(self._limit_s, self._look), [])
        except TimeoutError:
            return Findings([], [HANGS])
