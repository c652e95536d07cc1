"""What is answered about presses: of the buttons, of the phone, and of parts of the ring that are to be kept."""

import asyncio
import logging
from collections.abc import Coroutine

from msgspec.structs import replace

from appliance.announcer import Announcer
from appliance.clock import Clock
from appliance.control.errors import RefusedError
from appliance.control.messages import Answer, Done, Hold, HoldAnswer, Keep, Press, PressRequest, Save, SaveAnswer
from appliance.control.server import Tell
from appliance.control.values import as_message
from appliance.memories.keeper import Keeper
from appliance.memories.moment import Moment, NotSavedError
from appliance.memories.shelf import Shelf
from appliance.panel.panel import Panel
from appliance.service.lookback import WallTime
from appliance.service.moments import answer_of, identity_of, whole_answer_of

OLDEST_PRESS_S = 60.0
"""A client may say when its press was, but not of long ago."""

_SMALLEST_TOLD_S = 1.0
_TITLE_OF_ANOTHER = "It was kept before: if it has a title already, it keeps that one."
_log = logging.getLogger(__name__)


class Presses:
    """Asks the keeper and the panel. `folder`: where the files lie, as clients are told."""

    def __init__(
        self, *, keeper: Keeper, shelf: Shelf, panel: Panel, clock: Clock, announcer: Announcer, folder: str
    ) -> None:
        self._keeper = keeper
        self._shelf = shelf
        self._panel = panel
        self._clock = clock
        self._announcer = announcer
        self._folder = folder
        self._tasks: set[asyncio.Task[None]] = set()

    async def ask(self, request: PressRequest, tell: Tell) -> Answer:
        """The answer to one request."""
        try:
            return await self._ask(request, tell)
        except OSError as error:
            raise RefusedError(f"Nothing was changed: the card does not take it ({error.strerror}).") from error

    async def _ask(self, request: PressRequest, tell: Tell) -> Answer:
        match request:
            case Save():
                return await self._save(request, tell)
            case Press():
                return await self._press(request)
            case Hold():
                return await self._hold(request)
            case Keep():
                return await self._keep(request, tell)

    async def _save(self, request: Save, tell: Tell) -> SaveAnswer:
        moment = self._keeper.save(request.minutes, self._pressed_at_s(request.pressed_at_s))
        return await self._awaited(moment, tell, wait=request.wait)

    async def _awaited(self, moment: Moment, tell: Tell, *, wait: bool) -> SaveAnswer:
        await self._secured(moment)
        if not wait:
            return answer_of(moment)
        with self._announcer.listening(tell, lambda: identity_of(moment)):
            return whole_answer_of(moment, await asyncio.shield(moment.finished), self._folder)

    async def _keep(self, request: Keep, tell: Tell) -> SaveAnswer:
        time = WallTime(self._clock)
        start_s, end_s = time.at_s(request.start_s), min(time.at_s(request.end_s), time.now_s)
        if start_s >= end_s:
            raise RefusedError("NOT SAVED: A stretch ends after it begins, and it begins before now.")
        footage_s = self._keeper.footage_s(start_s, end_s)
        title = request.title.strip()
        moment = self._keeper.keep(start_s, end_s, title)
        answer = await self._awaited(moment, tell, wait=False)
        remarks = [told_of_stretch(end_s - start_s, footage_s, footage_s if moment.inside else moment.available_s)]
        if title and moment.inside:
            self._start(self._entitle(moment, title))
            remarks.append(_TITLE_OF_ANOTHER)
        whole = await self._awaited(moment, tell, wait=True) if request.wait else answer
        return replace(whole, remark=" ".join(filter(None, remarks)) or None)

    async def _entitle(self, moment: Moment, title: str) -> None:
        """A stretch that an earlier memory holds gives that one its title; the archive may be busy for long."""
        try:
            entries = await asyncio.shield(moment.finished)
            await self._shelf.entitle(entries[-1].id, title)
        except (NotSavedError, OSError) as error:
            _log.warning("The title of a part that was kept before could not be written: %s", error)

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _press(self, request: Press) -> SaveAnswer | Done:
        if request.button == "upload":
            await self._panel.hold("upload", request.hold_s)
            return Done(f"The upload button was held for {request.hold_s:g} s.")
        await self._panel.hold("save", request.hold_s)
        return await self._after_press()

    async def _hold(self, request: Hold) -> SaveAnswer | HoldAnswer:
        if request.hold_s:
            self._panel.keep_down("save", request.holder, request.hold_s)
            return as_message(self._announcer.last_count, HoldAnswer)
        await self._panel.let_go("save", request.holder)
        return await self._after_press()

    async def _after_press(self) -> SaveAnswer:
        await self._keeper.wait_until_quiet()
        moment = self._announcer.last_press
        if moment is None:
            raise RefusedError("The save button is stuck: free it first.")
        await self._secured(moment)
        return answer_of(moment)

    async def _secured(self, moment: Moment) -> None:
        try:
            await asyncio.shield(moment.secured)
        except NotSavedError as error:
            raise RefusedError(f"NOT SAVED: {error}") from error

    def _pressed_at_s(self, said_s: float | None) -> float:
        now_s = self._clock.monotonic_s()
        return said_s if said_s is not None and now_s - OLDEST_PRESS_S <= said_s <= now_s else now_s


def told_of_stretch(asked_s: float, footage_s: float, new_s: float) -> str | None:
    """What the owner is told of a stretch that does not become a memory as a whole; None if it does. Pure.

    `footage_s`: what the ring has of it; `new_s`: what of that no earlier memory has.
    """
    told = []
    if asked_s - footage_s >= _SMALLEST_TOLD_S:
        told.append(f"{asked_s - footage_s:.0f} s of that time are not in the ring: overwritten, or not recorded.")
    if footage_s - new_s >= _SMALLEST_TOLD_S:
        told.append(f"{footage_s - new_s:.0f} s of it are in an earlier memory already.")
    return " ".join(told) or None
