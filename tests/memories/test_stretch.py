"""Any part of the ring can be kept: as it was chosen, named by its end, with a press's promises."""

import shutil

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.memories.absence import NOTHING_OF_THAT_TIME
from appliance.memories.moment import NotSavedError
from appliance.memories.plan import footage_s, plan_press
from appliance.recording.ring import Ring
from appliance.recording.segment import Epoch, Segment
from tests.memories.conftest import BoxFactory, Gallery, lives, shots
from tests.stands.memory_box import Box

EIGHTHS = st.integers(0, 400).map(lambda n: n / 8)


def ring_of(pieces: list[tuple[float, float]]) -> Ring:
    """A ring of segments, each after a pause, each (pause, length)."""
    ring, at_s = Ring(1 << 40), 0.0
    ring.begin_epoch(Epoch(0, "b", 0.0, 0.0, wall_is_trusted=False, camera="c", reason="r"))
    for number, (pause_s, length_s) in enumerate(pieces):
        ring.add(Segment(0, number, at_s + pause_s, at_s + pause_s + length_s, 10))
        at_s += pause_s + length_s
    return ring


@given(st.lists(st.tuples(st.sampled_from([0.0, 2.0]), st.sampled_from([1.0, 5.0])), max_size=12), EIGHTHS, EIGHTHS)
@settings(suppress_health_check=list(HealthCheck))
def test_a_stretch_is_all_of_that_time_and_no_segment_more(
    pieces: list[tuple[float, float]], start_s: float, length_s: float
) -> None:
    ring, end_s = ring_of(pieces), start_s + length_s

    plan = plan_press(ring, [], start_s, end_s, "separate")

    touching = [one.key for one in ring if one.end_s > start_s and one.start_s < end_s]
    assert [piece.key for piece in plan.pieces] == touching
    exact = sum(max(0.0, min(one.end_s, end_s) - max(one.start_s, start_s)) for one in ring)
    assert footage_s(ring, start_s, end_s) == exact


@pytest.fixture
async def box(boxes: BoxFactory) -> Box:
    box = await lives(boxes())
    box.roll(10)
    return box


async def test_it_becomes_a_memory_named_by_its_end(box: Box, gallery: Gallery) -> None:
    now_s = box.clock.now_s

    moment = box.keeper.keep(now_s - 7.5, now_s - 4.5)
    await box.secured(moment)
    [entry] = await box.kept(moment)

    assert gallery.segments_of(box.memories_path / entry.name) == [2, 3, 4, 5]
    assert (entry.press.at_s, entry.press.cause, entry.asked_s) == (now_s - 4.5, "stretch", 3.0)
    assert entry.name == f"{entry.press.file_stem}.mp4"
    assert entry.gaps == []


async def test_one_that_reaches_to_now_waits_for_the_open_segment(box: Box, gallery: Gallery) -> None:
    box.grow(0.4)
    moment = box.keeper.keep(box.clock.now_s - 1.2, box.clock.now_s)
    await box.secured(moment)
    assert moment.needs_more
    box.roll(1)

    [entry] = await box.kept(moment)

    assert gallery.segments_of(box.memories_path / entry.name) == [9, 10]


async def test_what_was_overwritten_is_refused_or_left_out(box: Box) -> None:
    now_s = box.clock.now_s
    await box.evict(4)

    gone = box.keeper.keep(now_s - 9.5, now_s - 7.5)
    with pytest.raises(NotSavedError) as refused:
        await box.secured(gone)
    part = box.keeper.keep(now_s - 9.5, now_s - 2.5)
    await box.secured(part)
    [entry] = await box.kept(part)

    assert str(refused.value) == NOTHING_OF_THAT_TIME
    assert shots(box, entry) == [6, 7]
    assert (part.asked_s, part.available_s) == (7.0, 1.5)


async def test_it_outlives_a_crash(box: Box) -> None:
    moment = box.keeper.keep(box.clock.now_s - 5.0, box.clock.now_s - 2.0, "The fox")
    await box.secured(moment)
    await box.crash()
    await box.start()
    await box.quiet()

    [entry] = await box.entries()
    assert shots(box, entry) == [5, 6, 7]
    assert entry.press.cause == "stretch"
    [(_, said)] = await box.shelf.page(None, 1)
    assert said.title == "The fox"


async def test_its_title_is_not_lost_between_its_file_and_its_claims_end(box: Box) -> None:
    moment = box.keeper.keep(box.clock.now_s - 5.0, box.clock.now_s - 2.0, "The fox")
    await box.secured(moment)
    assert moment.claim
    shutil.copytree(box.claims.path(moment.claim), box.ring_path.parent / "claim")
    await box.kept(moment)
    await box.crash()
    (box.memories_path / ".descriptions" / f"{moment.claim.id}.json").unlink()
    shutil.copytree(box.ring_path.parent / "claim", box.claims.path(moment.claim))

    await box.start()
    await box.quiet()

    [(_, said)] = await box.shelf.page(None, 1)
    assert said.title == "The fox"


async def test_a_gap_in_it_and_at_its_end_is_told_with_its_reason(box: Box) -> None:
    box.lose_camera()
    box.clock.now_s += 10
    await box.connect("the camera was unplugged")
    box.roll(3)
    now_s = box.clock.now_s

    moment = box.keeper.keep(now_s - 15.0, now_s - 5.0)  # ends while the camera was away
    await box.secured(moment)
    [entry] = await box.kept(moment)

    assert [(round(gap.length_s or 0), gap.reason) for gap in entry.gaps] == [(8, "the camera was unplugged")]


async def test_a_later_press_does_not_grow_it_and_repeats_no_frame(box: Box) -> None:
    kept = box.keeper.keep(box.clock.now_s - 6.0, box.clock.now_s - 2.0)
    await box.secured(kept)
    [stretch] = await box.kept(kept)

    press = box.press(4.0)
    await box.secured(press)
    box.roll(1)
    [entry] = await box.kept(press)

    assert shots(box, stretch) == [4, 5, 6, 7]
    assert shots(box, entry) == [8, 9, 10]
    assert entry.id != stretch.id


async def test_what_an_earlier_memory_holds_is_not_kept_twice(box: Box) -> None:
    press = box.press(5.0)
    await box.secured(press)
    box.roll(1)
    [entry] = await box.kept(press)

    inside = box.keeper.keep(entry.press.at_s - 3.0, entry.press.at_s - 1.0)
    await box.secured(inside)

    assert await box.kept(inside) == [entry]
    assert await box.entries() == [entry]
