"""What the supervisor answers at its control socket: the rooms are asked, their values become messages."""

import asyncio
from collections.abc import Callable

from appliance import __version__
from appliance.announcer import Announcer
from appliance.clock import Clock
from appliance.control.errors import RefusedError
from appliance.control.messages import (
    Delete,
    Done,
    Event,
    MemoriesAnswer,
    MemoriesStatus,
    Memory,
    Press,
    RecordingStatus,
    RingStatus,
    Save,
    SaveAnswer,
    StatusAnswer,
)
from appliance.control.messages import Gap as GapMessage
from appliance.memories.archive import is_memory_name
from appliance.memories.keeper import Keeper
from appliance.memories.model import Entry, Gap
from appliance.memories.moment import Moment, NotSavedError
from appliance.memories.workshop import Workshop
from appliance.panel.panel import Panel
from appliance.recording.recorder import Recorder
from appliance.recording.store import RingStore

OLDEST_PRESS_S = 60.0
"""A client may say when its press was, but not of long ago."""


class Answers:
    """Implements the control server's `Service`."""

    def __init__(
        self,
        *,
        recorder: Recorder,
        store: RingStore,
        keeper: Keeper,
        workshop: Workshop,
        panel: Panel,
        clock: Clock,
        announcer: Announcer,
        folder: str,
    ) -> None:
        self._recorder = recorder
        self._store = store
        self._keeper = keeper
        self._workshop = workshop
        self._panel = panel
        self._clock = clock
        self._announcer = announcer
        self._folder = folder
        self._began_s = clock.monotonic_s()

    async def status(self) -> StatusAnswer:
        now_s = self._clock.monotonic_s()
        return StatusAnswer(
            version=__version__,
            uptime_s=round(now_s - self._began_s, 3),
            recording=self._recording(now_s),
            ring=self._ring(),
            memories=MemoriesStatus(self._workshop.count, self._keeper.pending, self._workshop.trouble),
            lamp=self._panel.lamp,
        )

    async def save(self, request: Save, tell: Callable[[Event], None]) -> SaveAnswer:
        moment = self._keeper.save(request.minutes, self._pressed_at_s(request.pressed_at_s))
        await self._secured(moment)
        if not request.wait:
            return self._answer(moment)
        with self._announcer.listening(tell, lambda: _identity(moment)):
            return self._whole_answer(moment, await asyncio.shield(moment.finished))

    async def press(self, request: Press) -> SaveAnswer | Done:
        if request.button == "upload":
            await self._panel.hold("upload", request.hold_s)
            return Done(f"The upload button was held for {request.hold_s:g} s.")
        await self._panel.hold("save", request.hold_s)
        await self._keeper.wait_until_quiet()
        moment = self._announcer.last_press
        if moment is None:
            raise RefusedError("The save button is stuck: free it first.")
        await self._secured(moment)
        return self._answer(moment)

    async def memories(self) -> MemoriesAnswer:
        return MemoriesAnswer([memory_message(entry, self._folder) for entry in await self._workshop.entries()])

    async def delete(self, request: Delete) -> Done:
        if not is_memory_name(request.name):
            raise RefusedError(f"{request.name} is not the name of a memory: `moment memories` lists them.")
        entry = next((e for e in await self._workshop.entries() if e.name == request.name), None)
        if entry and self._workshop.is_growing(entry.id):
            raise RefusedError(f"{request.name} is just growing longer by a newer press: wait until that is done.")
        if entry is None or not await self._workshop.delete(request.name):
            raise RefusedError(f"There is no memory {request.name}: `moment memories` lists those that are kept.")
        return Done(f"{request.name} is deleted.")

    async def _secured(self, moment: Moment) -> None:
        try:
            await asyncio.shield(moment.secured)
        except NotSavedError as error:
            raise RefusedError(f"NOT SAVED: {error}") from error

    def _pressed_at_s(self, said_s: float | None) -> float:
        now_s = self._clock.monotonic_s()
        return said_s if said_s is not None and now_s - OLDEST_PRESS_S <= said_s <= now_s else now_s

    def _recording(self, now_s: float) -> RecordingStatus:
        closed_s = self._recorder.last_closed_s
        return RecordingStatus(
            state=self._recorder.freshness.state,
            camera=self._recorder.camera,
            last_segment_age_s=None if closed_s is None else round(now_s - closed_s, 3),
            unflushed_s=round(self._store.unflushed_s, 3),
            restarts=self._recorder.restarts,
            reason=self._recorder.freshness.reason,
            warning=self._store.trouble or self._recorder.warning,
        )

    def _ring(self) -> RingStatus:
        ring = self._store.ring
        return RingStatus(
            segments=len(ring),
            bytes=ring.size_bytes,
            capacity_bytes=ring.capacity_bytes,
            seconds=round(ring.seconds, 3),
            left_out=self._store.left_out,
        )

    def _answer(self, moment: Moment) -> SaveAnswer:
        claim = _host(moment).claim
        inside = moment.inside
        return SaveAnswer(
            id=claim.id if claim else inside.id if inside else "",
            asked_s=round(moment.asked_s, 3),
            available_s=moment.available_s,
            secured_ms=round((moment.secured_s or 0.0) * 1000, 3),
            state="kept" if moment.state == "kept" else "secured",
            name=f"{claim.stem if claim else inside.stem if inside else ''}.mp4",
            extends=_extends(moment),
        )

    def _whole_answer(self, moment: Moment, entries: list[Entry]) -> SaveAnswer:
        entry = entries[-1]  # the part that holds the press
        said = self._answer(moment)
        return SaveAnswer(
            id=entry.id,
            asked_s=said.asked_s,
            available_s=said.available_s,
            secured_ms=said.secured_ms,
            state="kept",
            name=entry.name,
            extends=said.extends,
            path=f"{self._folder}/{entry.name}",
            got_s=round(sum(e.got_s for e in entries), 3),
            gaps=[gap_message(gap) for e in entries for gap in e.gaps],
            sha256=entry.sha256,
            parts=[f"{self._folder}/{e.name}" for e in entries],
        )


def _host(moment: Moment) -> Moment:
    while moment.successor:
        moment = moment.successor
    return moment


def _identity(moment: Moment) -> str:
    claim = _host(moment).claim
    return claim.id if claim else ""


def _extends(moment: Moment) -> str | None:
    if moment.inside:
        return moment.inside.stem
    claim = moment.claim
    return claim.stem if claim and (claim.merges or claim.supersedes) else None


def memory_message(entry: Entry, folder: str) -> Memory:
    """A catalogue entry as clients see it."""
    return Memory(
        name=entry.name,
        path=f"{folder}/{entry.name}",
        pressed_at=entry.press.local_time.isoformat(timespec="milliseconds"),
        asked_s=entry.asked_s,
        got_s=entry.got_s,
        gaps=[gap_message(gap) for gap in entry.gaps],
        size_bytes=entry.size_bytes,
        sha256=entry.sha256,
        id=entry.id,
        time_quality=entry.press.time_quality,
        part=entry.part,
        parts=entry.parts,
    )


def gap_message(gap: Gap) -> GapMessage:
    """A gap as clients see it."""
    return GapMessage(gap.at_s, gap.length_s, gap.reason)
