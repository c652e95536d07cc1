"""The queue, example by example. What holds for any story stands in `test_queue_machine.py`."""

import pytest

from appliance.memories.model import Entry
from appliance.upload.accounts import account
from appliance.upload.behaviour import GO, NO_STORAGE, Verdict
from appliance.upload.line import Order
from appliance.upload.model import Blame, Cause, Job, Trouble
from appliance.upload.queue import Next, Queue
from tests.stands.upload_entries import entry

HOURS = Verdict(may=False, reason="It waits for 22:00.", again_s=600.0, holds="unasked")
SIX_HOURS_S = 21_600.0


def cause(blame: Blame) -> Cause:
    return Cause(blame, f"The {blame} is not well.")


def queue_of(*entries: Entry, order: Order = "newest-first", jobs: list[Job] | None = None) -> Queue:
    queue = Queue(order, "boot", chance=lambda: 1.0)
    queue.start(jobs or [], None, entries, now_s=0.0)
    return queue


def go(_: Job) -> Verdict:
    return GO


def sent_in_order(queue: Queue) -> list[str]:
    """The claims that go, one after the other, when all is well."""
    names: list[str] = []
    while job := queue.next(0.0, go).job:
        queue.began(job.key, f"garage:{job.name}")
        queue.succeeded(job.key, "md5", 1.0)
        names.append(job.key)
    return names


def three() -> list[Entry]:
    return [entry("a", pressed_wall_s=1), entry("b", pressed_wall_s=2), entry("c", pressed_wall_s=3)]


@pytest.mark.parametrize(
    ("order", "sent"), [("newest-first", ["c#1", "b#1", "a#1"]), ("oldest-first", ["a#1", "b#1", "c#1"])]
)
def test_memories_go_by_their_press(order: Order, sent: list[str]) -> None:
    assert sent_in_order(queue_of(*three(), order=order)) == sent


def test_what_was_asked_for_last_goes_first() -> None:
    queue = queue_of(*three())
    queue.ask(["a#1"], 0.0)
    queue.ask(["b#1"], 0.0)

    assert sent_in_order(queue) == ["b#1", "a#1", "c#1"]


def test_what_was_asked_for_together_keeps_its_order() -> None:
    queue = queue_of(*three())
    queue.ask(["a#1", "b#1"], 0.0)

    assert sent_in_order(queue) == ["b#1", "a#1", "c#1"]


def test_an_empty_queue_wakes_nobody_even_behind_a_closed_gate() -> None:
    queue = queue_of(entry("a"))
    queue.failed("a#1", cause("world"), 0.0)
    queue.changed(["a#1"])

    assert queue.next(1.0, go) == Next(None, None)


@pytest.mark.parametrize(("blame", "wait_s"), [("world", 30.0), ("owner", SIX_HOURS_S)])
def test_a_failure_of_world_or_owner_closes_the_gate_for_all(blame: Blame, wait_s: float) -> None:
    queue = queue_of(*three())
    queue.failed("c#1", cause(blame), 100.0)

    assert queue.next(100.0, go) == Next(None, wait_s)
    assert queue.next(100.0 + wait_s, go).job


def test_a_failure_of_one_memory_lets_the_others_go_on() -> None:
    queue = queue_of(*three())
    queue.failed("c#1", cause("memory"), 0.0)

    assert sent_in_order(queue) == ["b#1", "a#1"]
    assert queue.next(0.0, go) == Next(None, 60.0)
    assert (job := queue.next(60.0, go).job)
    assert job.key == "c#1"


def test_waits_double_up_to_their_cap_and_change_with_whom_they_concern() -> None:
    queue = queue_of(entry("a"))
    waits = []
    for blame in ("world",) * 7 + ("owner", "world"):
        queue.failed("a#1", cause(blame), 0.0)
        assert queue.gate
        waits.append(queue.gate.wait_s)
    assert waits == [30, 60, 120, 240, 480, 900, 900, SIX_HOURS_S, 30]


def test_a_network_opens_a_gate_of_the_world_and_its_failures_still_count() -> None:
    queue = queue_of(entry("a"))
    queue.failed("a#1", cause("world"), 0.0)
    queue.world_changed(1.0)
    assert queue.next(1.0, go).job
    queue.failed("a#1", cause("world"), 1.0)

    assert queue.gate
    assert (queue.gate.failures, queue.gate.wait_s) == (2, 60.0)


def test_a_network_does_not_help_what_needs_the_owner_but_asking_does() -> None:
    queue = queue_of(entry("a"))
    queue.failed("a#1", cause("owner"), 0.0)
    queue.world_changed(1.0)
    assert not queue.next(1.0, go).job
    queue.ask(["a#1"], 2.0)

    assert queue.next(2.0, go).job


def test_a_new_configuration_gives_everything_another_chance() -> None:
    queue = queue_of(entry("a"), entry("b"))
    queue.failed("a#1", cause("memory"), 0.0)
    queue.failed("b#1", cause("owner"), 0.0)

    changes = queue.configuration_changed(0.0)

    assert queue.gate is None
    assert [job.key for job in changes.saves] == ["a#1"]
    assert len(sent_in_order(queue)) == 2


def test_asking_for_what_rests_tries_it_now() -> None:
    queue = queue_of(entry("a"), entry("b"))
    queue.failed("a#1", cause("memory"), 5.0)
    queue.ask(["a#1"], 6.0)

    job = queue.next(6.0, go).job
    assert job
    assert job.key == "a#1"


def test_asking_for_what_is_proven_or_unknown_changes_nothing() -> None:
    queue = queue_of(entry("a"))
    queue.succeeded("a#1", "md5", 1.0)

    assert queue.ask(["a#1", "x#1"], 0.0).saves == []


def test_success_opens_the_gate() -> None:
    queue = queue_of(*three())
    queue.failed("c#1", cause("world"), 0.0)

    assert queue.succeeded("c#1", "md5", 1.0).gate is None
    assert queue.next(0.0, go).job


def test_a_corrected_name_keeps_everything_that_was_found_out() -> None:
    queue = queue_of(entry("a", name="1970-MEMORY.mp4"))
    queue.began("a#1", "garage:x")

    (job,) = queue.changed([], [entry("a", name="2026-MEMORY.mp4", pressed_wall_s=5.0)]).saves

    assert (job.name, job.pressed_wall_s, job.is_begun, job.remote_path) == ("2026-MEMORY.mp4", 5.0, True, "garage:x")


def test_other_content_under_the_same_key_is_another_file() -> None:
    queue = queue_of(entry("a", size_bytes=10))
    queue.succeeded("a#1", "md5", 1.0)

    (job,) = queue.changed([], [entry("a", size_bytes=11)]).saves

    assert not job.is_proven
    assert queue.next(0.0, go).job == job


def test_a_longer_memory_takes_the_place_of_those_it_holds_and_stays_asked_for() -> None:
    queue = queue_of(entry("a", identity="m1"), entry("b", identity="m2"), entry("c", identity="m3"))
    queue.ask(["b#1"], 0.0)

    changes = queue.changed(["a#1", "b#1"], [entry("ab", identity="m1"), entry("d", identity="m4")])

    assert changes.drops == ["a#1", "b#1"]
    assert {job.key: job.asked_number for job in changes.saves} == {"ab#1": 1, "d#1": 0}


def test_a_memory_may_grow_until_its_first_byte_leaves() -> None:
    queue = queue_of(entry("a", identity="m", part=1), entry("a", identity="m", part=2, name="a-part2.mp4"))
    assert queue.may_grow("m")
    assert queue.may_grow("unheard of")
    queue.began("a#2", "garage:x")
    assert not queue.may_grow("m")


def test_of_what_the_owner_deletes_only_the_proven_is_remembered() -> None:
    queue = queue_of(entry("a"), entry("b"))
    queue.succeeded("a#1", "md5", 1.0)

    changes = queue.changed(["a#1", "b#1"])

    assert changes.drops == ["b#1"]
    assert [(job.key, job.is_gone) for job in changes.saves] == [("a#1", True)]
    assert queue.count == (0, 0, 1)
    assert list(queue.proven_here()) == []


def test_the_end_of_a_try_whose_file_was_deleted_brings_nothing_back() -> None:
    queue = queue_of(entry("a"))
    queue.changed(["a#1"])

    assert queue.succeeded("a#1", "md5", 1.0).saves == []
    assert queue.failed("a#1", cause("memory"), 1.0).saves == []
    assert queue.job("a#1") is None


def test_proven_stays_proven() -> None:
    queue = queue_of(entry("a"))
    queue.succeeded("a#1", "md5", 1.0)

    assert queue.failed("a#1", cause("memory"), 1.0).saves == []
    assert queue.began("a#1", "garage:y").saves == []


def test_the_same_boot_waits_out_its_wait_and_another_boot_the_whole_of_it() -> None:
    trouble = Trouble(cause("world"), 3, wait_s=100.0, due_s=150.0, boot_id="boot")
    for boot_id, due_s in (("boot", 150.0), ("other", 180.0)):
        queue = Queue("newest-first", boot_id)
        changes = queue.start([], trouble, [entry("a")], now_s=80.0)
        assert changes.gate
        assert (changes.gate.due_s, changes.gate.failures, changes.gate.boot_id) == (due_s, 3, boot_id)


def test_a_wait_is_never_longer_than_it_was_meant() -> None:
    """Whatever a damaged ledger says."""
    trouble = Trouble(cause("world"), 3, wait_s=100.0, due_s=9_999.0, boot_id="boot")
    queue = Queue("newest-first", "boot")
    queue.start([], trouble, [entry("a")], now_s=80.0)

    assert queue.next(80.0, go) == Next(None, 100.0)


def test_only_what_differs_from_the_ledger_is_written_at_a_start() -> None:
    first = Queue("newest-first", "boot", chance=lambda: 1.0)
    first.start([], None, three(), 0.0)
    first.failed("a#1", cause("memory"), 0.0)
    jobs = [job for name in "abc" if (job := first.job(f"{name}#1"))]

    assert Queue("newest-first", "boot").start(jobs, None, three(), 5.0).saves == []
    later = Queue("newest-first", "other").start(jobs, None, three()[:2], 5.0)
    assert [job.key for job in later.saves] == ["a#1"]
    assert later.drops == ["c#1"]


def test_a_refusal_that_holds_for_many_is_asked_for_once() -> None:
    queue = queue_of(*(entry(f"m{number}", size_bytes=number + 1) for number in range(10_000)))
    asked: list[str] = []

    def refuse(job: Job) -> Verdict:
        asked.append(job.key)
        return HOURS

    assert queue.next(0.0, refuse) == Next(None, 600.0)
    assert len(asked) == 1


def test_a_refusal_by_size_lets_smaller_ones_pass() -> None:
    queue = queue_of(
        entry("a", size_bytes=5, pressed_wall_s=1),
        entry("b", size_bytes=9, pressed_wall_s=2),
        entry("c", size_bytes=9, pressed_wall_s=3),
    )
    asked: list[str] = []

    def by_size(job: Job) -> Verdict:
        asked.append(job.key)
        return GO if job.size_bytes < 9 else Verdict(may=False, reason="Too large.", holds="larger")

    job = queue.next(0.0, by_size).job
    assert job
    assert job.key == "a#1"
    assert "b#1" not in asked, "the answer on c holds for it"


def test_where_nothing_fits_only_few_are_asked_about() -> None:
    queue = queue_of(*(entry(f"m{number}", size_bytes=10 + number * 7919 % 9973) for number in range(5_000)))
    asked: list[str] = []

    def refuse(job: Job) -> Verdict:
        asked.append(job.key)
        return Verdict(may=False, reason="Too large.", again_s=600.0, holds="larger")

    assert queue.next(0.0, refuse) == Next(None, 600.0)
    assert len(asked) == 2


def told(queue: Queue, key: str, verdict: Verdict = GO) -> tuple[str, str | None]:
    job = queue.job(key)
    assert job
    found = account(job, verdict, queue.gate, queue.before(key))
    return found.state, found.reason


def test_every_memory_can_say_why_it_is_not_uploaded_yet() -> None:
    queue = queue_of(*three())
    assert told(queue, "c#1") == ("waiting", "It is the next to go.")
    assert told(queue, "b#1") == ("waiting", "Another one goes first.")
    assert told(queue, "a#1") == ("waiting", "Others go first: 2 are before it.")
    assert told(queue, "a#1", HOURS) == ("waiting", "It waits for 22:00.")
    assert told(queue, "a#1", NO_STORAGE) == ("kept", NO_STORAGE.reason)
    queue.failed("b#1", cause("memory"), 0.0)
    assert told(queue, "b#1") == ("waiting", "The memory is not well.")
    queue.failed("c#1", cause("world"), 0.0)
    assert told(queue, "a#1") == ("waiting", "The world is not well.")
    assert told(queue, "a#1", HOURS) == ("waiting", "It waits for 22:00.")
    queue.failed("c#1", cause("owner"), 0.0)
    assert told(queue, "a#1", HOURS) == ("parked", "The owner is not well.")
    queue.succeeded("c#1", "md5", 1.0, remark="Under another name.")
    assert told(queue, "c#1") == ("proven", None)
