"""Presses whose windows touch: one longer memory, or two that share no frame (promise M7). With real ffmpeg."""

import asyncio
import hashlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from appliance.memories.assembler import Assembler, AssemblyError, Made
from appliance.memories.model import Claim, Entry
from appliance.memories.moment import Moment
from tests.memories.conftest import BoxFactory, Gallery, ffprobe, lives
from tests.stands.memory_box import GRACE_S, Box


class GatedAssembler(Assembler):
    """Holds every assembly until it may go on, and may be told to fail."""

    gate: asyncio.Event
    begun: asyncio.Event
    fault: Exception | None = None

    async def assemble(self, claim: Claim, progress: Callable[[float], None]) -> list[Made]:
        self.begun.set()
        await self.gate.wait()
        self.gate.clear()
        if self.fault:
            fault, self.fault = self.fault, None
            raise fault
        return await super().assemble(claim, progress)


def gated(box: Box) -> GatedAssembler:
    assert isinstance(box.assembler, GatedAssembler)
    box.assembler.gate, box.assembler.begun = asyncio.Event(), asyncio.Event()
    return box.assembler


async def keep(box: Box, asked_s: float) -> Entry:
    """A press in the open segment, and its one file."""
    moment = await box.secured(box.press(asked_s))
    box.roll(1)
    [entry] = await box.kept(moment)
    return entry


async def keep_all(box: Box, asked_s: float) -> Entry:
    """A press without a camera, and its one file."""
    moment = await box.secured(box.press(asked_s))
    await asyncio.sleep(GRACE_S)
    [entry] = await box.kept(moment)
    return entry


def file_of(box: Box, entry: Entry) -> Path:
    return box.memories_path / entry.name


def created(path: Path) -> float:
    tags = ffprobe(path, "-show_format")["format"]["tags"]
    return datetime.fromisoformat(tags["creation_time"]).timestamp()


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


async def test_a_second_press_makes_the_first_memory_longer(boxes: BoxFactory, gallery: Gallery) -> None:
    box = await lives(boxes())
    box.roll(5)
    first = await keep(box, 3.0)
    before = digest(file_of(box, first))
    box.roll(1)

    moment = await box.secured(box.press(2.0))
    box.roll(1)
    versions: set[tuple[str, str]] = set()
    while not moment.finished.done():
        versions.add((box.ear.words[-1].state, digest(file_of(box, first))))
        await asyncio.sleep(0.005)
    [entry] = await box.kept(moment)

    assert entry.name == first.name, "under the first name"
    assert entry.press == first.press
    assert [e.name for e in await box.entries()] == [first.name]
    assert gallery.segments_of(file_of(box, entry)) == [2, 3, 4, 5, 6, 7]
    assert entry.asked_s == 5.0, "from the first window's beginning to the second press"
    assert entry.gaps == []
    assert {version for _, version in versions} <= {before, entry.sha256}, "never anything but a whole file"
    assert ("assembling", before) in versions, "the earlier file stays until the longer one is whole"
    assert box.litter() == []
    assert len(list(box.archive.thumbnails.iterdir())) == 1


async def test_three_presses_in_a_row_make_one_memory(boxes: BoxFactory, gallery: Gallery) -> None:
    box = await lives(boxes())
    box.roll(4)
    moments: list[Moment] = []
    for _ in range(3):
        moments.append(await box.secured(box.press(2.0)))
        box.roll(2)
    results = [await box.kept(moment) for moment in moments]
    [entry] = await box.entries()
    assert results[-1] == [entry]
    assert gallery.segments_of(file_of(box, entry)) == [2, 3, 4, 5, 6, 7, 8]
    assert box.litter() == []


async def test_two_presses_in_one_open_segment_make_one_memory(boxes: BoxFactory, gallery: Gallery) -> None:
    box = await lives(boxes())
    box.roll(4)
    first = await box.secured(box.press(1.0))
    second = await box.secured(box.press(3.0))
    box.roll(1)
    assert await box.kept(first) == await box.kept(second) == await box.entries()
    [entry] = await box.entries()
    assert gallery.segments_of(file_of(box, entry)) == [1, 2, 3, 4]


async def test_a_memory_that_follows_without_a_gap_is_the_same_one(boxes: BoxFactory, gallery: Gallery) -> None:
    box = await lives(boxes())
    box.roll(3)
    first = await keep(box, 1.0)  # 2, 3
    box.roll(1)
    second = await keep(box, 1.05)  # from 4 on
    assert (first.last.number, second.id) == (3, first.id)
    assert gallery.segments_of(file_of(box, second)) == [2, 3, 4, 5]


async def test_a_press_while_the_first_is_assembled_replaces_it_afterwards(boxes: BoxFactory, gallery: Gallery) -> None:
    box = await lives(boxes(assembler=GatedAssembler))
    gate = gated(box)
    box.roll(4)
    first = await box.secured(box.press(2.0))
    box.roll(1)
    await gate.begun.wait()
    second = await box.secured(box.press(1.0))
    box.roll(1)
    gate.gate.set()
    [early] = await box.kept(first)
    assert gallery.segments_of(file_of(box, early)) == [2, 3, 4]
    gate.gate.set()
    [entry] = await box.kept(second)
    assert entry.name == early.name
    assert gallery.segments_of(file_of(box, entry)) == [2, 3, 4, 5]
    assert await box.entries() == [entry]
    assert box.litter() == []


async def test_a_first_press_whose_file_cannot_be_made_is_kept_by_the_second(
    boxes: BoxFactory, gallery: Gallery
) -> None:
    box = await lives(boxes(assembler=GatedAssembler))
    gate = gated(box)
    box.roll(4)
    first = await box.secured(box.press(2.0))
    box.roll(1)
    await gate.begun.wait()
    second = await box.secured(box.press(1.0))
    box.roll(1)
    gate.fault = AssemblyError("the card hiccuped")
    gate.gate.set()
    await asyncio.sleep(0.05)
    gate.gate.set()
    [entry] = await box.kept(second)
    assert await box.kept(first) == [entry]
    assert gallery.segments_of(file_of(box, entry)) == [2, 3, 4, 5]
    assert await box.entries() == [entry]
    assert (box.litter(), box.workshop.trouble) == ([], None)


async def test_separate_memories_begin_where_the_earlier_one_ended(boxes: BoxFactory, gallery: Gallery) -> None:
    box = await lives(boxes(overlap="separate"))
    box.roll(5)
    first = await keep(box, 3.0)
    box.roll(2)
    second = await keep(box, 5.0)
    assert gallery.segments_of(file_of(box, first)) == [2, 3, 4, 5]
    assert gallery.segments_of(file_of(box, second)) == [6, 7, 8]
    assert second.name != first.name


async def test_separate_presses_in_one_open_segment_are_one_memory_and_both_are_told(
    boxes: BoxFactory, gallery: Gallery
) -> None:
    box = await lives(boxes(overlap="separate"))
    box.roll(4)
    first = await box.secured(box.press(2.0))
    await box.keeper.wait_until_quiet()
    told = len(box.ear.words)
    second = await box.secured(box.press(2.0))
    await box.keeper.wait_until_quiet()
    assert [word.state for word in box.ear.words[told:]] == ["secured"], "the lamp says it for this press too"
    box.roll(1)
    assert await box.kept(first) == await box.kept(second)
    [entry] = await box.entries()
    assert gallery.segments_of(file_of(box, entry)) == [2, 3, 4]


async def test_a_memory_on_its_way_to_storage_does_not_grow(boxes: BoxFactory, gallery: Gallery) -> None:
    box = await lives(boxes())
    box.roll(5)
    first = await keep(box, 3.0)
    box.fixed.add(first.id)
    second = await keep(box, 4.0)
    third = await keep(box, 5.0)
    assert gallery.segments_of(file_of(box, first)) == [2, 3, 4, 5]
    assert second.id == third.id != first.id
    assert gallery.segments_of(file_of(box, third)) == [6, 7]


async def test_what_was_kept_before_is_not_made_again(boxes: BoxFactory) -> None:
    box = await lives(boxes())
    box.roll(4)
    first = await box.secured(box.press(3.0))
    box.complete()
    box.lose_camera()
    [entry] = await box.kept(first)
    again = await box.secured(box.press(1.0))
    assert await box.kept(again) == [entry]
    assert again.inside is not None
    assert (box.ear.words[-1].state, box.ear.words[-1].sentence) == ("kept", "It was kept before.")
    assert box.litter() == []


async def test_a_press_after_the_camera_was_lost_tells_so_in_the_memory_that_has_the_footage(
    boxes: BoxFactory, gallery: Gallery
) -> None:
    box = await lives(boxes())
    box.roll(4)
    first = await box.secured(box.press(3.0))
    box.complete()
    box.lose_camera("the camera was unplugged")
    [entry] = await box.kept(first)
    assert entry.gaps == []
    box.clock.now_s += 2.0
    second = await box.secured(box.press(4.0))
    await asyncio.sleep(GRACE_S)
    [longer] = await box.kept(second)
    assert (longer.id, longer.name) == (entry.id, entry.name)
    assert gallery.segments_of(file_of(box, longer)) == gallery.segments_of(file_of(box, entry)) == [1, 2, 3, 4]
    assert [(gap.length_s, gap.reason) for gap in longer.gaps] == [(2.0, "the camera was unplugged")]


async def test_a_press_between_two_segments_gets_what_its_lag_needs(boxes: BoxFactory, gallery: Gallery) -> None:
    box = await lives(boxes(latency_s=0.3, assembler=GatedAssembler))
    gate = gated(box)
    box.roll(4)
    first = await box.secured(box.press(2.0))
    box.complete()
    await gate.begun.wait()
    second = await box.secured(box.press(1.0))
    box.follow()
    gate.gate.set()
    await box.kept(first)
    box.roll(1)
    gate.gate.set()
    [entry] = await box.kept(second)
    assert gallery.segments_of(file_of(box, entry)) == [2, 3, 4, 5]
    assert entry.gaps == []


# Longer presses beside a memory that stays as it is


@pytest.mark.parametrize("why", ["separate", "on its way"])
async def test_a_longer_press_has_all_that_it_asks_for(boxes: BoxFactory, gallery: Gallery, why: str) -> None:
    box = await lives(boxes(overlap="separate" if why == "separate" else "extend"))
    box.roll(5)
    first = await keep(box, 3.0)
    box.fixed.add(first.id)
    second = await keep(box, 6.0)
    assert gallery.segments_of(file_of(box, first)) == [2, 3, 4, 5]
    assert gallery.segments_of(file_of(box, second)) == [0, 1, 2, 3, 4, 5, 6]
    assert (second.asked_s, second.gaps, box.litter()) == (6.0, [], [])


async def test_a_hold_that_reaches_before_the_earlier_memory_becomes_whole(boxes: BoxFactory, gallery: Gallery) -> None:
    box = await lives(boxes(overlap="separate", step_s=3.0))
    box.roll(5)
    first = await keep(box, 3.0)
    box.roll(1)
    box.grow(0.1)
    moment = box.keeper.press_began(box.clock.now_s)
    await box.secured(moment)
    assert moment.claim
    assert [segment.number for segment in moment.claim.segments] == [6, 7], "behind the earlier one"
    box.keeper.press_counted(2)
    await box.keeper.wait_until_quiet()
    box.keeper.press_ended(2)
    box.roll(1)
    [entry] = await box.kept(moment)
    assert gallery.segments_of(file_of(box, entry)) == [1, 2, 3, 4, 5, 6, 7]
    assert (moment.available_s, entry.gaps) == (6.0, [])
    assert gallery.segments_of(file_of(box, first)) == [2, 3, 4, 5]


@pytest.mark.parametrize("is_pending", [True, False])
async def test_a_hold_whose_first_step_was_kept_before_still_gets_the_others(
    boxes: BoxFactory, gallery: Gallery, is_pending: bool
) -> None:
    box = await lives(boxes(overlap="separate", step_s=2.0))
    box.roll(5)
    first = await box.secured(box.press(2.0))
    if not is_pending:
        box.complete()
        box.lose_camera()
        await box.kept(first)
    held = await box.secured(box.keeper.press_began(box.clock.now_s))
    assert (held.inside is not None, held.claim, held.finished.done()) == (True, None, False)
    box.keeper.press_counted(2)
    await box.keeper.wait_until_quiet()
    box.keeper.press_ended(2)
    if is_pending:
        box.roll(1)
    else:
        await asyncio.sleep(GRACE_S)
    [entry] = await box.kept(held)
    assert gallery.segments_of(file_of(box, entry)) == ([1, 2, 3, 4, 5] if is_pending else [2, 3, 4, 5])
    [early] = await box.kept(first)
    assert gallery.segments_of(file_of(box, early)) == [3, 4, 5]


async def test_a_hold_that_was_all_kept_before_ends_with_that_memory(boxes: BoxFactory) -> None:
    box = await lives(boxes(overlap="separate", step_s=1.0))
    box.roll(5)
    first = await box.secured(box.press(4.0))
    held = await box.secured(box.keeper.press_began(box.clock.now_s))
    box.keeper.press_counted(2)
    box.keeper.press_ended(2)
    box.roll(1)
    assert await box.kept(held) == await box.kept(first) == await box.entries()
    assert held.inside is not None


async def test_a_segment_that_an_earlier_press_still_needs_is_not_taken_for_the_beginning_of_the_next(
    boxes: BoxFactory, gallery: Gallery
) -> None:
    box = await lives(boxes(overlap="separate", latency_s=0.5))
    box.roll(5)
    box.grow(0.7)
    first = await box.secured(box.press(2.0))
    second = box.press(1.0)
    box.roll(1)  # before the second one is planned
    await box.secured(second)
    box.roll(1)
    assert await box.kept(first) == await box.kept(second) == await box.entries()
    [entry] = await box.entries()
    assert gallery.segments_of(file_of(box, entry)) == [3, 4, 5, 6]


async def test_a_whole_memory_gets_its_last_segment_although_the_ring_has_lost_its_first(
    boxes: BoxFactory, gallery: Gallery
) -> None:
    box = await lives(boxes(overlap="separate", latency_s=0.5))
    box.roll(5)
    box.grow(0.7)
    first = await box.secured(box.press(2.0))
    second = await box.secured(box.press(4.0))
    await box.evict(0)
    box.roll(2)
    [early], [late] = await box.kept(first), await box.kept(second)
    assert gallery.segments_of(file_of(box, early)) == [3, 4, 5, 6]
    assert gallery.segments_of(file_of(box, late)) == [1, 2, 3, 4, 5, 6]


async def test_a_memory_does_not_grow_back_over_one_that_was_deleted(boxes: BoxFactory, gallery: Gallery) -> None:
    box = await lives(boxes(overlap="separate", latency_s=0.8))
    box.roll(5)
    first = await box.secured(box.press(2.0))
    box.roll(2)
    [entry] = await box.kept(first)
    second = await box.secured(box.press(2.0))
    assert await box.workshop.delete(entry.name)
    third = await box.secured(box.press(3.0))
    box.grow(0.1)
    box.roll(3)
    [early], [late] = await box.kept(second), await box.kept(third)
    assert gallery.segments_of(file_of(box, early)) == [6, 7]
    assert gallery.segments_of(file_of(box, late)) == [4, 5, 6, 7]


async def test_a_camera_that_is_lost_while_the_card_is_slow_takes_nothing_that_was_seen(
    boxes: BoxFactory, gallery: Gallery
) -> None:
    box = await lives(boxes(overlap="separate", latency_s=0.5))
    box.roll(5)
    box.grow(0.7)
    first = await box.secured(box.press(2.0))
    second = await box.secured(box.press(4.0))
    box.roll(1)  # both need it, and only one can be claimed at a time
    box.complete()
    box.lose_camera()
    [early], [late] = await box.kept(first), await box.kept(second)
    assert gallery.segments_of(file_of(box, early)) == [3, 4, 5, 6]
    assert gallery.segments_of(file_of(box, late)) == [1, 2, 3, 4, 5, 6]


async def test_a_gap_behind_a_memory_that_stays_is_no_longer_than_it_was(boxes: BoxFactory, gallery: Gallery) -> None:
    box = await lives(boxes(overlap="separate"))
    box.roll(5)
    await keep(box, 4.0)
    box.complete()
    box.lose_camera()
    second = await keep_all(box, 4.0)
    box.clock.now_s += 3.0
    await box.connect("the camera was unplugged")
    third = await keep(box, 7.0)
    assert (gallery.segments_of(file_of(box, second)), gallery.segments_of(file_of(box, third))) == ([6], [7])
    assert [(gap.length_s, gap.reason) for gap in third.gaps] == [(3.0, "the camera was unplugged")]


async def test_two_claims_that_share_footage_are_both_finished_after_a_crash(
    boxes: BoxFactory, gallery: Gallery
) -> None:
    box = await lives(boxes(overlap="separate"))
    box.roll(5)
    await box.secured(box.press(2.0))
    await box.secured(box.press(4.0))
    box.complete()
    await box.crash()
    await box.start()
    await box.quiet()
    found = [gallery.segments_of(file_of(box, entry)) for entry in await box.entries()]
    assert (found, box.litter()) == ([[1, 2, 3, 4, 5], [3, 4, 5]], [])


# An earlier file whose segments the ring has lost


async def led(box: Box, *, keep_segments: int) -> Entry:
    """A memory of the segments 1 to 5; the ring has only its last `keep_segments` now."""
    box.roll(5)
    entry = await keep(box, 4.0)
    await box.evict(keep_segments)
    return entry


async def test_a_file_leads_when_the_ring_has_lost_its_segments(boxes: BoxFactory, gallery: Gallery) -> None:
    box = await lives(boxes())
    first = await led(box, keep_segments=2)
    box.roll(2)
    entry = await keep(box, 4.0)
    assert entry.name == first.name
    assert gallery.pictures_of(file_of(box, entry)) == [(s, n) for s in range(1, 9) for n in range(25)]
    assert (entry.first, entry.gaps) == (first.first, [])
    assert created(file_of(box, entry)) - created(file_of(box, first)) == pytest.approx(0.0, abs=0.1)
    assert (await box.entries(), box.litter()) == ([entry], [])


async def test_a_led_memory_that_grows_has_no_frame_twice(boxes: BoxFactory, gallery: Gallery) -> None:
    box = await lives(boxes(latency_s=0.5, step_s=2.0))
    await led(box, keep_segments=3)
    box.grow(0.7)
    moment = box.keeper.press_began(box.clock.now_s)
    box.roll(1)  # the lag needs one more
    box.keeper.press_counted(2)
    await box.keeper.wait_until_quiet()
    box.keeper.press_ended(2)
    box.roll(1)
    [entry] = await box.kept(moment)
    assert gallery.segments_of(file_of(box, entry)) == [1, 2, 3, 4, 5, 6, 7]


async def test_one_more_press_on_a_led_claim_has_no_frame_twice(boxes: BoxFactory, gallery: Gallery) -> None:
    box = await lives(boxes())
    await led(box, keep_segments=3)
    await box.secured(box.press(3.0))
    second = await box.secured(box.press(1.0))
    box.roll(1)
    [entry] = await box.kept(second)
    assert gallery.segments_of(file_of(box, entry)) == [1, 2, 3, 4, 5, 6]


async def test_a_gap_after_a_leading_file_is_told_once_and_in_full(boxes: BoxFactory, gallery: Gallery) -> None:
    box = await lives(boxes())
    box.roll(5)
    box.complete()
    box.lose_camera()
    box.clock.now_s += 2.0
    first = await box.secured(box.press(6.0))
    await asyncio.sleep(GRACE_S)
    [early] = await box.kept(first)
    assert [gap.length_s for gap in early.gaps] == [2.0]
    await box.evict(2)
    box.clock.now_s += 3.0
    await box.connect("the camera was unplugged")
    box.roll(1)
    entry = await keep(box, 8.0)
    assert gallery.segments_of(file_of(box, entry)) == [2, 3, 4, 5, 6, 7]
    assert [(round(gap.at_s, 1), gap.length_s) for gap in entry.gaps] == [(4.0, 5.0)]


async def test_a_leading_file_that_was_deleted_is_done_without(boxes: BoxFactory, gallery: Gallery) -> None:
    box = await lives(boxes())
    first = await led(box, keep_segments=2)
    moment = await box.secured(box.press(4.0))
    assert await box.workshop.delete(first.name)
    box.roll(1)
    [entry] = await box.kept(moment)
    assert gallery.segments_of(file_of(box, entry)) == [6]
    assert await box.entries() == [entry]


async def test_a_leading_file_is_found_under_its_corrected_name(boxes: BoxFactory, gallery: Gallery) -> None:
    box = boxes()
    box.clock.trusted = False
    await lives(box)
    first = await led(box, keep_segments=2)
    moment = await box.secured(box.press(4.0))
    box.clock.trusted = True
    box.clock.wall_offset_s += 86_400
    box.roll(1)
    [entry] = await box.kept(moment)
    assert entry.name > first.name
    assert gallery.segments_of(file_of(box, entry)) == [1, 2, 3, 4, 5, 6]
    assert [path.name for path in box.memories_path.glob("*.mp4")] == [entry.name]


async def test_a_leading_file_that_cannot_be_read_keeps_its_place(boxes: BoxFactory) -> None:
    box = await lives(boxes())
    first = await led(box, keep_segments=2)
    await box.secured(box.press(4.0))
    file_of(box, first).write_bytes(b"somebody was here" * 1000)
    box.roll(1)
    await box.quiet()
    assert box.workshop.trouble
    assert "cannot be read" in box.workshop.trouble
    assert file_of(box, first).exists()
    assert len(box.litter()) == 1, "the claim still holds the press"


# Two boots


async def test_memories_of_two_boots_share_nothing_and_do_not_grow_together(
    boxes: BoxFactory, gallery: Gallery
) -> None:
    box = await lives(boxes())
    box.roll(5)
    first = await keep(box, 3.0)
    await box.crash()
    box.clock.boot_id, box.clock.now_s = "the next boot", 30.0
    await box.start()
    await box.connect()
    box.roll(2)
    second = await keep(box, 4.0)
    assert (gallery.segments_of(file_of(box, first)), second.id != first.id) == ([2, 3, 4, 5], True)
    assert gallery.segments_of(file_of(box, second)) == [7, 8, 9]
    assert second.press.boot_id == "the next boot"
    assert [gap.reason for gap in second.gaps] == ["the box was restarted"]
