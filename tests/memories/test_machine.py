"""Anything may happen in any order: presses, holds, camera losses, evictions, crashes, reboots, steps of the clock.

ffmpeg is replaced by a typed stand-in, whose files are lists of segments; all else is real.
"""

import asyncio
import json
import shutil
import tempfile
from collections.abc import Coroutine
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from appliance.memories.model import Entry
from appliance.memories.moment import Moment, NotSavedError
from appliance.memories.plan import Overlap
from appliance.recording.segment import Key
from tests.stands.campaign import IS_FULL, QUICK_DISK, stories
from tests.stands.memory_box import GRACE_S, Box, ListAssembler, Reel

STEP_S = 2.0
SELDOM = st.integers(0, 3)
"""What ends many stories happens only when this is 0."""


class SteppingLoop(asyncio.SelectorEventLoop):
    """Its timers fire when the machine says so."""

    ahead_s = 0.0

    def time(self) -> float:
        return super().time() + self.ahead_s


class Life(RuleBasedStateMachine):
    """One box, over many lives of its process."""

    reel: Reel
    overlap: Overlap

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="moment-", dir=QUICK_DISK))
        self.loop = SteppingLoop()
        self.promised: list[Key] = []
        """The segment that was newest at a press that was acknowledged."""
        self.untold: list[tuple[Key, float]] = []
        """The same for presses without a camera, with how long it had been away: a gap must be told."""
        self.asked_for: set[Key] = set()
        """What the ring had of the minutes that acknowledged presses asked for."""
        self.deleted: set[Key] = set()
        self.recent: list[Moment] = []

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        async def bounded() -> Any:
            async with asyncio.timeout(60):
                return await work

        return self.loop.run_until_complete(bounded())

    @initialize(latency_s=st.sampled_from([0.0, 0.4, 1.3]), trusted=st.booleans())
    def switch_on(self, latency_s: float, trusted: bool) -> None:
        self.box = Box(
            self.folder, self.reel, assembler=ListAssembler, overlap=self.overlap, latency_s=latency_s, step_s=STEP_S
        )
        self.box.clock.trusted = trusted

        async def work() -> None:
            await self.box.start()
            await self.box.connect()
            self.box.roll(4)

        self.do(work())

    # The camera

    @property
    def sees(self) -> bool:
        return self.box.store.ring.open is not None

    @precondition(lambda self: not self.sees)
    @rule()
    def connect(self) -> None:
        self.do(self.box.connect("the camera was away"))

    @precondition(lambda self: self.sees)
    @rule(segments=st.integers(1, 3))
    def roll(self, segments: int) -> None:
        async def work() -> None:
            for _ in range(segments):
                self.box.roll(1)
                await asyncio.sleep(0)

        self.do(work())

    @precondition(lambda self: self.sees)
    @rule(seconds=st.sampled_from([0.1, 0.45]))
    def grow(self, seconds: float) -> None:
        self.do(_async(self.box.grow, seconds))

    @precondition(lambda self: self.sees)
    @rule(away_s=st.sampled_from([0.0, 2.0, 30.0]), grows=st.booleans(), luck=SELDOM)
    def lose_camera(self, away_s: float, grows: bool, luck: int) -> None:
        if luck:
            return

        async def work() -> None:
            if grows:
                self.box.grow(0.2)
            self.box.lose_camera("the camera was unplugged")
            self.box.clock.now_s += away_s

        self.do(work())

    @rule(keep=st.integers(0, 4))
    def evict(self, keep: int) -> None:
        self.do(self.box.evict(keep))

    @precondition(lambda self: self.sees and not self.held)
    @rule(asked_s=st.sampled_from([1.5, 4.0]), keep=st.integers(1, 3))
    def keep_and_evict(self, asked_s: float, keep: int) -> None:
        """A memory becomes a file, and then the ring loses most of it."""

        async def work() -> None:
            moment = self.box.press(asked_s)
            await self._note(moment, self.newest)
            self.box.roll(2)
            self.loop.ahead_s += GRACE_S + 2.0
            await self.box.quiet()
            await self.box.evict(keep)

        self.do(work())

    # The hand

    @property
    def held(self) -> bool:
        return self.box.keeper._held is not None

    def window(self, moment: Moment, asked_s: float) -> set[Key]:
        """What the ring has of it."""
        ring = self.box.store.ring
        found = {one.key for one in ring if one.end_s > moment.at_s - asked_s and one.start_s < moment.at_s}
        return found | ({ring.open.key} if ring.open and ring.open.start_s < moment.at_s else set())

    async def _note(self, moment: Moment, newest: Key | None) -> None:
        wanted = self.window(moment, moment.asked_s)
        try:
            await self.box.secured(moment)
        except NotSavedError:
            assert newest is None or self.box.camera.absence, "only what was never seen is not saved"
            return
        assert newest is not None
        self.promised.append(newest)
        self.asked_for |= wanted
        away_s = moment.at_s - self.box.store.ring.newest.end_s if self.box.store.ring.newest else 0.0
        # a claim with the segments of a led one may find them all in that one's file: then it was kept before, too
        may_be_inside = moment.inside or (moment.claim and moment.claim.leading and moment.claim.supersedes)
        if not self.sees and away_s > 1.0 and not may_be_inside:
            self.untold.append((newest, away_s))
        self.recent.append(moment)

    @property
    def newest(self) -> Key | None:
        newest = self.box.store.ring.open or self.box.store.ring.newest
        return newest.key if newest else None

    @precondition(lambda self: not self.held)
    @rule(asked_s=st.sampled_from([0.5, 1.5, 4.0, 12.0]))
    def save(self, asked_s: float) -> None:
        async def work() -> None:
            moment = self.box.press(asked_s)
            await self._note(moment, self.newest)

        self.do(work())

    @precondition(lambda self: not self.held)
    @rule(asked_s=st.sampled_from([1.5, 4.0]))
    def save_twice_at_once(self, asked_s: float) -> None:
        async def work() -> None:
            moments = [self.box.press(asked_s), self.box.press(asked_s)]
            newest = self.newest
            for moment in moments:
                await self._note(moment, newest)

        self.do(work())

    @rule(ago_s=st.sampled_from([0.0, 0.6, 2.5, 7.0]), length_s=st.sampled_from([0.4, 1.5, 5.0, 40.0]))
    def keep_a_stretch(self, ago_s: float, length_s: float) -> None:
        async def work() -> None:
            end_s = self.box.clock.now_s - ago_s
            ring, start_s = self.box.store.ring, end_s - length_s
            wanted = {one.key for one in ring if one.end_s > start_s and one.start_s < end_s}
            wanted |= {ring.open.key} if ring.open and ring.open.start_s < end_s else set()
            try:
                await self.box.secured(self.box.keeper.keep(start_s, end_s))
            except NotSavedError:
                assert not wanted
            else:
                self.asked_for |= wanted

        self.do(work())

    @precondition(lambda self: not self.held)
    @rule()
    def press_down(self) -> None:
        async def work() -> None:
            if self.sees:
                self.box.grow(0.1)
            await self._note(self.box.keeper.press_began(self.box.clock.now_s), self.newest)

        self.do(work())

    @precondition(lambda self: self.held)
    @rule(steps=st.integers(2, 5))
    def hold(self, steps: int) -> None:
        async def work() -> None:
            held = self.box.keeper._held
            assert held
            self.box.keeper.press_counted(steps)
            wanted = self.window(held, steps * STEP_S)
            await self.box.keeper.wait_until_quiet()
            if held.claim or held.inside:
                self.asked_for |= wanted

        self.do(work())

    @precondition(lambda self: self.held)
    @rule(steps=st.integers(2, 5))
    def hold_on(self, steps: int) -> None:
        """The next thing happens before the step is secured."""
        self.do(_async(self.box.keeper.press_counted, steps))

    @precondition(lambda self: self.held)
    @rule(steps=st.integers(1, 5), waits=st.booleans())
    def release(self, steps: int, waits: bool) -> None:
        async def work() -> None:
            self.box.keeper.press_ended(steps)
            if waits:
                await self.box.keeper.wait_until_quiet()

        self.do(work())

    # The world

    @rule()
    def time_passes(self) -> None:
        """Bounds of waits run out; what can be made is made."""
        self.loop.ahead_s += GRACE_S + 2.0
        self.do(self.box.quiet())

    @rule(days=st.sampled_from([-1.0, 1.0, 20_000.0]), trusted=st.booleans())
    def step_clock(self, days: float, trusted: bool) -> None:
        self.box.clock.wall_offset_s = max(0.0, self.box.clock.wall_offset_s + days * 86_400)
        self.box.clock.trusted = self.box.clock.trusted or trusted

    @rule(which=st.integers(0, 9), waits=st.booleans())
    def discard_and_take_back(self, which: int, waits: bool) -> None:
        async def work() -> None:
            entries = await self.box.entries()
            if not entries or self.box.keeper.is_growing(entries[which % len(entries)].id):
                return
            entry = entries[which % len(entries)]
            if not await self.box.shelf.discard(entry.name):
                return  # the time has become known: it has just got another name
            if waits:
                self.box.clock.now_s += 5
            back = await self.box.shelf.take_back(entry.name)
            assert back
            assert (back.id, back.sha256) == (entry.id, entry.sha256)

        self.do(work())

    @rule(which=st.integers(0, 9), luck=SELDOM)
    def delete(self, which: int, luck: int) -> None:
        if luck:
            return

        async def work() -> None:
            entries = await self.box.entries()
            if not entries:
                return
            entry = entries[which % len(entries)]
            if self.box.keeper.is_growing(entry.id):
                return
            try:
                keys = listed(self.box, entry)
            except FileNotFoundError:
                return  # the time has become known: it has just got another name
            if await self.box.workshop.delete(entry.name):
                self.deleted |= set(keys)

        self.do(work())

    @rule(identity=st.integers(0, 9), luck=SELDOM)
    def send_away(self, identity: int, luck: int) -> None:
        """A memory is on its way to storage: it may not grow any more."""
        if luck:
            return

        async def work() -> None:
            entries = await self.box.entries()
            if entries:
                self.box.fixed.add(entries[identity % len(entries)].id)

        self.do(work())

    @rule(reboots=st.booleans(), luck=SELDOM)
    def crash(self, reboots: bool, luck: int) -> None:
        if luck:
            return

        async def work() -> None:
            await self.box.crash()
            if reboots:
                self.box.clock.boot_id += "'"
                self.box.clock.now_s = 1000.0
            await self.box.start()

        self.do(work())

    # What must hold

    @invariant()
    def the_supervisor_lives(self) -> None:
        if hasattr(self, "box"):
            assert not self.box.has_failed

    def teardown(self) -> None:
        try:
            if hasattr(self, "box"):
                self.do(self._at_the_end())
        finally:
            if hasattr(self, "box"):
                self.do(self.box.end())
            self.loop.close()
            shutil.rmtree(self.folder)

    async def _at_the_end(self) -> None:
        box = self.box
        if self.held:
            box.keeper.press_ended(1)
        if self.sees:
            box.grow(0.2)
            box.lose_camera()
        self.loop.ahead_s += GRACE_S + 5.0
        await box.quiet()
        while box.keeper._moments:  # noqa: ASYNC110 - bounded by the caller
            await asyncio.sleep(0.001)
        assert box.litter() == [], "all claims are gone"
        entries = await box.entries()
        self._look_at(entries)
        await box.crash()
        await box.start()
        await box.quiet()
        assert await box.entries() == entries, "a restart changes nothing"
        assert box.log == []

    def _look_at(self, entries: list[Entry]) -> None:
        box = self.box
        on_disk = sorted(path.name for path in box.memories_path.glob("*.mp4"))
        assert sorted(entry.name for entry in entries) == on_disk
        assert box.ear.shelf == {entry.name: entry for entry in entries}, "told as it is"
        assert len({entry.id for entry in entries}) == len(entries)
        held: dict[str, set[Key]] = {}
        for entry in entries:
            keys = listed(box, entry)
            assert keys == sorted(set(keys)), "in order, none twice"
            assert (keys[0], keys[-1]) == (entry.first, entry.last)
            held[entry.name] = set(keys)
        by_claim = {entry.claim: entry for entry in entries}
        in_order = [by_claim.pop(m.claim.folder) for m in self.recent if m.claim and m.claim.folder in by_claim]
        for earlier, later in combinations(in_order, 2):
            if held[earlier.name] & held[later.name]:
                assert later.first < earlier.first, "in two memories only where the later one asked for older footage"
        owners = set[Key]().union(*held.values())
        assert self.asked_for <= owners | self.deleted, "all that was asked for and was there"
        for newest in self.promised:
            assert newest in owners or newest in self.deleted
        for newest, away_s in self.untold:
            told = [gap for entry in entries if newest in held[entry.name] for gap in entry.gaps]
            is_told = any(gap.length_s is None or gap.length_s > away_s - 0.01 for gap in told)
            assert is_told or newest in self.deleted, "the truth about what is missing at the press"
        for moment in self.recent:
            assert moment.secured.done()


def listed(box: Box, entry: Entry) -> list[Key]:
    return [Key(*pair) for pair in json.loads((box.memories_path / entry.name).read_text())]


async def _async(work: Any, *arguments: object) -> None:
    work(*arguments)


@pytest.mark.campaign
@pytest.mark.timeout(7200 if IS_FULL else 600)  # a failure is made as short as can be before it is told
@pytest.mark.parametrize("overlap_setting", ["extend", "separate"])
def test_whatever_happens_every_acknowledged_press_is_kept_once(slips: Reel, overlap_setting: Overlap) -> None:
    class Lives(Life):
        reel, overlap = slips, overlap_setting

    run_state_machine_as_test(
        Lives,
        settings=stories(100, 3000),
    )
