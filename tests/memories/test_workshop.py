"""The workshop never gives a moment up: full disks, failures, restarts, and a clock that becomes known late."""

import asyncio
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from appliance.memories.assembler import Assembler, AssemblyError, Made
from appliance.memories.model import Claim
from appliance.memories.moment import Moment, NotSavedError
from tests.memories.conftest import BoxFactory, Gallery, lives
from tests.stands.memory_box import Box, ListAssembler, Reel
from tests.stands.small_disk import small_disk

DISK_BYTES = 64_000_000


class StumblingAssembler(ListAssembler):
    """Fails as often as it is told."""

    falls = 0
    fault: Exception = AssemblyError("ffmpeg could not join it")

    async def assemble(self, claim: Claim, progress: Callable[[float], None]) -> list[Made]:
        if self.falls:
            self.falls -= 1
            raise self.fault
        return await super().assemble(claim, progress)


class SlowAssembler(Assembler):
    """Can be caught in the middle."""

    async def assemble(self, claim: Claim, progress: Callable[[float], None]) -> list[Made]:
        made = await super().assemble(claim, progress)
        await asyncio.sleep(3600)
        return made


async def pressed(box: Box, asked_s: float) -> Moment:
    """A press whose footage is complete."""
    moment = await box.secured(box.press(asked_s))
    box.roll(1)
    return moment


# The disk


@pytest.fixture(name="small_disk")
def _a_small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 MB."""
    with small_disk(tmp_path / "disk", f"size={DISK_BYTES}") as disk:
        yield disk


@pytest.fixture(scope="session")
def thick(tmp_path_factory: pytest.TempPathFactory) -> Reel:
    """Segments of a megabyte."""
    folder = tmp_path_factory.mktemp("thick")
    for number in range(40):
        (folder / f"{number:06d}.ts").write_bytes(bytes([0x47]) + bytes([number]) * 999_999)
    return Reel(sorted(folder.iterdir()), 1.0)


def fill(disk: Path, leave_bytes: int) -> Path:
    """Somebody else's files take all but so much."""
    volume = os.statvfs(disk)
    filler = disk / "holiday films"
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(1, volume.f_bavail * volume.f_frsize - leave_bytes))
    return filler


async def test_a_full_disk_makes_the_ring_give_way_to_a_press(boxes: BoxFactory, small_disk: Path, thick: Reel) -> None:
    box = await lives(boxes(small_disk, thick, assembler=ListAssembler))
    box.roll(30)
    await box.keeper.wait_until_quiet()
    filler = fill(small_disk, 0)
    moment = await box.secured(box.press_at_once(3.0))
    assert moment.claim
    assert len(box.store.ring) < 20, "sixteen megabytes have been given up"
    filler.unlink()
    box.roll(1)
    [entry] = await box.kept(moment)
    assert entry.last.number == moment.claim.last.number


async def test_a_disk_that_takes_nothing_at_all_is_not_saved_and_says_so(boxes: BoxFactory, slips: Reel) -> None:
    box = await lives(boxes(footage=slips, assembler=ListAssembler))
    box.roll(3)
    box.claims.root.rmdir()
    box.claims.root.write_bytes(b"where claims should be")
    with pytest.raises(NotSavedError, match=r"The disk does not take it \(Not a directory\)"):
        await box.secured(box.press(2.0))
    assert box.ear.words[-1].state == "not-saved"


async def test_no_room_for_the_file_is_waited_for_and_told(boxes: BoxFactory, small_disk: Path, thick: Reel) -> None:
    box = await lives(boxes(small_disk, thick, assembler=ListAssembler))
    box.roll(12)
    moment = await box.secured(box.press(8.0))
    filler = fill(small_disk, 3_000_000)
    box.roll(1)
    await box.quiet()
    assert (moment.state, box.keeper.pending) == ("waiting", 1)
    assert box.workshop.trouble
    assert "on the disk: delete something" in box.workshop.trouble
    assert box.ear.words[-1].sentence == box.workshop.trouble
    assert moment.claim
    assert all(segment.key >= moment.claim.first for segment in box.store.ring), "the ring has given all that helps"

    filler.unlink()
    box.roll(1)
    [entry] = await box.kept(moment)
    assert (entry.first.number, entry.last.number) == (4, 12)
    assert box.keeper.pending == 0
    assert box.workshop.trouble is None
    assert box.litter() == []


async def test_a_disk_without_one_free_byte_does_not_end_the_supervisor(
    boxes: BoxFactory, small_disk: Path, thick: Reel
) -> None:
    box = await lives(boxes(small_disk, thick, assembler=ListAssembler))
    box.roll(5)
    moment = await box.secured(box.press(3.0))
    box.complete()
    box.lose_camera()
    filler = fill(small_disk, 0)
    await box.quiet()
    assert (moment.state, box.has_failed) == ("waiting", False)
    filler.unlink()
    await box.connect("it was away")
    box.roll(1)
    assert len(await box.kept(moment)) == 1


async def test_deleting_a_memory_makes_room_though_the_camera_is_away(
    boxes: BoxFactory, small_disk: Path, thick: Reel
) -> None:
    box = await lives(boxes(small_disk, thick, assembler=ListAssembler, overlap="separate"))
    box.roll(3)
    first = await box.secured(box.press(2.0))
    box.roll(1)
    [old] = await box.kept(first)
    (box.memories_path / old.name).write_bytes(bytes(9_000_000))
    box.roll(4)
    moment = await box.secured(box.press(3.0))
    await box.evict(1)
    box.complete()
    box.lose_camera()
    fill(small_disk, 300_000)
    await box.quiet()
    assert moment.state == "waiting"
    await box.workshop.delete(old.name)
    assert len(await box.kept(moment)) == 1


async def test_a_waiting_moment_is_taken_over_by_a_longer_one(boxes: BoxFactory, small_disk: Path, thick: Reel) -> None:
    box = await lives(boxes(small_disk, thick, assembler=ListAssembler))
    box.roll(12)
    first = await box.secured(box.press(9.0))
    filler = fill(small_disk, 2_000_000)
    box.roll(1)
    await box.quiet()
    assert first.state == "waiting"
    second = await box.secured(box.press(2.0))
    filler.unlink()
    box.roll(3)
    assert await box.kept(first) == await box.kept(second) == await box.entries()
    assert box.workshop.trouble is None
    assert box.litter() == []


# Failures


async def test_a_failure_is_told_and_tried_again(boxes: BoxFactory, slips: Reel) -> None:
    box = await lives(boxes(footage=slips, assembler=StumblingAssembler))
    assert isinstance(box.assembler, StumblingAssembler)
    box.assembler.falls = 1
    box.roll(3)
    moment = await pressed(box, 2.0)
    await box.quiet()
    assert moment.state == "waiting"
    assert box.workshop.trouble
    assert "could not be made: ffmpeg could not join it" in box.workshop.trouble
    assert box.keeper.pending == 1
    box.workshop._queue.put_nowait(moment)  # half a minute later
    assert len(await box.kept(moment)) == 1
    assert box.workshop.trouble is None


async def test_what_fails_for_ever_keeps_its_claim_and_harms_no_other(boxes: BoxFactory, slips: Reel) -> None:
    box = await lives(boxes(footage=slips, assembler=StumblingAssembler))
    assert isinstance(box.assembler, StumblingAssembler)
    box.assembler.falls = 1
    box.roll(3)
    stuck = await pressed(box, 2.0)
    await box.quiet()
    box.roll(5)
    other = await pressed(box, 1.0)
    assert len(await box.kept(other)) == 1
    assert stuck.claim
    assert box.litter() == [stuck.claim.folder]
    await box.crash()
    await box.start()
    await box.quiet()
    assert len(await box.entries()) == 2, "the next start makes it"


async def left_unfinished(boxes: BoxFactory, slips: Reel) -> Box:
    """A box whose last life ended with a moment secured and its file not made."""
    box = await lives(boxes(footage=slips, assembler=StumblingAssembler))
    assert isinstance(box.assembler, StumblingAssembler)
    box.assembler.falls = 1
    box.roll(3)
    await pressed(box, 2.0)
    await box.quiet()
    await box.crash()
    return box


async def test_a_new_life_records_before_it_goes_on_with_the_work_of_the_last(boxes: BoxFactory, slips: Reel) -> None:
    box = await left_unfinished(boxes, slips)
    box.patience_s = 60.0
    await box.start()
    await asyncio.sleep(0.2)
    assert await box.entries() == []

    await box.connect()
    box.roll(1)
    await box.quiet()
    assert len(await box.entries()) == 1


async def test_without_a_camera_it_goes_on_all_the_same(boxes: BoxFactory, slips: Reel) -> None:
    box = await left_unfinished(boxes, slips)
    box.patience_s = 0.1
    await box.start()
    await box.quiet()
    assert len(await box.entries()) == 1


async def test_the_memory_that_a_pending_one_will_replace_is_known(boxes: BoxFactory, slips: Reel) -> None:
    box = await lives(boxes(footage=slips, assembler=StumblingAssembler))
    assert isinstance(box.assembler, StumblingAssembler)
    box.roll(3)
    [entry] = await box.kept(await pressed(box, 2.0))
    assert not box.keeper.is_growing(entry.id)
    box.assembler.falls = 1
    moment = await pressed(box, 2.0)
    await box.quiet()
    assert box.keeper.is_growing(entry.id)
    box.workshop._queue.put_nowait(moment)
    await box.kept(moment)
    assert not box.keeper.is_growing(entry.id)


async def test_a_deleted_memory_is_gone_and_may_be_kept_again(boxes: BoxFactory, slips: Reel) -> None:
    box = await lives(boxes(footage=slips, assembler=ListAssembler))
    box.roll(3)
    [entry] = await box.kept(await pressed(box, 2.0))
    assert await box.workshop.delete(entry.name)
    assert not await box.workshop.delete(entry.name)
    assert (await box.entries(), box.workshop.count) == ([], 0)
    [again] = await box.kept(await pressed(box, 3.0))
    assert again.id != entry.id
    assert box.workshop.count == 1


# The end of a life


async def test_an_end_in_mid_assembly_is_resumed_by_the_next_life(
    boxes: BoxFactory, gallery: Gallery, tmp_path: Path
) -> None:
    box = await lives(boxes(assembler=SlowAssembler))
    box.roll(5)
    await pressed(box, 3.0)
    while not list(box.memories_path.glob(".assembling*.jpg")):  # noqa: ASYNC110 - ffmpeg tells nobody
        await asyncio.sleep(0.005)
    await box.crash()
    assert list(box.memories_path.glob("*-MEMORY*")) == [], "nothing half under the final name"
    assert list(box.memories_path.glob(".assembling*"))

    heir = boxes(tmp_path, clock=box.clock)
    await heir.start()
    await heir.quiet()
    [entry] = await heir.entries()
    assert gallery.segments_of(heir.memories_path / entry.name) == [2, 3, 4, 5]
    assert (entry.gaps, heir.litter()) == ([], [])
    assert len(list(heir.memories_path.glob("*-MEMORY*"))) == 1


async def test_a_press_in_a_segment_that_a_crash_cut_off_tells_what_is_missing(
    boxes: BoxFactory, gallery: Gallery
) -> None:
    box = await lives(boxes())
    box.roll(3)
    box.grow(0.5)
    box.clock.now_s += 0.4  # what the camera saw since is not in the file
    await box.secured(box.press_at_once(2.0))
    await box.crash()
    await box.start()
    await box.quiet()
    [entry] = await box.entries()
    pictures = gallery.pictures_of(box.memories_path / entry.name)
    assert {piece for piece, _ in pictures} == {1, 2, 3}
    [gap] = entry.gaps
    assert gap.reason == "the recorder was restarted"
    assert gap.length_s is not None
    assert 0.3 < gap.length_s < 0.7


async def test_a_segment_that_was_closed_before_the_crash_is_kept_to_its_last_picture(
    boxes: BoxFactory, gallery: Gallery
) -> None:
    box = await lives(boxes(latency_s=5.0))
    box.roll(3)
    await box.secured(box.press(2.0))
    box.complete()
    while box.store.unflushed:  # noqa: ASYNC110 - nobody tells when the last one is on the card
        await asyncio.sleep(0.005)
    await box.crash()
    box.clock.boot_id, box.clock.now_s = "the next boot", 20.0
    await box.start()
    await box.quiet()
    [entry] = await box.entries()
    assert gallery.segments_of(box.memories_path / entry.name) == [1, 2, 3]
    assert entry.gaps == []


async def test_a_claim_is_resumed_although_the_ring_was_emptied(boxes: BoxFactory, gallery: Gallery) -> None:
    box = await lives(boxes())
    box.roll(3)
    await box.secured(box.press(2.0))
    await box.crash()
    for path in sorted(box.ring_path.rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    await box.start()
    await box.quiet()
    [entry] = await box.entries()
    whole = [(piece, number) for piece in (1, 2) for number in range(25)]
    assert gallery.pictures_of(box.memories_path / entry.name)[:50] == whole
    await box.connect()
    assert box.store.ring.open
    assert box.store.ring.open.epoch > entry.last.epoch, "a number that a memory knows is never given again"


async def test_a_press_after_the_restart_grows_what_was_claimed_before(boxes: BoxFactory, gallery: Gallery) -> None:
    box = await lives(boxes(assembler=SlowAssembler))
    box.roll(4)
    await pressed(box, 2.0)
    await box.crash()
    box._make_assembler = Assembler
    await box.start()
    await box.connect()
    box.roll(1)
    second = await pressed(box, 4.0)
    await box.kept(second)
    [entry] = await box.entries()
    found = [piece for piece, _ in gallery.pictures_of(box.memories_path / entry.name)]
    assert found == sorted(found)
    assert set(found) >= {2, 3, 4, 6, 7}
    assert box.litter() == []


# The time


async def test_provisional_names_are_corrected_when_the_time_is_known(boxes: BoxFactory, slips: Reel) -> None:
    box = boxes(footage=slips, assembler=ListAssembler)
    box.clock.trusted, box.clock.wall_offset_s = False, 0.0
    await lives(box)
    box.roll(3)
    [first] = await box.kept(await pressed(box, 1.0))
    assert (first.name[:4], first.press.time_quality) == ("1970", "provisional")
    box.roll(4)
    pending = await box.secured(box.press(1.0))
    pressed_s = box.clock.now_s
    box.clock.trusted, box.clock.wall_offset_s = True, 1_795_000_000.0
    box.roll(1)
    [second] = await box.kept(pending)
    await box.quiet()
    entries = await box.entries()
    assert [entry.name[:4] for entry in entries] == ["2026", "2026"]
    assert [entry.press.time_quality for entry in entries] == ["trusted", "trusted"]
    assert second.press.wall_s == pytest.approx(1_795_000_000 + pressed_s)
    assert sorted(path.name for path in box.memories_path.glob("*.mp4")) == [entry.name for entry in entries]
    box.roll(1)
    third = await box.kept(await pressed(box, 3.0))
    assert third[0].name == second.name, "it grows under its corrected name"


async def test_a_clock_that_steps_moves_no_footage(boxes: BoxFactory, gallery: Gallery) -> None:
    box = await lives(boxes())
    box.roll(3)
    box.clock.wall_offset_s -= 86_400
    box.roll(2)
    moment = await box.secured(box.press(4.0))
    box.clock.wall_offset_s += 3 * 86_400
    box.roll(1)
    [entry] = await box.kept(moment)
    assert gallery.segments_of(box.memories_path / entry.name) == [1, 2, 3, 4, 5]
    assert entry.gaps == []


async def test_a_folder_that_was_mended_is_told(boxes: BoxFactory, slips: Reel) -> None:
    box = await lives(boxes(footage=slips, assembler=ListAssembler))
    box.roll(3)
    [entry] = await box.kept(await pressed(box, 1.0))
    await box.crash()
    (box.memories_path / entry.name).unlink()
    await box.start()
    await box.quiet()
    while not box.log:  # noqa: ASYNC110 - the log only remembers
        await asyncio.sleep(0.005)
    assert box.log == [f"{entry.name} is gone from the folder: it was taken out of the catalogue"]
    assert box.workshop.count == 0
