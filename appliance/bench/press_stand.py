"""The stand for presses: a large ring, and the rooms that a press goes through, built as the appliance builds them."""

import asyncio
import os
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack

import msgspec

from appliance.bench.bare_claim import BARE, claim_barely
from appliance.bench.materials import SEGMENT_S, lay_ring, tiny_segment
from appliance.bench.stage import Stage
from appliance.clock import SystemClock
from appliance.durable import flush_file, flush_folder
from appliance.memories.archive import Archive
from appliance.memories.assembler import Assembler
from appliance.memories.claims import Claims
from appliance.memories.keeper import Keeper
from appliance.memories.model import Claim
from appliance.memories.moment import Moment
from appliance.memories.workshop import Workshop
from appliance.recording.folder import RingFolder
from appliance.recording.rebuild import rebuild
from appliance.recording.ring import Ring
from appliance.recording.segment import Key
from appliance.recording.store import RingStore, describe_now
from appliance.threads import in_thread

STEP_S = 180


class Listener:
    """A camera that is there, and nobody who wants to know anything."""

    latency_s = 0.5
    absence: str | None = None

    def memory_changed(self, *_: object, **__: object) -> None:
        """Nobody listens."""

    shelved = kept = renamed = deleted = memory_changed


class Stand:
    """A ring of `count` segments with the rooms that a press goes through, as the appliance builds them."""

    def __init__(self, stage: Stage, count: int) -> None:
        self.count = count
        self._ring_path = stage.new_folder(f"press-{count}-ring")
        self._memories_path = stage.new_folder(f"press-{count}-memories")
        self._stage = stage
        self._clock = SystemClock()
        self._claims = Claims(self._memories_path)
        self._at_s = 0.0
        self._newest_claims: dict[int, Claim] = {}

    async def start(self, closing: AsyncExitStack) -> None:
        """Lay the ring, take it as after a start, and open a segment."""
        clock, listener, claims = self._clock, Listener(), self._claims
        laid_s = clock.monotonic_s()
        await lay_ring(self._stage, self._ring_path, self.count, boot_id=clock.boot_id, end_s=laid_s)
        card, flusher, archivist = (closing.enter_context(ThreadPoolExecutor(1)) for _ in range(3))
        folder = RingFolder(self._ring_path)
        found = rebuild(folder, describe_now(clock, 0, "", ""), SEGMENT_S)
        assert len(found.segments) == self.count, found.left_out
        store = RingStore(Ring(1 << 50), folder, card=card, flusher=flusher, clock=clock, disk_reserve_bytes=0)
        store.take(found)
        claims.prepare()
        archive = Archive(self._memories_path)
        await in_thread(archivist, archive.open)
        closing.push_async_callback(in_thread, archivist, archive.close)
        workshop = Workshop(
            archive=archive,
            assembler=Assembler(self._memories_path, claims, archivist),
            claims=claims,
            room=store,
            clock=clock,
            card=card,
            archivist=archivist,
            listener=listener,
        )
        self._keeper = Keeper(
            store=store,
            claims=claims,
            workshop=workshop,
            camera=listener,
            clock=clock,
            card=card,
            listener=listener,
            step_s=STEP_S,
            overlap="extend",
        )
        epoch = await store.begin_epoch("bench", "the recorder was restarted")
        self.open_path = folder.path(Key(epoch.number, 0))
        self._open_bytes = self.open_path.write_bytes(await self._stage.once(tiny_segment))
        flush_file(self.open_path)
        store.opened(0, laid_s)
        self._at_s = laid_s + 1  # every press asks for the very same segments
        self._folder = folder

    def dirty(self, size_bytes: int) -> None:
        """Let the writer of the open segment add so many bytes that are not on the card; 0 adds none."""
        if not size_bytes:
            return
        with self.open_path.open("r+b") as file:
            file.truncate(self._open_bytes)  # or it would grow to a size that no segment has
            os.fsync(file.fileno())
            file.seek(0, os.SEEK_END)
            file.write(bytes(size_bytes))

    async def press(self, steps: int) -> float:
        """One press through the keeper: milliseconds until its claim is durable. The claim is dropped again."""
        began = time.perf_counter()
        moment = self._keeper.save(steps * STEP_S / 60, self._at_s)
        await moment.secured
        took_ms = (time.perf_counter() - began) * 1000
        assert moment.claim is not None
        assert len(moment.claim.segments) == steps * STEP_S // SEGMENT_S + 1
        await self._forget(moment, moment.claim)
        self._newest_claims[steps] = moment.claim
        return took_ms

    def claim_of(self, steps: int) -> Claim:
        """What a press of so many steps claims here, once there was one."""
        return self._newest_claims[steps]

    async def _forget(self, moment: Moment, claim: Claim) -> None:
        await self._keeper.wait_until_quiet()
        moment.finished.set_result([])
        self._claims.drop(claim)
        flush_folder(self._claims.root)  # or the next measurement would pay for what was dropped
        await asyncio.sleep(0)

    def press_barely(self, claim: Claim) -> float:
        """The same links and flushes for the same claim in a bare function, and dropped again: milliseconds."""
        sources = [(str(self._folder.path(s.key)), s.key.file_name) for s in claim.segments]
        content, root = msgspec.json.encode(claim), str(self._claims.root)
        began = time.perf_counter()
        claim_barely(sources, content, root)
        took_ms = (time.perf_counter() - began) * 1000
        shutil.rmtree(f"{root}/{BARE}")
        flush_folder(self._claims.root)
        return took_ms

    def flush(self, size_bytes: int) -> float:
        """Flush so many bytes of the open segment and nothing else: milliseconds."""
        self.dirty(size_bytes)
        began = time.perf_counter()
        flush_file(self.open_path)
        return (time.perf_counter() - began) * 1000
