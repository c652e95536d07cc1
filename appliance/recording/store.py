"""The ring and its folder together: what is opened, closed, flushed and let go, in that order.

Two threads do the blocking work, each with one owner: `card` links and unlinks (shared with the claims, so that
nothing is unlinked while a claim asks for it), `flusher` brings closed segments to the card in their order (R6).
"""

import asyncio
import contextlib
import os
from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path

from msgspec.structs import replace

from appliance.clock import Clock
from appliance.durable import free_bytes
from appliance.mpegts.packets import PACKET_BYTES
from appliance.recording.folder import RingFolder
from appliance.recording.rebuild import Rebuilt
from appliance.recording.ring import Ring, allowed_bytes
from appliance.recording.segment import Epoch, Key, Segment
from appliance.recording.transport import Fingerprint
from appliance.threads import in_thread

Settled = asyncio.Future[Fingerprint | None]
Spare = Callable[[int], tuple[int, list[Path]]]
"""Asked for so many bytes of the disk, gives up what is worth less than footage: how much, and the files to unlink."""


class RingStore:
    """Keeps ring and folder in step. All methods are called in the loop and return at once."""

    def __init__(
        self,
        ring: Ring,
        folder: RingFolder,
        *,
        card: Executor,
        flusher: Executor,
        clock: Clock,
        disk_reserve_bytes: int,
    ) -> None:
        self.ring = ring
        self.folder = folder
        self.unflushed: dict[Key, Segment] = {}
        """Closed segments that are not yet known to be on the card, oldest first."""
        self.left_out: list[str] = []
        self.trouble: str | None = None
        self.spare: Spare = lambda _: (0, [])
        """Who gives way before the ring does when the disk is short."""
        self._card = card
        self._flusher = flusher
        self._clock = clock
        self._disk_reserve_bytes = disk_reserve_bytes
        self._is_barren = False
        self._epoch: Epoch | None = None
        self._next_epoch = 0
        self._grew_s = 0.0

    @property
    def unflushed_s(self) -> float:
        """Seconds of footage that a power cut now would take."""
        now = self._clock.monotonic_s()
        waiting = sum(segment.duration_s for segment in self.unflushed.values())
        return waiting + (now - self.ring.open.start_s if self.ring.open else 0.0)

    @property
    def oldest_key(self) -> Key | None:
        """The first segment that is there, be it the open one."""
        return self.ring.oldest_key

    def take(self, rebuilt: Rebuilt, after_epoch: int = -1) -> "asyncio.Future[None]":
        """Start from what was found on disk; the future is done when the ring has given way to a short disk."""
        for epoch in rebuilt.epochs:
            self.ring.begin_epoch(epoch)
        for segment in rebuilt.segments:
            self.ring.add(segment)
            if not segment.is_whole:
                self._settle(segment)
        self.left_out = rebuilt.left_out
        self._next_epoch = rebuilt.next_epoch
        self.number_after(after_epoch)
        return self.make_room()

    def number_after(self, epoch: int) -> None:
        """Number new epochs after this one too.

        Memories name their segments: a number that one of them knows must never be given again, even if the
        ring's folder was emptied.
        """
        self._next_epoch = max(self._next_epoch, epoch + 1)

    async def begin_epoch(self, camera: str, reason: str) -> Epoch:
        """A camera is connected. An epoch that brought no segment is taken over by the next one.

        Raises:
            OSError: if its folder cannot be written.
        """
        number = self._next_epoch
        if self._epoch and self._is_barren:
            number = self._epoch.number
        self._next_epoch = number + 1
        self._is_barren = True
        self._epoch = describe_now(self._clock, number, camera, reason)
        self.ring.begin_epoch(self._epoch)
        await in_thread(self._card, self.folder.describe, self._epoch)
        return self._epoch

    def opened(self, number: int, at_s: float) -> None:
        """The writer opened a segment. It continues the one before it, if that belongs to the same epoch."""
        assert self._epoch is not None
        newest = self.ring.newest
        follows = newest is not None and newest.key == (self._epoch.number, number - 1)
        start_s = newest.end_s if newest and follows else at_s
        self.ring.begin_segment(Key(self._epoch.number, number), start_s)

    def grew(self) -> bool:
        """Whether the open segment has grown since the last look."""
        if self.ring.open is None:
            return False
        try:
            size = os.stat(self.folder.path(self.ring.open.key)).st_size  # noqa: PTH116 - once a second, kept cheap
        except FileNotFoundError:
            return False
        if size <= self.ring.open.size_bytes:
            return False
        self.ring.open.size_bytes = size
        self._grew_s = self._clock.monotonic_s()
        return True

    def closed(self, at_s: float, *, is_whole: bool) -> tuple[Segment, Settled] | None:
        """The writer closed the open segment; None if it came to nothing. The future tells when it is on the card.

        Its footage ends where it last grew: a writer may wait for a dead stream before it closes.
        """
        end_s = at_s if self.grew() else min(at_s, self._grew_s)
        was = self.ring.open
        assert was is not None
        if was.size_bytes < PACKET_BYTES:
            self.ring.drop_open()
            self._card.submit(self.folder.path(was.key).unlink, missing_ok=True)
            return None
        segment = self.ring.end_segment(max(end_s, was.start_s), was.size_bytes, is_whole=is_whole)
        settled = self._settle(segment)
        self._is_barren = False  # for ever: a memory may know its segments, even when they are evicted
        self._note_trusted_clock()
        self.make_room()
        return segment, settled

    def make_room(self, wanted_bytes: int = 0) -> "asyncio.Future[None]":
        """Let the ring shrink to its capacity, and until the disk has `wanted_bytes` beside the reserve.

        The future is done when the evicted files are gone.
        """
        free = free_bytes(self.folder.root)
        wanted_free = self._disk_reserve_bytes + wanted_bytes
        short = wanted_free + self.ring.headroom_bytes - free
        spared, films = self.spare(short) if short > 0 else (0, [])
        free += spared
        limit = allowed_bytes(self.ring.capacity_bytes, self.ring.size_bytes, free, wanted_free)
        gone = self.ring.evict(limit)
        empty = self.ring.forget_empty_epochs(self._next_epoch - 1) if gone else []
        loop = asyncio.get_running_loop()
        if not gone and not films:
            done: asyncio.Future[None] = loop.create_future()
            done.set_result(None)
            return done
        return loop.run_in_executor(self._card, self._remove, films, gone, empty)

    def _remove(self, films: list[Path], gone: list[Segment], empty: list[int]) -> None:
        for film in films:
            with contextlib.suppress(OSError):  # the ring gives way all the same
                film.unlink(missing_ok=True)
        self.folder.remove(gone, empty)

    def _settle(self, segment: Segment) -> Settled:
        self.unflushed[segment.key] = segment
        settled = asyncio.get_running_loop().run_in_executor(self._flusher, self.folder.settle, segment)
        settled.add_done_callback(lambda future: self._settled(segment, future))
        return settled

    def _settled(self, segment: Segment, future: Settled) -> None:
        self.unflushed.pop(segment.key, None)
        error = None if future.cancelled() else future.exception()
        if error and not isinstance(error, FileNotFoundError):  # an evicted segment needs no flush
            self.trouble = f"The card did not take a segment ({error}): it may be full or worn out."
        elif self.trouble and not error:
            self.trouble = None

    def _note_trusted_clock(self) -> None:
        """Once the time is known, the running epoch is described anew: a later boot can then place its footage."""
        if self._epoch and not self._epoch.wall_is_trusted and self._clock.is_trusted():
            offset_s = self._clock.wall_s() - self._clock.monotonic_s()
            self._epoch = replace(self._epoch, wall_offset_s=offset_s, wall_is_trusted=True)
            self.ring.begin_epoch(self._epoch)
            self._card.submit(self.folder.describe, self._epoch)


def describe_now(clock: Clock, number: int, camera: str, reason: str) -> Epoch:
    """An epoch that begins now."""
    now_s = clock.monotonic_s()
    return Epoch(
        number=number,
        boot_id=clock.boot_id,
        began_s=now_s,
        wall_offset_s=clock.wall_s() - now_s,
        wall_is_trusted=clock.is_trusted(),
        camera=camera,
        reason=reason,
    )


def first_reason(ring: Ring, boot_id: str) -> str:
    """Why the footage of an earlier life of this process ended."""
    if ring.newest is None:
        return "recording began"
    same_boot = ring.epochs[ring.newest.epoch].boot_id == boot_id
    return "the recorder was restarted" if same_boot else "the box was restarted"
