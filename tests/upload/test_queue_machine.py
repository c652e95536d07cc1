"""Anything may happen in any order: memories come, grow, are renamed, deleted and asked for; tries fail, succeed, are
cut off; the process dies before or after a change is written; networks come and go. The ledger is the real one.
"""

import shutil
import tempfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import get_args

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
from msgspec import convert
from msgspec.structs import replace

from appliance.hours import parse_hours
from appliance.memories.catalogue import Catalogue
from appliance.memories.model import Entry
from appliance.network.model import Uplink
from appliance.upload.accounts import account
from appliance.upload.behaviour import Behaviour, Rules, Verdict, World, verdict
from appliance.upload.ledger import Ledger
from appliance.upload.line import Order
from appliance.upload.model import Blame, Cause, Job, Trouble
from appliance.upload.queue import Changes, Queue
from appliance.upload.waiting import FIRST_S, MOST_S, OWNER_S
from tests.stands.campaign import IS_FULL, QUICK_DISK, stories
from tests.stands.upload_entries import entry

REMOTE = "garage:moments"
CAP_BYTES = 30
WHICH = st.integers(0, 9)
SELDOM = st.integers(0, 5).map(lambda luck: luck == 0)
SIZES = st.sampled_from([1, 2, 8, 29, 40])
SECONDS = st.sampled_from([0.0, 10.0, 1000.0, 25_000.0])
OUTCOMES = st.sampled_from(["md5", "size", *get_args(Blame)])
"""A proof, or whom the failure concerns."""
NOON_S = 1_795_262_400.0  # 2026-11-21T12:00:00Z


class Life(RuleBasedStateMachine):
    """One box, over many lives of its process. `entries`, `asked`, `proofs` and `begun` are what must be true."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="moment-", dir=QUICK_DISK))
        Catalogue(self.folder).close()
        self.entries: dict[str, Entry] = {}
        self.asked: dict[str, int] = {}
        self.proofs: dict[str, str] = {}
        self.begun: set[str] = set()
        self.claims = self.questions = self.boots = 0
        self.now_s = 1000.0
        self.uplink = Uplink(is_known=True, is_connected=True, names=("home",), is_metered=None, is_behind_portal=False)
        self.spent_bytes = 0
        self.chance = 0.0
        self.trying: str | None = None
        self.is_alive = False

    @initialize(
        behaviour=st.sampled_from(get_args(Behaviour)),
        order=st.sampled_from(get_args(Order)),
        sizes=st.lists(SIZES, min_size=2, max_size=5),
    )
    def switch_on(self, behaviour: Behaviour, order: Order, sizes: list[int]) -> None:
        self.order = order
        self.wishes = Rules(
            behaviour, parse_hours("06:00-22:00"), ("home",), metered=False, monthly_cap_bytes=CAP_BYTES
        )
        for pressed, size_bytes in enumerate(sizes):
            self.arrive(self.new_entry(size_bytes, pressed))
        self.begin_life()

    # Lives

    def begin_life(self) -> None:
        self.ledger = Ledger(self.folder)
        self.ledger.open()
        self.queue = Queue(self.order, f"boot {self.boots}", chance=lambda: self.chance)
        kept = self.ledger.read(REMOTE)
        assert kept.told == []
        changes = self.queue.start(kept.jobs, kept.gate, self.entries.values(), self.now_s)
        self.ledger.write(changes, REMOTE)
        self.trying = None
        self.is_alive = True

    def end_life(self, *, reboots: bool = False) -> None:
        self.ledger.close()
        self.is_alive = False
        if reboots:
            self.boots += 1
            self.now_s = 10.0 if self.boots % 2 else self.now_s + 5.0  # clocks of two boots have nothing in common

    def write(self, changes: Changes) -> None:
        self.ledger.write(changes, REMOTE)

    @rule(reboots=st.booleans(), is_it=SELDOM)
    def restart(self, reboots: bool, is_it: bool) -> None:
        """Nothing but the waits differs afterwards, and those only after a reboot."""
        if not is_it:
            return
        before, gate = self.jobs(), self.queue.gate
        self.end_life(reboots=reboots)
        self.begin_life()
        if not reboots:
            assert (self.jobs(), self.queue.gate) == (before, gate)
        else:
            for was, now in [
                (gate, self.queue.gate),
                *((j.trouble, self.jobs()[k].trouble) for k, j in before.items()),
            ]:
                assert (was is None) == (now is None)
                if was and now:
                    assert (now.cause, now.failures, now.wait_s) == (was.cause, was.failures, was.wait_s)
                    assert now.due_s == self.now_s + now.wait_s

    @rule(what=st.sampled_from(["ask", "begin", "fail", "succeed", "delete"]), which=WHICH, is_it=SELDOM)
    def die_before_it_is_written(self, what: str, which: int, is_it: bool) -> None:
        """The card never heard of it: it did not happen."""
        if not is_it:
            return
        if job := self.any_job(which):
            steps: dict[str, Callable[[], Changes]] = {
                "ask": lambda: self.queue.ask([job.key], self.now_s),
                "begin": lambda: self.queue.began(job.key, "garage:x"),
                "fail": lambda: self.queue.failed(job.key, Cause("memory", "It is."), self.now_s),
                "succeed": lambda: self.queue.succeeded(job.key, "md5", 1.0),
                "delete": lambda: self.queue.changed([job.key]),
            }
            steps[what]()
        self.restart_without_looking(reboots=which > 4)

    def restart_without_looking(self, *, reboots: bool) -> None:
        self.end_life(reboots=reboots)
        self.begin_life()

    # The box

    def new_entry(self, size_bytes: int, pressed: int, identity: str = "") -> Entry:
        self.claims += 1
        return entry(f"c{self.claims}", identity=identity, pressed_wall_s=float(pressed), size_bytes=size_bytes)

    def arrive(self, new: Entry) -> str:
        key = f"{new.claim}#1"
        self.entries[key] = new
        return key

    @rule(size_bytes=SIZES, pressed=st.integers(0, 5), is_missed=SELDOM)
    def keep(self, size_bytes: int, pressed: int, is_missed: bool) -> None:
        new = self.new_entry(size_bytes, pressed)
        self.arrive(new)
        if is_missed:
            self.restart_without_looking(reboots=False)
        else:
            self.write(self.queue.changed([], [new]))

    @precondition(lambda self: self.entries)
    @rule(which=WHICH, more=WHICH, is_missed=SELDOM)
    def grow(self, which: int, more: int, is_missed: bool) -> None:
        """A longer memory takes the place of one or two, under the id of the first."""
        keys = list(self.entries)
        gone = {key: self.entries[key] for key in (keys[which % len(keys)], keys[more % len(keys)])}
        if not all(self.queue.may_grow(old.id) for old in gone.values()):
            assert any(key in self.begun or key in self.proofs for key in gone)
            return
        assert not any(key in self.begun or key in self.proofs for key in gone)
        head = next(iter(gone.values()))
        new = self.new_entry(sum(old.size_bytes for old in gone.values()) + 1, int(head.press.wall_s), head.id)
        asked = max(self.asked.pop(key, 0) for key in gone)
        for key in gone:
            del self.entries[key]
        self.asked[self.arrive(new)] = asked
        if is_missed:
            self.restart_without_looking(reboots=True)
        else:
            self.write(self.queue.changed(gone, [new]))

    @precondition(lambda self: self.entries)
    @rule(which=WHICH, pressed=st.integers(0, 5), is_missed=SELDOM)
    def rename(self, which: int, pressed: int, is_missed: bool) -> None:
        key = list(self.entries)[which % len(self.entries)]
        was = self.entries[key]
        press = replace(was.press, wall_s=float(pressed))
        now = self.entries[key] = replace(was, name=f"{was.claim}-{pressed}-MEMORY.mp4", press=press)
        if is_missed:
            self.restart_without_looking(reboots=False)
        else:
            self.write(self.queue.changed([], [now]))

    @precondition(lambda self: self.entries)
    @rule(which=WHICH, is_missed=SELDOM, is_it=SELDOM)
    def delete(self, which: int, is_missed: bool, is_it: bool) -> None:
        if not is_it:
            return
        key = list(self.entries)[which % len(self.entries)]
        del self.entries[key]
        self.asked.pop(key, None)
        if is_missed:
            self.restart_without_looking(reboots=False)
        else:
            self.write(self.queue.changed([key]))

    # The owner

    @precondition(lambda self: self.entries)
    @rule(chosen=st.sets(WHICH, min_size=1, max_size=3))
    def ask(self, chosen: set[int]) -> None:
        keys = {list(self.entries)[which % len(self.entries)] for which in chosen} - self.proofs.keys()
        self.write(self.queue.ask(keys, self.now_s))
        if keys:
            # only which was asked for later matters: numbers of what is proven are free again after a restart
            self.questions = max(self.asked.values(), default=0) + 1
            self.asked |= dict.fromkeys(keys, self.questions)
            assert self.queue.gate is None or self.queue.gate.due_s <= self.now_s
            for job in (self.jobs()[key] for key in keys):
                assert job.trouble is None or job.trouble.due_s <= self.now_s

    @rule()
    def configure(self) -> None:
        self.write(self.queue.configuration_changed(self.now_s))
        assert self.queue.gate is None

    # The world

    @rule(
        is_known=st.booleans(),
        is_connected=SELDOM.map(lambda luck: not luck),
        names=st.sampled_from([("home",), ("x",)]),
    )
    def move(self, is_known: bool, is_connected: bool, names: tuple[str, ...]) -> None:
        self.uplink = replace(self.uplink, is_known=is_known, is_connected=is_connected, names=names)
        before = self.queue.gate
        self.write(self.queue.world_changed(self.now_s))
        if before and before.cause.blame == "world":
            assert self.queue.gate
            assert (self.queue.gate.failures, self.queue.gate.cause) == (before.failures, before.cause)
            assert self.queue.gate.due_s <= self.now_s
        else:
            assert self.queue.gate == before

    @rule(seconds=SECONDS, spent_bytes=st.sampled_from([0, 0, 5, 15, 35]))
    def pass_time(self, seconds: float, spent_bytes: int) -> None:
        self.now_s += seconds
        self.spent_bytes = spent_bytes

    # Tries

    def allowed(self, job: Job) -> Verdict:
        world = World(NOON_S + self.now_s, 3600, True, self.uplink, self.spent_bytes)
        return verdict(self.wishes, world, is_asked=job.asked_number > 0, size_bytes=job.size_bytes)

    @precondition(lambda self: self.trying is None)
    @rule(tries=st.lists(st.tuples(OUTCOMES, st.floats(0, 1), SECONDS), min_size=1, max_size=4))
    def try_some(self, tries: list[tuple[str, float, float]]) -> None:
        """One after the other as the queue has it; the last is still on its way afterwards."""
        for outcome, chance, seconds in tries:
            self.try_next()
            self.end_try(outcome, chance)
            self.now_s += seconds
        self.try_next()

    def try_next(self) -> None:
        """What the queue chooses is what somebody would choose who looks at everything."""
        job, again_s = self.queue.next(self.now_s, self.allowed)
        gate = self.queue.gate
        is_closed = gate is not None and gate.due_s > self.now_s
        rested = [j for j in self.pending() if j.trouble is None or j.trouble.due_s <= self.now_s]
        free = [] if is_closed else [j for j in rested if self.allowed(j).may]
        sign = -1 if self.order == "newest-first" else 1
        best = min(free, key=lambda j: (-j.asked_number, j.setbacks, sign * j.pressed_wall_s, j.key), default=None)
        assert job == best
        if job is None:
            self.look_at_wait(again_s, is_closed=is_closed)
            return
        self.trying = job.key
        self.write(self.queue.began(job.key, f"{REMOTE}/{job.name}"))
        self.begun.add(job.key)

    def look_at_wait(self, again_s: float | None, *, is_closed: bool) -> None:
        """It is told when to ask again, neither too late nor for nothing."""
        dues = [j.trouble.due_s - self.now_s for j in self.pending() if j.trouble and j.trouble.due_s > self.now_s]
        if again_s is None:
            assert not self.pending() or not (is_closed or dues)
            return
        assert again_s > 0
        if is_closed:
            assert self.queue.gate
            assert again_s == self.queue.gate.due_s - self.now_s
        else:
            assert again_s <= min(dues, default=again_s)

    @precondition(lambda self: self.trying)
    @rule(outcome=OUTCOMES, chance=st.floats(0, 1))
    def end_try(self, outcome: str, chance: float) -> None:
        if self.trying and outcome in {"md5", "size"}:
            self.succeed(self.trying, outcome)
        elif self.trying:
            self.fail(self.trying, convert(outcome, Blame), chance)
        self.trying = None

    def fail(self, key: str, blame: Blame, chance: float) -> None:
        self.chance = chance
        before = self.queue.job(key)
        gate = self.queue.gate
        self.write(self.queue.failed(key, Cause(blame, f"{blame} failed."), self.now_s))
        if blame == "memory":
            assert self.queue.gate == gate, "the others may go on"
            now = self.queue.job(key)
            assert (now is None) == (before is None)
            if before and now:
                self.look_at_trouble(before.trouble, now.trouble, blame)
        else:
            self.look_at_trouble(gate, self.queue.gate, blame)
            now = self.queue.job(key)
            assert now == (before and replace(before, setbacks=before.setbacks + (not before.is_proven)))

    def look_at_trouble(self, before: Trouble | None, now: Trouble | None, blame: Blame) -> None:
        assert now
        assert now.cause.blame == blame
        is_same = before is not None and before.cause.blame == blame
        assert now.failures == (before.failures + 1 if before and is_same else 1)
        first_s, most_s = (OWNER_S * 2, OWNER_S) if blame == "owner" else (FIRST_S[blame], MOST_S[blame])
        step_s = min(most_s, first_s * 2.0 ** (now.failures - 1))
        assert step_s / 2 <= now.wait_s <= step_s
        assert now.due_s == self.now_s + now.wait_s

    def succeed(self, key: str, proof: str) -> None:
        self.write(self.queue.succeeded(key, proof, self.now_s))
        assert self.queue.gate is None
        if key in self.entries:
            self.proofs[key] = proof
            self.asked.pop(key, None)

    # What must hold

    def jobs(self) -> dict[str, Job]:
        keys = self.entries.keys() | self.proofs.keys()
        return {key: job for key in keys if (job := self.queue.job(key))}

    def any_job(self, which: int) -> Job | None:
        jobs = self.jobs()
        return jobs[sorted(jobs)[which % len(jobs)]] if jobs else None

    def pending(self) -> list[Job]:
        return [job for job in self.jobs().values() if not job.is_proven]

    @invariant()
    def nothing_is_lost_or_doubled(self) -> None:
        if not self.is_alive:
            return
        jobs = self.jobs()
        assert {job.key: job for job in self.ledger.read(REMOTE).jobs} == jobs, "the ledger knows what the queue knows"
        assert jobs.keys() == self.entries.keys() | self.proofs.keys()
        assert {key: job.proof for key, job in jobs.items() if job.is_proven} == self.proofs
        for key, job in jobs.items():
            assert job.is_gone == (key not in self.entries)
            assert job.is_begun == (key in self.begun)
            assert not (job.is_proven and job.trouble)
            if key in self.entries:
                assert (job.name, job.sha256) == (self.entries[key].name, self.entries[key].sha256)
        assert self.queue.count == (
            len(jobs) - len(self.proofs),
            sum(number > 0 for number in self.asked.values()),
            len(self.proofs),
        )
        assert {job.key for job in self.queue.proven_here()} == self.proofs.keys() & self.entries.keys()

    @invariant()
    def what_was_asked_for_last_stands_first(self) -> None:
        if not self.is_alive:
            return
        pending = sorted(self.pending(), key=lambda job: job.asked_number)
        ours = [self.asked.get(job.key, 0) for job in pending]
        assert ours == sorted(ours)
        for one, other in pairwise(pending):
            assert (one.asked_number == other.asked_number) == (
                self.asked.get(one.key, 0) == self.asked.get(other.key, 0)
            )

    @invariant()
    def every_memory_can_say_why(self) -> None:
        if not self.is_alive:
            return
        for job in self.jobs().values():
            told = account(job, self.allowed(job), self.queue.gate, self.queue.before(job.key))
            assert (told.state == "proven") == (told.reason is None) == job.is_proven
            assert told.state != "kept" or not job.asked_number
            assert told.state != "parked" or (self.queue.gate and self.queue.gate.cause.blame == "owner")

    def teardown(self) -> None:
        if self.is_alive:
            self.ledger.close()
        shutil.rmtree(self.folder)


@pytest.mark.campaign
@pytest.mark.timeout(7200 if IS_FULL else 600)  # a failure is made as short as can be before it is told
def test_whatever_happens_every_memory_is_proven_once_or_can_say_why_not() -> None:
    run_state_machine_as_test(
        Life,
        settings=stories(120, 3000),
    )
