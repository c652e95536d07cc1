"""From the press to the file: real segments, real ffmpeg, a clock that is set by hand."""

import asyncio
import threading

import pytest

from appliance.memories.absence import NOTHING_RECORDED
from appliance.memories.model import Entry
from appliance.memories.moment import NotSavedError
from tests.memories.conftest import BoxFactory, Gallery, lives, shots
from tests.stands.memory_box import GRACE_S, Box


async def test_a_press_waits_for_the_segment_that_is_open_and_contains_it(boxes: BoxFactory, gallery: Gallery) -> None:
    box = await lives(boxes())
    box.roll(5)
    box.grow(0.4)
    moment = await box.secured(box.press(2.0))
    links = sorted(path.name for path in box.claims.root.glob("c-*/*.ts"))
    assert links == [f"00000000-00000{number}.ts" for number in (3, 4, 5)]
    await box.keeper.wait_until_quiet()
    assert not moment.is_queued, "the open segment is still to come"

    box.roll(2)
    [entry] = await box.kept(moment)

    assert gallery.segments_of(box.memories_path / entry.name) == [3, 4, 5]
    assert (entry.asked_s, entry.gaps) == (2.0, [])
    assert entry.got_s == pytest.approx(3.0, abs=0.05)
    assert box.ear.states(entry.id) == ["secured", "assembling", "kept"]
    assert box.litter() == []


async def test_a_press_is_named_after_the_instant_when_the_button_went_down(boxes: BoxFactory) -> None:
    box = await lives(boxes())
    box.roll(3)
    moment = box.keeper.press_began(box.clock.now_s)
    pressed = box.clock.wall_s()
    box.roll(7)
    box.keeper.press_ended(1)
    [entry] = await box.kept(moment)
    assert entry.press.wall_s == pressed
    assert entry.name == f"{entry.press.local_time:%Y-%m-%dT%H-%M-%S}-MEMORY.mp4"


async def test_a_camera_that_lags_behind_brings_the_press_in_the_next_segment(
    boxes: BoxFactory, gallery: Gallery
) -> None:
    box = await lives(boxes(latency_s=0.8))
    box.roll(4)
    box.grow(0.5)
    moment = await box.secured(box.press(1.0))
    box.roll(1)
    await box.quiet()
    assert not moment.finished.done(), "the picture of the press is still on its way"
    box.roll(1)
    [entry] = await box.kept(moment)
    assert gallery.segments_of(box.memories_path / entry.name) == [3, 4, 5]


@pytest.mark.parametrize("is_lost", [False, True])
async def test_a_segment_that_opens_while_the_card_is_busy_with_the_press_belongs_to_it(
    boxes: BoxFactory, gallery: Gallery, is_lost: bool
) -> None:
    box = await lives(boxes(latency_s=0.5))
    box.roll(4)
    box.grow(0.7)
    begun, busy = threading.Event(), threading.Event()
    box._threads[0].submit(begun.set)
    box._threads[0].submit(busy.wait)
    begun.wait()
    while not box._threads[0]._work_queue.empty():  # noqa: ASYNC110 - the thread is about to take it
        await asyncio.sleep(0)
    moment = box.press(1.0)
    while box._threads[0]._work_queue.empty():  # noqa: ASYNC110 - nobody tells that the claim has been handed over
        await asyncio.sleep(0)
    box.roll(1)
    if is_lost:
        box.complete()
        box.lose_camera()
    busy.set()
    await box.secured(moment)
    if not is_lost:
        box.roll(1)
    [entry] = await box.kept(moment)
    assert gallery.segments_of(box.memories_path / entry.name) == [3, 4, 5]


@pytest.mark.parametrize("steps", [1, 2, 4])
async def test_every_step_of_a_hold_keeps_more(boxes: BoxFactory, gallery: Gallery, steps: int) -> None:
    box = await lives(boxes(step_s=2.0))
    box.roll(9)
    box.grow(0.5)
    moment = box.keeper.press_began(box.clock.now_s)
    await box.secured(moment)
    assert moment.available_s == 2.0
    for step in range(2, steps + 1):
        box.roll(1)
        box.keeper.press_counted(step)
    await box.keeper.wait_until_quiet()
    assert moment.available_s == 2.0 * steps
    assert box.ear.words == [], "nothing is told before the finger is up"
    box.keeper.press_ended(steps)
    box.roll(1)
    [entry] = await box.kept(moment)
    first = 7 - 2 * (steps - 1)
    assert gallery.segments_of(box.memories_path / entry.name) == list(range(first, 10))
    assert entry.asked_s == 2.0 * steps


async def test_a_release_keeps_a_step_that_was_not_counted_before(boxes: BoxFactory, gallery: Gallery) -> None:
    box = await lives(boxes(step_s=2.0))
    box.roll(5)
    moment = box.keeper.press_began(box.clock.now_s)
    box.keeper.press_ended(2)
    await box.keeper.wait_until_quiet()
    box.roll(1)
    [entry] = await box.kept(moment)
    assert (gallery.segments_of(box.memories_path / entry.name), entry.asked_s) == ([1, 2, 3, 4], 4.0)


async def test_a_hold_knows_what_the_ring_has(boxes: BoxFactory) -> None:
    box = await lives(boxes(step_s=2.0))
    assert box.keeper.holds_step(box.clock.now_s + 1, 1)
    box.roll(3)
    assert box.keeper.holds_step(box.clock.now_s, 2)
    assert not box.keeper.holds_step(box.clock.now_s, 3)


async def test_a_hold_that_asks_for_more_than_there_is_keeps_what_there_is(boxes: BoxFactory, gallery: Gallery) -> None:
    box = await lives(boxes())
    box.roll(2)
    moment = await box.secured(box.press(60.0))
    box.roll(1)
    [entry] = await box.kept(moment)
    assert gallery.segments_of(box.memories_path / entry.name) == [0, 1, 2]
    assert (entry.asked_s, entry.gaps) == (60.0, [])
    assert entry.got_s == pytest.approx(3.0, abs=0.05)


async def test_the_control_sockets_save_during_a_hold_lengthens_the_held_moment(boxes: BoxFactory) -> None:
    box = await lives(boxes(step_s=1.0))
    box.roll(6)
    held = box.keeper.press_began(box.clock.now_s)
    assert box.keeper.press_began(box.clock.now_s + 1) is held
    assert box.press_at_once(4.0) is held
    box.keeper.press_ended(1)
    box.roll(1)
    [entry] = await box.kept(held)
    assert entry.asked_s == 4.0


async def test_nothing_recorded_yet_is_not_saved(boxes: BoxFactory) -> None:
    box = boxes()
    await box.start()
    box.camera.absence = None
    moment = box.press(3.0)
    with pytest.raises(NotSavedError, match="Nothing recorded yet"):
        await box.secured(moment)
    with pytest.raises(NotSavedError):
        await box.kept(moment)
    [word] = box.ear.words
    assert (word.state, word.sentence) == ("not-saved", NOTHING_RECORDED)
    assert box.litter() == []


async def test_a_missing_camera_is_told_when_nothing_was_recorded(boxes: BoxFactory) -> None:
    box = boxes()
    await box.start()
    with pytest.raises(NotSavedError, match=r"Nothing recorded yet.*the camera is not there yet"):
        await box.secured(box.press(3.0))


async def test_no_footage_of_the_last_minutes_is_not_saved_and_says_why(boxes: BoxFactory) -> None:
    box = await lives(boxes())
    box.roll(3)
    box.lose_camera("the camera was unplugged")
    box.clock.now_s += 60
    with pytest.raises(NotSavedError, match=r"no footage of the last minutes.*the camera was unplugged"):
        await box.secured(box.press(10.0))


async def test_a_press_while_the_camera_is_away_keeps_what_there_is_and_tells_the_gap(
    boxes: BoxFactory, gallery: Gallery
) -> None:
    box = await lives(boxes())
    box.roll(3)
    box.complete()
    box.lose_camera("the camera was unplugged")
    box.clock.now_s += 7.0
    moment = await box.secured(box.press(9.0))
    assert moment.available_s == 2.0
    await asyncio.sleep(GRACE_S)
    [entry] = await box.kept(moment)

    assert gallery.segments_of(box.memories_path / entry.name) == [2, 3]
    [gap] = entry.gaps
    assert gap.at_s == pytest.approx(2.0, abs=0.05)
    assert (gap.length_s, gap.reason) == (7.0, "the camera was unplugged")


async def test_an_outage_in_the_window_is_told_where_it_is(boxes: BoxFactory, gallery: Gallery) -> None:
    box = await lives(boxes())
    box.roll(2)
    box.complete()
    box.lose_camera()
    box.clock.now_s += 5.5
    await box.connect("the camera was unplugged")
    box.roll(2)
    moment = await box.secured(box.press(9.0))
    box.roll(1)
    [entry] = await box.kept(moment)

    assert gallery.segments_of(box.memories_path / entry.name) == [1, 2, 3, 4, 5]
    [gap] = entry.gaps
    assert gap.at_s == pytest.approx(2.0, abs=0.05)
    assert (gap.length_s, gap.reason) == (5.5, "the camera was unplugged")


async def test_an_outage_at_the_beginning_of_the_window_is_told(boxes: BoxFactory) -> None:
    box = await lives(boxes())
    box.roll(2)
    box.complete()
    box.lose_camera()
    box.clock.now_s += 8.0
    await box.connect("the camera was unplugged")
    box.roll(2)
    moment = await box.secured(box.press(5.0))
    box.roll(1)
    [entry] = await box.kept(moment)
    [gap] = entry.gaps
    assert (gap.at_s, gap.length_s, gap.reason) == (0.0, 2.9, "the camera was unplugged")


async def test_the_camera_dies_while_the_button_is_held(boxes: BoxFactory, gallery: Gallery) -> None:
    box = await lives(boxes(latency_s=0.5))
    box.roll(3)
    box.grow(0.9)
    moment = box.keeper.press_began(box.clock.now_s)
    box.complete()
    box.lose_camera()
    await box.connect("the camera was unplugged")
    box.roll(2)
    box.keeper.press_ended(1)
    [entry] = await box.kept(moment)
    assert gallery.segments_of(box.memories_path / entry.name) == [0, 1, 2, 3], "nothing of the next connection"


async def test_eviction_right_after_the_press_takes_nothing_away(boxes: BoxFactory, gallery: Gallery) -> None:
    box = await lives(boxes())
    box.roll(5)
    moment = box.press(4.0)
    await box.secured(moment)
    await box.evict()
    assert list(box.ring_path.glob("*/*.ts")) == [box.store.folder.path(box.store.ring.open.key)]  # type: ignore[union-attr]  # it is open
    box.complete()
    await box.evict()
    [entry] = await box.kept(moment)
    assert gallery.segments_of(box.memories_path / entry.name) == [1, 2, 3, 4, 5]


async def test_a_segment_that_somebody_removed_is_a_gap_and_no_reason_to_keep_nothing(
    boxes: BoxFactory, gallery: Gallery
) -> None:
    box = await lives(boxes())
    box.roll(6)
    await box.keeper.wait_until_quiet()
    (box.ring_path / "00000000" / "000003.ts").unlink()
    moment = await box.secured(box.press(4.0))
    box.roll(1)
    [entry] = await box.kept(moment)
    assert gallery.segments_of(box.memories_path / entry.name) == [2, 4, 5, 6]
    [gap] = entry.gaps
    assert gap.at_s == pytest.approx(1.0, abs=0.05)
    assert gap.length_s == 1.0


async def test_when_every_segment_was_removed_it_is_not_saved(boxes: BoxFactory) -> None:
    box = await lives(boxes())
    box.roll(3)
    for file in box.ring_path.glob("*/*.ts"):
        file.unlink()
    with pytest.raises(NotSavedError, match="does not take it"):
        await box.secured(box.press_at_once(2.0))
    assert box.litter() == []


async def test_a_segment_that_came_to_nothing_does_no_harm(boxes: BoxFactory, gallery: Gallery) -> None:
    box = await lives(boxes())
    box.roll(3)
    box.clock.now_s += 0.1
    moment = await box.secured(box.press_at_once(2.0))
    assert len(list(box.claims.root.glob("*/*.ts"))) == 3
    box.close()  # ffmpeg died before a byte was written
    box.lose_camera()
    [entry] = await box.kept(moment)
    assert gallery.segments_of(box.memories_path / entry.name) == [1, 2]
    assert entry.gaps == []


async def made_of(box: Box, *asked_s: float) -> list[Entry]:
    """One memory a press, with time between them."""
    for asked in asked_s:
        box.roll(3)
        moment = box.press(asked)
        await box.secured(moment)
        box.roll(1)
        await box.kept(moment)
    return await box.entries()


async def test_presses_that_do_not_touch_are_kept_apart(boxes: BoxFactory, gallery: Gallery) -> None:
    box = await lives(boxes())
    entries = await made_of(box, 1.0, 1.0, 1.0)
    assert [gallery.segments_of(box.memories_path / e.name) for e in entries] == [[2, 3], [6, 7], [10, 11]]
    assert len({entry.name for entry in entries}) == 3


async def test_presses_within_one_second_have_names_of_their_own(boxes: BoxFactory) -> None:
    box = await lives(boxes(overlap="separate"))
    box.roll(3)
    first = await box.secured(box.press(1.0))
    box.complete()
    await box.kept(first)
    box.follow()
    box.grow(0.1)
    box.clock.wall_offset_s -= 1.0  # the clock is set back
    second = await box.secured(box.press_at_once(1.0))
    box.roll(1)
    await box.kept(second)
    names = [entry.name for entry in await box.entries()]
    assert names[1] == names[0].replace("-MEMORY", "-MEMORY-2")


async def test_a_kept_file_is_what_its_entry_says(boxes: BoxFactory) -> None:
    box = await lives(boxes())
    [entry] = await made_of(box, 2.0)
    assert shots(box, entry) == [1, 2, 3]
    assert entry.size_bytes == (box.memories_path / entry.name).stat().st_size
    assert box.archive.thumbnail(entry.name).read_bytes()[:2] == b"\xff\xd8"
