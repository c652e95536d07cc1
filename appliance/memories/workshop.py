"""The workshop: makes the files of secured moments, one after the other, and never gives a moment up.

take ──▶ room ──▶ assemble ──▶ publish ──▶ drop the claim
            └──────── waits: the claim holds the moment meanwhile
"""

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from datetime import datetime
from functools import partial
from typing import NoReturn, TypeVar

from appliance.clock import Clock
from appliance.durable import free_bytes
from appliance.memories.archive import Archive, free_stem
from appliance.memories.assembler import Assembler, AssemblyError
from appliance.memories.claims import Claims
from appliance.memories.model import Claim, Entry, stem_of
from appliance.memories.moment import Moment, State, led_by
from appliance.memories.neighbours import Room, ShelfListener
from appliance.memories.plan import Earlier, earlier_of
from appliance.memories.probing import probe_truth
from appliance.threads import in_thread

T = TypeVar("T")
TRIES = 3
PAUSE_S = 30.0


class Workshop:
    """Owns the queue of moments, and the archive through its thread `archivist`.

    `patience_s`: how long the making of files waits for the first new segment. What an earlier life secured loses
    nothing by it; what happens now is lost until the camera is recorded, and on a slow board both would be slower.
    """

    def __init__(
        self,
        *,
        archive: Archive,
        assembler: Assembler,
        claims: Claims,
        room: Room,
        clock: Clock,
        card: Executor,
        archivist: Executor,
        listener: ShelfListener,
        patience_s: float = 0.0,
    ) -> None:
        self.kept_lately: list[Earlier] = []
        """Memories whose footage a new press may touch."""
        self.count = 0
        self.trouble: str | None = None
        self._archive = archive
        self._assembler = assembler
        self._claims = claims
        self._room = room
        self._clock = clock
        self._card = card
        self._archivist = archivist
        self._listener = listener
        self._queue: asyncio.Queue[Moment | None] = asyncio.Queue()
        """Moments, and None when the time of day has become known."""
        self._taken: list[Moment] = []
        self._waiting: list[Moment] = []
        """Those of them for which the disk has no room."""
        self._stems: set[str] = set()
        self._is_dated = clock.is_trusted()
        self._patience_s = patience_s
        self._has_footage = asyncio.Event()

    def start_from(self, entries: list[Entry]) -> None:
        """Know what was kept before."""
        self.count = len(entries)
        self._stems = {entry.stem for entry in entries}
        self.kept_lately = self._touchable(earlier_of(entries))

    def free_stem(self, wanted: str, taken: Iterable[str]) -> str:
        """A name for a new memory."""
        return free_stem(wanted, self._stems | set(taken))

    def take(self, moment: Moment) -> None:
        """All footage of a moment is there."""
        self._taken.append(moment)
        moment.finished.add_done_callback(lambda _: self._taken.remove(moment))
        self._queue.put_nowait(moment)

    async def run(self, log: Callable[[str], None]) -> NoReturn:
        """Make files for ever; cancelling leaves the claim, and the next start goes on from it."""
        for sentence in await self._reconcile():
            log(sentence)
        await self._redate()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._has_footage.wait(), self._patience_s)
        while True:
            moment = await self._queue.get()
            if moment is None:
                await self._redate()
            elif moment.claim and not moment.successor:
                await self._make(moment, moment.claim)

    def segment_closed(self) -> None:
        """The world has moved on by one segment: room may have come, or the time of day."""
        self._has_footage.set()
        self._look_for_room()
        if not self._is_dated and self._clock.is_trusted():
            self._is_dated = True
            self._queue.put_nowait(None)

    async def entries(self) -> list[Entry]:
        """Every kept file, newest press first."""
        return await self._in_archive(self._archive.entries)

    async def entries_of(self, identity: str) -> list[Entry]:
        """The files of one memory, in order of their parts."""
        return await self._in_archive(self._archive.entries_of, identity)

    async def entry(self, name: str) -> Entry | None:
        """One kept file."""
        return await self._in_archive(self._archive.entry, name)

    async def delete(self, name: str) -> bool:
        """Delete one file; False if there is none of that name."""
        entry = await self._in_archive(self._archive.delete, name)  # in one go: it may be getting another name just now
        if entry is None:
            return False
        self.left(entry)
        return True

    def leaves(self, name: str) -> None:
        """A file is about to be deleted: from now on no press takes it for what it need not keep itself."""
        self.kept_lately = [e for e in self.kept_lately if e.stem != stem_of(name)]

    async def stays(self) -> None:
        """A file that was to be deleted is still there."""
        self.kept_lately = self._touchable(earlier_of(await self.entries()))

    def left(self, entry: Entry) -> None:
        """A file is not among the kept ones any more."""
        self.count -= 1
        self.kept_lately = [e for e in self.kept_lately if e.id != entry.id]
        self._listener.deleted(entry)
        self._look_for_room()

    async def came_back(self, entry: Entry) -> Entry:
        """A file that had left is kept again; its entry, by its true name if the time has become known since."""
        self.count += 1
        self._stems.add(entry.stem)
        self._listener.kept([entry], set())
        if self._clock.is_trusted():
            await self._redate()
        entries = await self.entries()
        self.kept_lately = self._touchable(earlier_of(entries))
        return next(now for now in entries if (now.id, now.part) == (entry.id, entry.part))

    def room_came(self) -> None:
        """There is more room on the disk than before."""
        self._look_for_room()

    @property
    def wanted_bytes(self) -> int:
        """What the moments that wait for room need, the first of them."""
        return self._waiting[0].wanted_bytes if self._waiting else 0

    async def _make(self, moment: Moment, claim: Claim) -> None:
        moment.state = "assembling"
        try:
            entries = await self._made_before(moment, claim)
            if not entries:
                files = await self._leading_files(claim)
                claim = led_by(claim, files)
                entries = [] if claim.segments else files
            if not entries:
                if not await self._find_room(moment, claim, files):
                    return
                entries = await self._make_files(claim)
        except (AssemblyError, OSError, sqlite3.Error) as error:
            self._failed(moment, claim, str(error))
            return
        self._note(moment, claim, entries)
        remark = await self._entitle(claim)
        await in_thread(self._card, self._claims.drop, claim)
        await self._finish(moment, claim, entries, remark)

    async def _made_before(self, moment: Moment, claim: Claim) -> list[Entry]:
        """The files of a claim that was cut off, or failed, after they had got their names."""
        if moment.failures:
            await self._reconcile()
        return await self._in_archive(self._archive.finish, claim)

    async def _reconcile(self) -> list[str]:
        """Hold the catalogue against the folder; a sentence for everything that had to be mended."""
        mended = await self._in_archive(self._archive.reconcile, probe_truth)
        entries = await self.entries()
        self.start_from(entries)
        self._listener.shelved(entries)
        return mended

    async def _make_files(self, claim: Claim) -> list[Entry]:
        await in_thread(self._card, self._claims.extend, claim, {}, [])
        self._tell(claim, "assembling", progress=0.0)
        made = await self._assembler.assemble(claim, partial(self._progress, claim))
        return await self._in_archive(self._archive.publish, claim, made)

    async def _leading_files(self, claim: Claim) -> list[Entry]:
        entries = await self.entries_of(claim.leading.id) if claim.leading else []
        return [entry for entry in entries if entry.claim != claim.folder]

    async def _find_room(self, moment: Moment, claim: Claim, files: list[Entry]) -> bool:
        wanted = await in_thread(self._card, self._claims.size_bytes, claim)
        wanted += sum(2 * entry.size_bytes for entry in files)  # turned back into one long segment first
        moment.wanted_bytes = wanted
        await self._room.make_room(wanted)
        if self._has_room(moment):
            return True
        if not self._gives_way(moment, claim):
            self._wait_for_room(moment, claim)
        return False

    def _wait_for_room(self, moment: Moment, claim: Claim) -> None:
        moment.state = "waiting"
        self._waiting.append(moment)
        wanted = f"{moment.wanted_bytes / 1e6:.1f} MB"
        self.trouble = f"{claim.stem} is secured, but its file needs {wanted} on the disk: delete something."
        self._tell(claim, "waiting", sentence=self.trouble)

    def _look_for_room(self) -> None:
        if self._waiting and self._has_room(self._waiting[0]):
            self._queue.put_nowait(self._waiting.pop(0))

    def _has_room(self, moment: Moment) -> bool:
        return free_bytes(self._archive.folder) > moment.wanted_bytes * 1.02

    def _note(self, moment: Moment, claim: Claim, entries: list[Entry]) -> None:
        """From here on the memory is known by its file: its claim's links are about to go."""
        moment.is_published = True
        replaced = {*claim.merges, claim.id}
        others = [earlier for earlier in self.kept_lately if earlier.id not in replaced]
        self.kept_lately = self._touchable(others) + earlier_of(entries)
        self._stems.update(entry.stem for entry in entries)
        self._listener.kept(entries, replaced)

    async def _entitle(self, claim: Claim) -> str | None:
        """Say what the owner calls it; a sentence if that is not to be."""
        try:
            if claim.title:
                await self._in_archive(self._archive.entitle, claim.id, claim.title)
        except OSError as error:
            return f"Its title could not be written ({error.strerror})."
        return None

    async def _finish(self, moment: Moment, claim: Claim, entries: list[Entry], remark: str | None) -> None:
        self.count = await self._in_archive(self._archive.count)
        self.trouble = None
        if self._clock.is_trusted() and entries[0].press.time_quality == "provisional":
            await self._redate()
            entries = await self.entries_of(claim.id)
        moment.state = "kept"
        self._tell(claim, "kept", progress=1.0, sentence=remark)
        moment.finished.set_result(entries)

    def _gives_way(self, moment: Moment, claim: Claim) -> bool:
        """Whether a longer moment, on its way already, takes the place of one whose file came to nothing."""
        if moment.heir is None:
            return False
        moment.give_way(moment.heir)
        self._card.submit(self._claims.drop, claim)
        return True

    def _failed(self, moment: Moment, claim: Claim, sentence: str) -> None:
        if self._gives_way(moment, claim):
            return
        moment.failures += 1
        if not self._has_room(moment):
            self._wait_for_room(moment, claim)
            return
        moment.state = "waiting"
        self.trouble = f"{claim.stem} is secured but its file could not be made: {sentence}"
        self._tell(claim, "waiting", sentence=self.trouble)
        if moment.failures < TRIES:
            asyncio.get_running_loop().call_later(PAUSE_S * moment.failures, self._queue.put_nowait, moment)

    async def _redate(self) -> None:
        """The time is known: memories of this boot are named by it."""
        if not self._clock.is_trusted():
            return
        wall_s = self._clock.wall_s()
        offset = datetime.fromtimestamp(wall_s).astimezone().utcoffset()
        offset_s = int(offset.total_seconds()) if offset else 0
        changed = await self._in_archive(
            self._archive.redate, self._clock.boot_id, wall_s - self._clock.monotonic_s(), offset_s
        )
        names = {was.name: now for was, now in changed}
        if names:
            self._stems.update(now.stem for now in names.values())
            self._listener.renamed(changed)
            self.kept_lately = self._touchable(earlier_of(await self.entries()))

    def _touchable(self, kept: list[Earlier]) -> list[Earlier]:
        """Those that footage of the ring overlaps or follows: a press looks at each of them."""
        oldest = self._room.oldest_key
        return [e for e in kept if oldest is not None and (e.last.epoch, e.last.number + 1) >= oldest]

    def _progress(self, claim: Claim, done: float) -> None:
        self._tell(claim, "assembling", progress=round(done, 3))

    def _tell(self, claim: Claim, state: State, progress: float | None = None, sentence: str | None = None) -> None:
        self._listener.memory_changed(claim.id, claim.stem, state, progress, sentence)

    async def _in_archive(self, work: Callable[..., T], *args: object) -> T:
        return await in_thread(self._archivist, work, *args)
