"""The rooms `recording` and `memories` joined as in the appliance, with a clock that is set by hand and a camera
whose footage was cut beforehand: segments open, grow and close as if ffmpeg had just written them.
"""

import asyncio
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from appliance.memories.archive import Archive
from appliance.memories.assembler import TEMPORARY, Assembler, AssemblyError, Made
from appliance.memories.claims import Claims
from appliance.memories.gaps import gap_at_end, gap_between
from appliance.memories.keeper import Keeper
from appliance.memories.model import Claim, Entry, Gap
from appliance.memories.moment import Moment, State
from appliance.memories.plan import Overlap
from appliance.memories.shelf import Shelf
from appliance.memories.truth import Truth
from appliance.memories.workshop import Workshop
from appliance.recording.folder import RingFolder
from appliance.recording.rebuild import rebuild
from appliance.recording.ring import Ring
from appliance.recording.segment import Key
from appliance.recording.store import RingStore, describe_now, first_reason

PATIENCE_S = 60.0
GRACE_S = 0.6
"""After so long a press without a camera is known to get no more footage."""


@dataclass
class HandClock:
    """Implements `Clock`; somebody else moves its hands."""

    boot_id: str = "this boot"
    now_s: float = 1000.0
    wall_offset_s: float = 1_795_000_000.0
    trusted: bool = True

    def monotonic_s(self) -> float:
        return self.now_s

    def wall_s(self) -> float:
        return self.now_s + self.wall_offset_s

    def is_trusted(self) -> bool:
        return self.trusted


@dataclass
class StillCamera:
    """Implements the keeper's `Camera`."""

    latency_s: float = 0.0
    absence: str | None = "the camera is not there yet"


@dataclass(frozen=True)
class Word:
    """What a listener was told."""

    id: str
    name: str
    state: State
    progress: float | None
    sentence: str | None


@dataclass
class Ear:
    """Implements `ShelfListener`; remembers."""

    words: list[Word] = field(default_factory=list)
    shelf: dict[str, Entry] = field(default_factory=dict)
    """What is kept, by name, as far as it was told."""

    def memory_changed(
        self, identity: str, name: str, state: State, progress: float | None = None, sentence: str | None = None
    ) -> None:
        self.words.append(Word(identity, name, state, progress, sentence))

    def shelved(self, entries: list[Entry]) -> None:
        self.shelf = {entry.name: entry for entry in entries}

    def kept(self, entries: list[Entry], replaced: set[str]) -> None:
        self.shelf = {name: entry for name, entry in self.shelf.items() if entry.id not in replaced}
        self.shelf |= {entry.name: entry for entry in entries}

    def renamed(self, changed: list[tuple[Entry, Entry]]) -> None:
        for was, now in changed:
            del self.shelf[was.name]
            self.shelf[now.name] = now

    def deleted(self, entry: Entry) -> None:
        del self.shelf[entry.name]

    def states(self, identity: str) -> list[State]:
        """The states of one memory, each once where it repeats."""
        found: list[State] = []
        for word in self.words:
            if word.id == identity and found[-1:] != [word.state]:
                found.append(word.state)
        return found


@dataclass(frozen=True)
class Reel:
    """Footage cut beforehand, one file a segment."""

    segments: list[Path]
    segment_s: float


class ListAssembler(Assembler):
    """Stands in for ffmpeg: a memory's file is the list of its segments."""

    room_bytes: int | None = None

    async def assemble(self, claim: Claim, progress: Callable[[float], None]) -> list[Made]:
        await asyncio.sleep(0)
        listed = self._led_by(claim)
        listed += [s.key for s in claim.segments if self._claims.segment_path(claim, s.key).exists()]
        if not listed:
            raise AssemblyError("None of its pieces can be read.")
        progress(1.0)
        target = self._folder / f"{TEMPORARY}{claim.folder}-1.mp4"
        target.write_text(json.dumps(listed))
        return [Made(target, None, self._truth_of(claim, len(listed)))]

    def _led_by(self, claim: Claim) -> list[Key]:
        if claim.leading is None:
            return []
        return [Key(*pair) for pair in json.loads((self._folder / claim.leading.file).read_text())]

    def _truth_of(self, claim: Claim, count: int) -> Truth:
        return Truth(
            id=claim.id,
            claim=claim.folder,
            part=1,
            parts=1,
            press=claim.press,
            asked_s=claim.asked_s,
            got_s=float(count),
            gaps=self._gaps_of(claim),
            window_start_s=claim.window_start_s,
            first=claim.first,
            last=claim.last,
        )

    def _gaps_of(self, claim: Claim) -> list[Gap]:
        last = claim.segments[-1]
        end_s = last.start_s if last.end_s is None else last.end_s
        pairs = zip([None, *claim.segments], claim.segments, strict=False)
        told = [gap_between(claim, before, after) for before, after in pairs] + [gap_at_end(claim, last, end_s)]
        return [gap for gap in told if gap] + (claim.leading.gaps if claim.leading else [])


class Box:
    """One box; `start()` begins a life of its process, `crash()` ends it with nothing put in order."""

    keeper: Keeper
    workshop: Workshop
    shelf: Shelf
    store: RingStore
    claims: Claims
    archive: Archive
    assembler: Assembler

    def __init__(
        self,
        root: Path,
        reel: Reel,
        *,
        clock: HandClock | None = None,
        assembler: type[Assembler] = Assembler,
        step_s: float = 3.0,
        overlap: Overlap = "extend",
        latency_s: float = 0.0,
        capacity_bytes: int = 1 << 40,
        memories: Path | None = None,
    ) -> None:
        self.ring_path, self.memories_path = root / "ring", memories or root / "memories"
        for path in (self.ring_path, self.memories_path):
            path.mkdir(parents=True, exist_ok=True)
        self.reel = reel
        self.clock = clock or HandClock()
        self.camera = StillCamera(latency_s)
        self.ear = Ear()
        self.fixed: set[str] = set()
        """Ids of memories that may not grow any more."""
        self.patience_s = 0.0
        self.log: list[str] = []
        self.shot: dict[Key, int] = {}
        """Which piece of the reel every segment is."""
        self._make_assembler = assembler
        self._step_s = step_s
        self._overlap: Overlap = overlap
        self._capacity_bytes = capacity_bytes
        self._left_out_reason = ""
        self._threads: list[ThreadPoolExecutor] = []

    # A life of the process

    async def start(self) -> None:
        """Begin as `app.py` does."""
        self._threads = [ThreadPoolExecutor(1, name) for name in ("card", "flusher", "archivist")]
        card, flusher, self._archivist = self._threads
        folder = RingFolder(self.ring_path)
        found = rebuild(folder, describe_now(self.clock, 0, "", ""), self.reel.segment_s)
        self.claims = Claims(self.memories_path)
        self.claims.prepare()
        left = self.claims.read_all()
        self.archive = Archive(self.memories_path)
        entries = await asyncio.get_running_loop().run_in_executor(self._archivist, self.archive.open)
        used = [claim.last.epoch for claim in left] + [entry.last.epoch for entry in entries]
        self.store = RingStore(
            Ring(self._capacity_bytes), folder, card=card, flusher=flusher, clock=self.clock, disk_reserve_bytes=0
        )
        self.store.take(found, after_epoch=max(used, default=-1))
        self._left_out_reason = first_reason(self.store.ring, self.clock.boot_id)
        self.assembler = self._make_assembler(self.memories_path, self.claims, self._archivist)
        self.assembler.sweep()
        self.workshop = Workshop(
            archive=self.archive,
            assembler=self.assembler,
            claims=self.claims,
            room=self.store,
            clock=self.clock,
            card=card,
            archivist=self._archivist,
            listener=self.ear,
            patience_s=self.patience_s,
        )
        self.keeper = Keeper(
            store=self.store,
            claims=self.claims,
            workshop=self.workshop,
            camera=self.camera,
            clock=self.clock,
            card=card,
            listener=self.ear,
            step_s=self._step_s,
            overlap=self._overlap,
            may_grow=lambda identity: identity not in self.fixed,
        )
        self.shelf = Shelf(archive=self.archive, workshop=self.workshop, archivist=self._archivist, clock=self.clock)
        self.store.spare = self.shelf.start()
        self.workshop.start_from(entries)
        self.keeper.resume(left)
        self._working = asyncio.get_running_loop().create_task(self.workshop.run(self.log.append))

    async def crash(self) -> None:
        """End this life at once: whatever a thread has begun comes to its end, nothing else does."""
        tasks = [self._working, *self.keeper._tasks]
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        await asyncio.get_running_loop().run_in_executor(self._archivist, self.archive.close)
        for thread in self._threads:
            thread.shutdown()
        self._threads = []
        self.camera.absence = "the camera is not there yet"

    async def end(self) -> None:
        """End the last life, if there is one."""
        if self._threads:
            await self.crash()

    @property
    def has_failed(self) -> bool:
        """Whether the workshop ended, which it never should."""
        return self._working.done()

    # What a camera does

    async def connect(self, reason: str | None = None) -> None:
        """A camera connection begins, and its first segment with it."""
        await self.store.begin_epoch("a camera", reason or self._left_out_reason)
        self.camera.absence = None
        self._open(0)

    def grow(self, seconds: float) -> None:
        """The open segment grows for a while."""
        opened = self.store.ring.open
        assert opened
        self.clock.now_s += seconds
        content = self.reel.segments[self.shot[opened.key]].read_bytes()
        share = min(1.0, (self.clock.now_s - opened.start_s) / self.reel.segment_s)
        path = self.store.folder.path(opened.key)
        written = path.stat().st_size
        with path.open("ab") as file:
            file.write(content[written : max(written, int(len(content) * share))])
        self.store.grew()

    def close(self, *, is_whole: bool = True) -> None:
        """The open segment's writer closes it, with all that was written."""
        closed = self.store.closed(self.clock.now_s, is_whole=is_whole)
        if closed:
            self.keeper.segment_closed(closed[0])
            self.workshop.segment_closed()

    def complete(self) -> None:
        """The open segment reaches its length and is closed."""
        opened = self.store.ring.open
        assert opened
        self.grow(max(0.0, opened.start_s + self.reel.segment_s - self.clock.now_s))
        self.close()

    def follow(self) -> None:
        """The next segment is opened."""
        assert self.store.ring.newest
        self._open(self.store.ring.newest.number + 1)

    def roll(self, segments: int = 1) -> None:
        """So many segments are closed, and another one is opened after each."""
        for _ in range(segments):
            self.complete()
            self.follow()

    def lose_camera(self, why: str = "the camera was unplugged") -> None:
        """The connection ends in the middle of a segment."""
        if self.store.ring.open:
            self.close()
        self.keeper.epoch_ended()
        self.camera.absence = why

    def _open(self, number: int) -> None:
        epoch = self.store._epoch
        assert epoch
        key = Key(epoch.number, number)
        self.shot[key] = len(self.shot) % len(self.reel.segments)
        self.store.folder.path(key).touch()
        self.store.opened(number, self.clock.now_s)
        self.keeper.segment_opened()

    async def evict(self, keep_segments: int = 0) -> None:
        """The ring lets its oldest segments go, for want of room."""
        ring, capacity = self.store.ring, self.store.ring.capacity_bytes
        while len(ring) > keep_segments:
            ring.capacity_bytes = ring.size_bytes + ring.headroom_bytes - 1
            await self.store.make_room()
        ring.capacity_bytes = capacity

    # What a hand does

    def press(self, asked_s: float) -> Moment:
        """A short press that asks for so much, an instant later."""
        if self.store.ring.open:
            self.grow(0.1)
        return self.press_at_once(asked_s)

    def press_at_once(self, asked_s: float) -> Moment:
        """A short press that asks for so much."""
        return self.keeper.save(asked_s / 60, self.clock.now_s)

    async def secured(self, moment: Moment) -> Moment:
        """The moment, once it cannot be lost any more."""
        async with asyncio.timeout(PATIENCE_S):
            await asyncio.shield(moment.secured)
        return moment

    async def kept(self, moment: Moment) -> list[Entry]:
        """The files that a moment became."""
        async with asyncio.timeout(PATIENCE_S):
            return await asyncio.shield(moment.finished)

    async def quiet(self) -> None:
        """Return when no moment that can be finished now is unfinished."""
        async with asyncio.timeout(PATIENCE_S):
            await self.keeper.wait_until_quiet()
            while self._is_working() and not self.has_failed:  # noqa: ASYNC110 - nobody tells when a moment waits
                await asyncio.sleep(0.005)
            await asyncio.sleep(0)

    def _is_working(self) -> bool:
        return any(moment.state != "waiting" and not moment.successor for moment in self.workshop._taken)

    async def entries(self) -> list[Entry]:
        """What is kept, oldest footage first."""
        return sorted(await self.workshop.entries(), key=lambda entry: (entry.first, entry.part))

    def litter(self) -> list[str]:
        """What lies in the folders and should not when all is done."""
        names = [path.name for path in self.claims.root.iterdir()]
        return names + [path.name for path in self.memories_path.glob(f"{TEMPORARY}*")]
