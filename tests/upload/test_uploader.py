"""The uploader with its real queue and ledger: who goes, what a press does to it, what outlives it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from appliance.memories.model import Entry
from appliance.network.model import Uplink
from appliance.upload.model import UploadRefusedError
from tests.stands.depot import PATIENCE_S, Depot, entry_of, full_disk, owner, world

ONE, TWO = entry_of(1), entry_of(2)
DepotFactory = Callable[..., Depot]


@pytest.fixture
async def depots(tmp_path: Path) -> AsyncIterator[DepotFactory]:
    made: list[Depot] = []

    def make(*entries: Entry, **how: object) -> Depot:
        made.append(Depot(tmp_path, list(entries), **how))  # type: ignore[arg-type]  # handed on as it is
        return made[-1]

    yield make
    for depot in made:
        await depot.stop()
        assert not depot.has_failed


async def test_one_after_the_other_the_newest_first(depots: DepotFactory) -> None:
    depot = depots(ONE, TWO)
    await depot.start()
    await depot.carrier.came(TWO.name)
    assert depot.carrier.waiting.keys() == {TWO.name}
    assert (depot.account(2).state, depot.account(1).state) == ("uploading", "waiting")
    assert depot.desk.summary().state == "uploading"
    assert depot.ear.is_under_way
    depot.carrier.arrives(TWO.name)
    await depot.carrier.came(ONE.name)
    depot.carrier.arrives(ONE.name)
    await depot.ear.until(lambda: not depot.ear.is_under_way)
    assert {depot.account(n).proof for n in (1, 2)} == {"md5"}
    assert (depot.desk.summary().state, depot.desk.summary().proven) == ("idle", 2)


async def test_a_proof_outlives_the_process_and_is_not_sought_again(depots: DepotFactory) -> None:
    depot = depots(ONE)
    await depot.start()
    await depot.carrier.came(ONE.name)
    depot.carrier.arrives(ONE.name)
    await depot.ear.until(lambda: depot.account(1).state == "proven")
    await depot.stop()
    await depot.start()
    assert depot.account(1).state == "proven"
    assert depot.account(1).remote_path == f"garage:moments/{ONE.name}"
    assert depot.carrier.begun == [ONE.name]


async def test_what_was_cut_off_goes_again(depots: DepotFactory) -> None:
    depot = depots(ONE)
    await depot.start()
    await depot.carrier.came(ONE.name)
    await depot.stop()
    assert not depot.carrier.waiting, "the delivery was ended too"
    await depot.start()
    await depot.carrier.came(ONE.name)
    assert not depot.register.may_grow(ONE.id)


async def test_what_needs_the_owner_parks_all_until_somebody_asks(depots: DepotFactory) -> None:
    depot = depots(ONE, TWO)
    await depot.start()
    await depot.carrier.came(TWO.name)
    depot.carrier.fails(TWO.name, owner())
    await depot.ear.until(lambda: depot.ear.trouble is not None)
    assert depot.ear.trouble == "The password is wrong."
    assert {depot.account(n).state for n in (1, 2)} == {"parked"}
    assert (depot.desk.summary().state, depot.desk.summary().parked) == ("parked", 2)
    assert not depot.carrier.waiting

    assert await depot.desk.ask([ONE.name]) == [ONE.name]
    await depot.carrier.came(ONE.name)
    depot.carrier.arrives(ONE.name)
    await depot.carrier.came(TWO.name)
    assert depot.ear.trouble is None


async def test_one_file_that_always_fails_does_not_hold_up_the_others(depots: DepotFactory) -> None:
    """A storage may refuse just this one in words that sound like a bad network."""
    depot = depots(ONE, TWO)
    await depot.start()
    await depot.carrier.came(TWO.name)
    depot.carrier.fails(TWO.name, world())
    await depot.ear.until(lambda: not depot.ear.is_under_way)
    depot.clock.now_s += 3600
    depot.uploader.wake()
    await depot.carrier.came(ONE.name)


async def test_a_network_that_comes_ends_the_wait(depots: DepotFactory) -> None:
    depot = depots(ONE)
    await depot.start()
    await depot.carrier.came(ONE.name)
    depot.carrier.fails(ONE.name, world())
    await depot.ear.until(lambda: depot.account(1).state == "waiting")
    assert depot.account(1).reason == "The network is gone."
    assert not depot.carrier.waiting
    depot.uploader.uplink_changed(Uplink(True, True, ("home",), None, False))
    await depot.carrier.came(ONE.name)


async def test_a_costly_network_ends_what_nobody_asked_for(depots: DepotFactory) -> None:
    depot = depots(ONE)
    await depot.start()
    await depot.carrier.came(ONE.name)
    costly = Uplink(True, True, ("phone",), True, False)
    depot.uploader.uplink_changed(costly)
    await depot.ear.until(lambda: not depot.ear.is_under_way)
    assert "cost" in (depot.account(1).reason or "")
    await depot.desk.ask([])
    await depot.carrier.came(ONE.name)
    depot.uploader.uplink_changed(costly)
    assert depot.carrier.waiting.keys() == {ONE.name}, "who asked is served"


async def test_a_memory_that_a_press_makes_longer_does_not_leave(depots: DepotFactory) -> None:
    depot = depots(ONE)
    depot.shelf.growing = {ONE.id}
    await depot.start()
    assert not depot.carrier.waiting
    longer = entry_of(1, claim="c-longer")
    depot.shelf.by_name = {longer.name: longer}
    depot.shelf.growing = set()
    depot.register.kept([longer], {ONE.id})
    await depot.carrier.came(longer.name)
    assert [job.sha256 for job in depot.queue.unproven()] == [longer.sha256], "the shorter one is forgotten"


async def test_a_claim_that_is_just_being_made_is_waited_for(depots: DepotFactory) -> None:
    """A press that began before could not know that the memory was about to leave."""
    depot = depots(ONE)
    depot.shelf.quiet.clear()
    await depot.start()
    async with asyncio.timeout(PATIENCE_S):
        while depot.register.may_grow(ONE.id):  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0)
    assert not depot.carrier.waiting
    depot.shelf.growing = {ONE.id}
    depot.shelf.quiet.set()
    await depot.ear.until(lambda: depot.register.may_grow(ONE.id))
    assert not depot.carrier.waiting


async def test_a_press_puts_the_brake_on(depots: DepotFactory) -> None:
    depot = depots(ONE)
    await depot.start()
    await depot.carrier.came(ONE.name)
    for is_busy in (True, True, False):
        depot.uploader.yield_to_press(is_busy=is_busy)
        assert depot.desk.summary().state == ("paused" if is_busy else "uploading")
    depot.uploader.footage_is_late(is_late=True)
    assert depot.carrier.brakes == ["pause", "resume", "throttle True"]


async def test_proven_memories_leave_the_box_but_where_they_are_is_known(depots: DepotFactory) -> None:
    depot = depots(ONE, TWO, policy="delete-when-proven")
    await depot.start()
    for entry in (TWO, ONE):
        await depot.carrier.came(entry.name)
        depot.carrier.arrives(entry.name)
    await depot.ear.until(lambda: not depot.shelf.by_name and not depot.ear.is_under_way)
    await depot.stop()
    await depot.start()
    assert [job.name for job in depot.desk.departed()] == [TWO.name, ONE.name]


async def test_called_off_it_stays_until_somebody_asks(depots: DepotFactory) -> None:
    depot = depots(ONE)
    await depot.start()
    await depot.carrier.came(ONE.name)
    assert await depot.desk.cancel([]) == [ONE.name]
    await depot.ear.until(lambda: not depot.ear.is_under_way)
    assert depot.account(1).state == "kept"
    await depot.stop()
    await depot.start()
    assert (depot.account(1).state, depot.desk.summary().state) == ("kept", "idle")
    assert await depot.desk.ask([ONE.name]) == [ONE.name]
    await depot.carrier.came(ONE.name)


async def test_a_deleted_memory_is_forgotten(depots: DepotFactory) -> None:
    depot = depots(ONE, behaviour="manual")
    await depot.start()
    await depot.shelf.delete(ONE.name)
    assert depot.queue.unproven() == []
    with pytest.raises(UploadRefusedError, match="There is no memory"):
        await depot.desk.ask([ONE.name])


async def test_the_upload_button_right_after_the_start_counts(depots: DepotFactory) -> None:
    depot = depots(ONE, behaviour="manual")
    await depot.start()
    depot.desk.ask_all(depot.log.append)
    await depot.carrier.came(ONE.name)
    assert depot.log == ["upload asked for: 1 to go"]


async def test_without_a_storage_the_owner_is_told_how_to_get_one(depots: DepotFactory) -> None:
    depot = depots(ONE, remote="")
    await depot.start()
    assert depot.account(1).state == "kept"
    assert depot.desk.summary().state == "off"
    with pytest.raises(UploadRefusedError, match="moment storage add"):
        await depot.desk.ask([])


async def test_a_fault_of_ours_holds_up_one_memory_and_nothing_else(depots: DepotFactory) -> None:
    depot = depots(ONE, TWO)
    await depot.start()
    await depot.carrier.came(TWO.name)
    depot.carrier.fails(TWO.name, ValueError("nobody thought of this"))
    await depot.carrier.came(ONE.name)
    assert "ValueError" in (depot.account(2).reason or "")


async def test_a_list_that_cannot_be_written_holds_uploads_up_and_says_so(depots: DepotFactory) -> None:
    depot = depots(ONE)
    await depot.start()
    await depot.carrier.came(ONE.name)
    depot.carrier.fails(ONE.name, full_disk())
    await depot.ear.until(lambda: depot.uploader.trouble is not None or bool(depot.log))
    assert "is the disk full?" in (depot.uploader.trouble or "")
    assert depot.desk.summary().sentence == depot.uploader.trouble


async def test_the_cap_counts_what_left_the_box_across_restarts(depots: DepotFactory) -> None:
    depot = depots(ONE, TWO, cap_bytes=1700)
    await depot.start()
    await depot.carrier.came(TWO.name)
    depot.carrier.fails(TWO.name, world())
    await depot.ear.until(lambda: not depot.ear.is_under_way)
    assert depot.book.spent_bytes == 400, "so many bytes had gone"
    await depot.desk.ask([TWO.name])
    await depot.carrier.came(TWO.name)
    await depot.stop()
    await depot.start()
    await depot.ear.until(lambda: depot.book.spent_bytes > 0)
    assert depot.book.spent_bytes == 1400, "of what a power cut ended all is counted"
