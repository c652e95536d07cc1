"""The recorder: connects the camera, cuts its stream into the ring, and does so again for ever.

connect ──▶ epoch: ffmpeg cuts, segments open and close ──▶ ended, with a reason ──▶ wait ──▶ connect

Somebody who needs what the camera hangs at, its radio, may let it stand still for a while: a gap with that reason.
"""

import asyncio
import contextlib
from contextlib import AsyncExitStack
from typing import NoReturn, Protocol

from appliance.backoff import Backoff
from appliance.camera.source import CameraTroubleError, Footage, Source
from appliance.camera.troubles import explain
from appliance.child import Child
from appliance.clock import Clock
from appliance.recording.cutter import cutting_command
from appliance.recording.freshness import Freshness, LastGasp, State
from appliance.recording.segment import Segment
from appliance.recording.store import RingStore, Settled
from appliance.recording.transport import Fingerprint
from appliance.recording.watcher import FileNews, Watcher

STEADY_AFTER_S = 30.0
"""An epoch of this length was no failure: the next wait is short again."""

_ENDED_PROPERLY = {0, 255}
"""ffmpeg's exit codes when it was told to end; any other may leave a frame half written."""

FORMAT_CHANGED = "the camera changed its picture format"

_Over = str
"""News that an epoch is over: the reason, or "" when ffmpeg ended by itself."""


class RecordingListener(Protocol):
    """Who wants to know what recording does. Called in the loop; must return at once."""

    def recording_changed(self, state: State, reason: str | None) -> None:
        """The state turned."""

    def segment_opened(self) -> None:
        """The ring has a new open segment."""

    def segment_closed(self, segment: Segment) -> None:
        """A segment was closed."""

    def epoch_ended(self) -> None:
        """Nothing more will come of this connection."""


class Recorder:
    """Keeps the ring filled. `run()` never returns."""

    def __init__(
        self,
        *,
        source: Source,
        store: RingStore,
        watcher: Watcher,
        clock: Clock,
        listener: RecordingListener,
        segment_s: float,
        first_reason: str,
    ) -> None:
        self.freshness = Freshness(segment_s)
        self._gasp = LastGasp(self.freshness.look_every_s)
        self.restarts = 0
        self.last_closed_s: float | None = None
        self.warning: str | None = None
        self._source = source
        self._store = store
        self._watcher = watcher
        self._clock = clock
        self._listener = listener
        self._segment_s = segment_s
        self._reason = first_reason
        self._backoff = Backoff(first_s=0.5, most_s=5.0)
        self._epoch = -1
        self._fingerprint: Fingerprint | None = None
        self._written_s: float | None = None
        self._told: State = "starting"
        self._pause: str | None = None
        self._pause_turned = asyncio.Event()
        self._connection: asyncio.Task[str] | None = None

    @property
    def camera(self) -> str:
        """The camera's name, for humans."""
        return self._source.name

    @property
    def latency_s(self) -> float:
        """How far the picture lags behind the world."""
        return self._source.latency_s

    @property
    def absence(self) -> str | None:
        """Why there is no fresh footage now; None if there is."""
        return None if self.freshness.state == "recording" else self.freshness.reason

    @property
    def is_paused(self) -> bool:
        """Whether it stands still because it was told to."""
        return self._pause is not None

    def pause(self, reason: str) -> None:
        """Let go of the camera until `resume`: what is written is closed properly, and the gap has this reason."""
        self._pause = reason
        self._pause_turned.set()
        if self._connection:
            self._connection.cancel()

    def resume(self) -> None:
        """Record again, at once; safe if it was not paused."""
        self._pause = None
        self._pause_turned.set()

    async def run(self) -> NoReturn:
        """Record for ever; cancelling ends the epoch properly, with its last segment closed."""
        while True:
            await self._stand_still()
            began_s = self._clock.monotonic_s()
            self._reason = await self._connect_unless_paused()
            self._turned(self.freshness.ended(self._reason), force=True)
            if self._clock.monotonic_s() - began_s >= STEADY_AFTER_S:
                self._backoff.reset()
            self.restarts += 1
            if self._reason != FORMAT_CHANGED:
                await self._wait(self._backoff.next_s())

    async def _wait(self, seconds: float) -> None:
        """Before the next try; a pause that begins or ends is no time to wait."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._pause_turned.wait()

    async def _stand_still(self) -> None:
        """Return when there is no pause."""
        while True:
            self._pause_turned.clear()
            if self._pause is None:
                return
            self._reason = self._pause
            if self.freshness.reason != self._pause:
                self._turned(self.freshness.ended(self._pause), force=True)
            self._backoff.reset()
            await self._pause_turned.wait()

    async def _connect_unless_paused(self) -> str:
        self._connection = asyncio.create_task(self._connect_once())
        try:
            return await self._connection
        except asyncio.CancelledError:
            us = asyncio.current_task()
            if self._pause is None or (us and us.cancelling()):
                raise
            return self._pause
        finally:
            self._connection = None

    async def _connect_once(self) -> str:
        """One connection to the camera; why it ended."""
        limit_s = self._source.start_limit_s
        self.freshness.connecting(self._clock.monotonic_s(), limit_s)
        try:
            async with AsyncExitStack() as stack:
                async with asyncio.timeout(limit_s + 5):
                    footage = await stack.enter_async_context(self._source.connect())
                # a camera that chose itself knows only now how long it takes
                self.freshness.connecting(self._clock.monotonic_s(), self._source.start_limit_s)
                self.warning = footage.warning
                return await self._record(footage)
        except CameraTroubleError as trouble:
            return str(trouble)
        except TimeoutError:
            return f"{self._source.name} did not answer within {limit_s:.0f} s"
        except OSError as error:
            return f"The ring's folder cannot be written ({error.strerror}): is the disk full or read-only?"

    async def _record(self, footage: Footage) -> str:
        epoch = await self._store.begin_epoch(self._source.name, self._reason)
        folder = self._store.folder.epoch_path(epoch.number)
        news: asyncio.Queue[FileNews | _Over] = asyncio.Queue()
        self._epoch, self._fingerprint, self._written_s = epoch.number, None, None
        self._gasp.connecting()
        self._watcher.watch(folder, news.put_nowait)
        child = await Child.start(cutting_command(footage, folder, self._segment_s))
        ended = asyncio.create_task(child.wait())
        ended.add_done_callback(lambda _: news.put_nowait(""))
        code = -1
        try:
            reason = await self._follow(news)
        finally:
            is_told_to = not ended.done()  # at the end of a stream ffmpeg hands out the half of a picture, too
            code = await child.stop()
            await self._finish(news, is_whole=is_told_to and code in _ENDED_PROPERLY)
            self._watcher.unwatch()
        return reason or explain(child.last_words, code, self._source.name)

    async def _follow(self, news: "asyncio.Queue[FileNews | _Over]") -> str:
        """Take the news until the epoch is over; its reason, "" if ffmpeg ended by itself."""
        while True:
            try:
                async with asyncio.timeout(self.freshness.next_look_s):
                    item: FileNews | _Over | None = await news.get()
            except TimeoutError:
                item = None
            if isinstance(item, str):
                return item
            if item:
                self._take(item, news)
            self._look()
            if self.freshness.is_hopeless(self._clock.monotonic_s()):
                return self.freshness.reason or f"{self._source.name} is connected but sends no picture"

    def _take(self, item: FileNews, news: "asyncio.Queue[FileNews | _Over]") -> None:
        """A closed file is whole once its writer opens the next; the kernel closes those of a killed writer too."""
        is_open = self._store.ring.open
        if item.what == "opened":
            if is_open:
                self._close(self._written_s or item.at_s, news, is_whole=True)
            self._written_s = None
            self._store.opened(item.number, item.at_s)
            self._listener.segment_opened()
        elif is_open and is_open.number == item.number:
            self._written_s = item.at_s

    def _close(self, at_s: float, news: "asyncio.Queue[FileNews | _Over]", *, is_whole: bool) -> None:
        closed = self._store.closed(at_s, is_whole=is_whole)
        if closed is None:
            return
        segment, settled = closed
        self.last_closed_s = segment.end_s
        if segment.duration_s > 1.5 * self._segment_s + 1:
            self.warning = f"The camera sends key frames {segment.duration_s:.0f} s apart: segments are longer for it."
        settled.add_done_callback(lambda future: self._compare(segment.epoch, future, news))
        self._listener.segment_closed(segment)

    def _compare(self, epoch: int, settled: Settled, news: "asyncio.Queue[FileNews | _Over]") -> None:
        """An epoch has one picture format: another one begins a new epoch."""
        if epoch != self._epoch:  # the last segment of the epoch before this one came late to the card
            return
        if settled.cancelled() or settled.exception() or (found := settled.result()) is None:
            return
        if self._fingerprint is not None and found != self._fingerprint:
            news.put_nowait(FORMAT_CHANGED)
        self._fingerprint = self._fingerprint or found

    def _look(self) -> None:
        now_s = self._clock.monotonic_s()
        if self._store.grew() and not self._gasp.may_be(now_s):
            self._store.make_room()
            self._turned(self.freshness.grew(now_s))
        else:
            self._turned(self.freshness.look(now_s))

    async def _finish(self, news: "asyncio.Queue[FileNews | _Over]", *, is_whole: bool) -> None:
        """Take the last news of an ffmpeg that has ended, and close what it left open."""
        await asyncio.sleep(0.05)  # the kernel's last words are on their way through the watcher's thread
        while not news.empty():
            item = news.get_nowait()
            if isinstance(item, FileNews):
                self._take(item, news)
        if self._store.ring.open:
            self._close(self._last_written_s(), news, is_whole=is_whole)
        self._listener.epoch_ended()

    def _last_written_s(self) -> float:
        """When the footage ends: silence before the end of the connection belongs to the gap."""
        if self.freshness.state == "stalled" and self.freshness.grew_s is not None:
            return self.freshness.grew_s
        return self._written_s or self._clock.monotonic_s()

    def _turned(self, state: State, *, force: bool = False) -> None:
        if force or state != self._told:
            self._told = state
            self._listener.recording_changed(state, self.freshness.reason)
