"""Which footage a press keeps: the plan against a simple model of sets (promises M1 and M7)."""

from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from appliance.memories.model import Press
from appliance.memories.plan import Earlier, Overlap, plan_press
from appliance.recording.ring import Ring
from appliance.recording.segment import Epoch, Key, OpenSegment, Segment

SEGMENT_S = 5.0
NAMED = Press("this boot", 0.0, 0.0, 0, "trusted")


@dataclass(frozen=True)
class World:
    """All footage that ever was, in order; what of it the ring still has; and the memories made of it."""

    timeline: list[Segment | OpenSegment]
    evicted: int
    earlier: list[Earlier]

    @property
    def ring(self) -> Ring:
        ring = Ring(1 << 40)
        for piece in self.timeline[self.evicted :]:
            ring.begin_epoch(Epoch(piece.epoch, "this boot", piece.start_s, 0.0, True, "camera", "it was away"))
            if isinstance(piece, Segment):
                ring.add(piece)
            else:
                ring.open = piece
        return ring

    @property
    def living(self) -> set[Key]:
        return {piece.key for piece in self.timeline[self.evicted :]}

    def keys_of(self, memory: Earlier) -> set[Key]:
        return {piece.key for piece in self.timeline if memory.first <= piece.key <= memory.last}

    def window(self, start_s: float, end_s: float) -> set[Key]:
        return {
            piece.key
            for piece in self.timeline[self.evicted :]
            if piece.start_s < end_s and (isinstance(piece, OpenSegment) or piece.end_s > start_s)
        }


def memory(
    first: Key,
    last: Key,
    *,
    number: int = 0,
    file: bool = True,
    may_grow: bool = True,
    holds_segments: bool = False,
    is_led: bool = False,
    window_start_s: float = 0.0,
) -> Earlier:
    return Earlier(
        id=f"m{number}",
        stem=f"stem{number}",
        press=NAMED,
        first=first,
        last=last,
        window_start_s=window_start_s,
        file=f"stem{number}.mp4" if file else None,
        gaps=[],
        may_grow=may_grow,
        holds_segments=holds_segments,
        is_led=is_led,
    )


@st.composite
def worlds(draw: st.DrawFn) -> World:
    timeline: list[Segment | OpenSegment] = []
    now_s = 0.0
    for epoch in range(draw(st.integers(1, 3))):
        now_s += draw(st.sampled_from([0.0, 1.0, 12.0]))
        for number in range(draw(st.integers(1, 6))):
            timeline.append(Segment(epoch, number, now_s, now_s + SEGMENT_S, 1000))
            now_s += SEGMENT_S
    if draw(st.booleans()):
        newest = timeline[-1]
        timeline.append(OpenSegment(newest.epoch, newest.number + 1, now_s))
    evicted = draw(st.integers(0, len(timeline)))
    cuts = sorted(draw(st.sets(st.integers(0, len(timeline)), max_size=6)))
    earlier = []
    for number, (begin, end) in enumerate(pairwise(cuts)):
        if draw(st.integers(0, 3)) == 0:
            continue  # footage between memories
        if draw(st.integers(0, 3)) == 0:
            begin = draw(st.integers(0, begin))  # noqa: PLW2901 - it asked for older footage than those before it
        holds = draw(st.booleans())
        earlier.append(
            memory(
                timeline[begin].key,
                timeline[end - 1].key,
                number=number,
                file=draw(st.booleans()),
                may_grow=draw(st.sampled_from([True, True, True, False])),
                holds_segments=holds,
                is_led=holds and begin < evicted and draw(st.booleans()),  # a file leads what the ring has lost
                window_start_s=timeline[begin].start_s + draw(st.sampled_from([0.0, 2.0])),
            )
        )
    return World(timeline, evicted, earlier)


PRESS_S = st.floats(0.0, 110.0)
ASKED_S = st.floats(0.5, 110.0)
LAG_S = st.sampled_from([0.0, 0.4, 3.0, 7.0])


def touching(world: World, keys: set[Key], one: Earlier) -> bool:
    """Whether a memory shares footage with `keys` or ends where they begin."""
    shares = one.first <= max(keys) and one.last >= min(keys)
    return shares or (one.last.epoch, one.last.number + 1) == min(keys)


def expected(world: World, window: set[Key], overlap: Overlap) -> tuple[list[Earlier], set[Key]]:
    """The memories that a window grows together with, and all that the new memory is made of: by sets alone."""

    def has_all(one: Earlier) -> bool:
        return one.holds_segments or world.keys_of(one) <= world.living

    def stays(one: Earlier) -> bool:
        return overlap == "separate" or not one.may_grow or not (has_all(one) or one.file)

    keys = set(window)
    while keys and (fences := [one for one in world.earlier if stays(one) and min(keys) in world.keys_of(one)]):
        keys = {key for key in keys if key > max(one.last for one in fences)}
    merges: list[Earlier] = []
    for one in sorted(world.earlier, key=lambda e: e.last, reverse=True) if keys else []:
        is_led = one.is_led or not has_all(one)
        if stays(one) or not touching(world, keys, one) or (is_led and one.first > min(keys)):
            continue
        merges.insert(0, one)
        keys |= world.keys_of(one)
        if is_led:
            break
    return merges, keys


@settings(deadline=None)
@given(worlds(), PRESS_S, ASKED_S, LAG_S, st.sampled_from(["extend", "separate"]))
def test_a_plan_is_what_the_model_says(
    world: World, at_s: float, asked_s: float, lag_s: float, overlap: Overlap
) -> None:
    plan = plan_press(world.ring, world.earlier, at_s - asked_s, at_s + lag_s, overlap)
    window = world.window(at_s - asked_s, at_s + lag_s)
    pieces = {piece.key for piece in plan.pieces}
    assert [p.key for p in plan.pieces] == sorted(pieces), "in order, none twice"
    if not window:
        assert (plan.pieces, plan.merges, plan.inside) == ([], [], None)
        return

    merges, keys = expected(world, window, overlap)
    event(f"{overlap}: {len(merges)} merged")
    if plan.inside:
        event("inside")
        assert keys - world.keys_of(plan.inside) == set(), "everything asked for is in it"
        if not plan.pieces:
            return
    assert [one.id for one in plan.merges] == [one.id for one in merges], "oldest first"
    held = set[Key]().union(pieces, *(world.keys_of(one) for one in merges))
    assert held == keys


@settings(deadline=None)
@given(worlds(), PRESS_S, ASKED_S, LAG_S, st.sampled_from(["extend", "separate"]))
def test_no_footage_is_lost_and_none_is_kept_twice_without_need(
    world: World, at_s: float, asked_s: float, lag_s: float, overlap: Overlap
) -> None:
    plan = plan_press(world.ring, world.earlier, at_s - asked_s, at_s + lag_s, overlap)
    pieces = {piece.key for piece in plan.pieces}
    stay = [one for one in world.earlier if one not in plan.merges]
    kept = set[Key]().union(pieces, *(world.keys_of(one) for one in world.earlier))

    assert world.window(at_s - asked_s, at_s + lag_s) <= kept, "all that was asked for is in one memory or another"
    grown = set[Key]().union(*(world.keys_of(one) for one in plan.merges))
    for one in stay:
        if (pieces - grown) & world.keys_of(one):
            assert min(pieces | grown) < one.first, "frames are in two only where the new one begins before"
            event("whole in itself")
    for one in plan.merges if plan.pieces else []:
        if one is plan.leading:
            assert one.file
            assert not pieces & world.keys_of(one), "the file brings them"
        elif not one.holds_segments:
            assert world.keys_of(one) <= pieces, "a memory is replaced only by one that holds all of it"
    if plan.leading:
        assert plan.leading == plan.merges[0]


@settings(deadline=None)
@given(worlds(), st.floats(0.0, 3.0), ASKED_S, st.sampled_from(["extend", "separate"]))
def test_the_segment_that_is_open_at_the_press_is_always_kept(
    world: World, into_s: float, asked_s: float, overlap: Overlap
) -> None:
    ring = world.ring
    if ring.open is None:
        return
    at_s = ring.open.start_s + into_s + 0.001
    plan = plan_press(ring, world.earlier, at_s - asked_s, at_s, overlap)
    is_in_earlier = plan.inside is not None and plan.inside.last >= ring.open.key
    assert is_in_earlier or ring.open in plan.pieces


@settings(deadline=None)
@given(worlds(), st.floats(0.0, 60.0), ASKED_S)
def test_a_press_now_never_grows_a_memory_that_may_not(world: World, into_s: float, asked_s: float) -> None:
    newest = world.timeline[-1]
    at_s = newest.start_s + into_s
    fixed = [memory_that_stays(one) for one in world.earlier]
    by_flag = plan_press(world.ring, fixed, at_s - asked_s, at_s, "extend")
    by_setting = plan_press(world.ring, world.earlier, at_s - asked_s, at_s, "separate")
    assert by_flag.merges == by_setting.merges == []
    assert by_flag.pieces == by_setting.pieces


def memory_that_stays(one: Earlier) -> Earlier:
    return memory(one.first, one.last, number=int(one.id[1:]), file=one.file is not None, may_grow=False)


# The cases that people think of, spelled out


def ring_of(*spans: tuple[int, int, int, float], opened: OpenSegment | None = None) -> Ring:
    """`spans`: epoch, first number, last number, when the first starts."""
    ring = Ring(1 << 40)
    for epoch, first, last, start_s in spans:
        ring.begin_epoch(Epoch(epoch, "this boot", start_s, 0.0, True, "camera", "it was away"))
        for number in range(first, last + 1):
            begin_s = start_s + (number - first) * SEGMENT_S
            ring.add(Segment(epoch, number, begin_s, begin_s + SEGMENT_S, 1000))
    ring.open = opened
    return ring


def numbers(pieces: list[Segment | OpenSegment]) -> list[int]:
    return [piece.number for piece in pieces]


def test_the_window_begins_up_to_one_segment_early_and_ends_with_the_open_one() -> None:
    ring = ring_of((0, 0, 9, 0.0), opened=OpenSegment(0, 10, 50.0))
    assert numbers(plan_press(ring, [], 31.0, 52.0, "extend").pieces) == [6, 7, 8, 9, 10]


def test_nothing_is_kept_of_a_window_without_footage() -> None:
    assert plan_press(ring_of((0, 0, 3, 0.0)), [], 30.0, 60.0, "extend").pieces == []


@pytest.mark.parametrize("overlap", ["extend", "separate"])
def test_a_memory_that_only_comes_after_the_window_is_no_host(overlap: Overlap) -> None:
    later = memory(Key(0, 8), Key(0, 9))
    plan = plan_press(ring_of((0, 0, 9, 0.0)), [later], 0.0, 10.0, overlap)
    assert (numbers(plan.pieces), plan.merges, plan.inside) == ([0, 1], [], None)


def test_a_window_that_begins_where_a_memory_ends_extends_it() -> None:
    before = memory(Key(0, 2), Key(0, 4))
    plan = plan_press(ring_of((0, 0, 9, 0.0)), [before], 25.0, 40.0, "extend")
    assert (numbers(plan.pieces), plan.merges) == ([2, 3, 4, 5, 6, 7], [before])


def test_a_segment_between_them_keeps_two_memories_apart() -> None:
    before = memory(Key(0, 2), Key(0, 3))
    plan = plan_press(ring_of((0, 0, 9, 0.0)), [before], 25.0, 40.0, "extend")
    assert (numbers(plan.pieces), plan.merges) == ([5, 6, 7], [])


def test_memories_do_not_follow_each_other_across_a_loss_of_the_camera() -> None:
    before = memory(Key(0, 2), Key(0, 3))
    plan = plan_press(ring_of((0, 0, 3, 0.0), (1, 0, 3, 40.0)), [before], 30.0, 60.0, "extend")
    assert ([p.key for p in plan.pieces], plan.merges) == ([Key(1, n) for n in range(4)], [])


def test_separate_memories_share_no_segment() -> None:
    before = memory(Key(0, 2), Key(0, 4))
    plan = plan_press(ring_of((0, 0, 9, 0.0)), [before], 12.0, 40.0, "separate")
    assert (numbers(plan.pieces), plan.merges) == ([5, 6, 7], [])


def test_a_longer_press_is_whole_beside_a_memory_that_stays() -> None:
    before = memory(Key(0, 2), Key(0, 4), may_grow=False)
    plan = plan_press(ring_of((0, 0, 9, 0.0)), [before], 2.0, 40.0, "extend")
    assert (numbers(plan.pieces), plan.merges, plan.window_start_s) == ([0, 1, 2, 3, 4, 5, 6, 7], [], 2.0)


def test_the_window_behind_a_fence_begins_where_its_footage_ends() -> None:
    before = memory(Key(0, 2), Key(0, 4))
    plan = plan_press(ring_of((0, 0, 4, 0.0), (1, 0, 3, 40.0)), [before], 12.0, 60.0, "separate")
    assert ([p.key for p in plan.pieces], plan.window_start_s) == ([Key(1, n) for n in range(4)], 25.0)


def test_one_fence_behind_the_other_and_a_memory_that_begins_too_late_to_be_one() -> None:
    stay = [memory(Key(0, 1), Key(0, 2), number=0), memory(Key(0, 3), Key(0, 4), number=1)]
    late = memory(Key(0, 6), Key(0, 7), number=2)
    plan = plan_press(ring_of((0, 0, 9, 0.0)), [*stay, late], 8.0, 50.0, "separate")
    assert numbers(plan.pieces) == [5, 6, 7, 8, 9]


def test_a_longer_press_grows_over_a_memory_that_stays_into_an_older_one() -> None:
    older, fixed = memory(Key(0, 0), Key(0, 3), number=0), memory(Key(0, 4), Key(0, 6), number=1, may_grow=False)
    plan = plan_press(ring_of((0, 0, 9, 0.0)), [older, fixed], 12.0, 50.0, "extend")
    assert (numbers(plan.pieces), plan.merges) == (list(range(10)), [older])


def test_a_memory_that_began_earlier_than_an_older_one_is_replaced_by_all_of_it() -> None:
    older, longer = memory(Key(0, 4), Key(0, 5), number=0), memory(Key(0, 2), Key(0, 6), number=1)
    plan = plan_press(ring_of((0, 0, 9, 0.0)), [older, longer], 26.0, 50.0, "extend")
    assert (numbers(plan.pieces), plan.merges) == ([2, 3, 4, 5, 6, 7, 8, 9], [older, longer])


def test_a_file_does_not_lead_what_begins_before_it() -> None:
    file = memory(Key(0, 2), Key(0, 5), number=0)
    claim = memory(Key(0, 1), Key(0, 7), number=1, holds_segments=True)
    plan = plan_press(ring_of((0, 4, 9, 20.0)), [file, claim], 31.0, 50.0, "extend")
    assert (plan.merges, plan.leading) == ([claim], None)


def test_an_earlier_file_leads_when_its_segments_are_gone() -> None:
    before = memory(Key(0, 2), Key(0, 6))
    plan = plan_press(ring_of((0, 5, 9, 25.0)), [before], 26.0, 50.0, "extend")
    assert (numbers(plan.pieces), plan.leading) == ([7, 8, 9], before)


def test_a_memory_of_several_files_whose_segments_are_gone_stays_as_it_is() -> None:
    before = memory(Key(0, 2), Key(0, 6), file=False)
    plan = plan_press(ring_of((0, 5, 9, 25.0)), [before], 26.0, 50.0, "extend")
    assert (numbers(plan.pieces), plan.merges, plan.leading) == ([7, 8, 9], [], None)


def test_only_one_file_can_lead() -> None:
    older, newer = memory(Key(0, 0), Key(0, 3), number=0), memory(Key(0, 4), Key(0, 6), number=1)
    plan = plan_press(ring_of((0, 7, 9, 35.0)), [older, newer], 36.0, 50.0, "extend")
    assert (numbers(plan.pieces), plan.merges, plan.leading) == ([7, 8, 9], [newer], newer)


def test_nothing_is_put_before_a_claim_that_a_file_leads() -> None:
    older = memory(Key(0, 0), Key(0, 3), number=0)
    led = memory(Key(0, 4), Key(0, 7), number=1, holds_segments=True, is_led=True)
    plan = plan_press(ring_of((0, 7, 9, 35.0)), [older, led], 36.0, 50.0, "extend")
    assert (plan.merges, plan.leading) == ([led], None)


def test_what_is_all_in_one_memory_is_not_kept_again() -> None:
    before = memory(Key(0, 2), Key(0, 6), window_start_s=10.0)
    assert plan_press(ring_of((0, 0, 6, 0.0)), [before], 12.0, 34.0, "extend").inside == before
    assert plan_press(ring_of((0, 0, 6, 0.0)), [before], 12.0, 34.0, "separate").inside == before


def test_the_open_segment_is_not_yet_all_in_a_claim() -> None:
    claim = memory(Key(0, 2), Key(0, 6), window_start_s=10.0, holds_segments=True)
    ring = ring_of((0, 0, 5, 0.0), opened=OpenSegment(0, 6, 30.0))
    plan = plan_press(ring, [claim], 12.0, 34.0, "extend")
    assert (numbers(plan.pieces), plan.inside) == ([2, 3, 4, 5, 6], None)


def test_older_footage_that_has_come_nearer_since_is_not_in_a_memory_that_asked_for_as_much() -> None:
    """Footage of an earlier boot is placed anew at each start."""
    before = memory(Key(1, 0), Key(1, 1), window_start_s=10.0)
    plan = plan_press(ring_of((0, 0, 3, 0.0), (1, 0, 1, 20.0)), [before], 12.0, 30.0, "extend")
    assert (plan.pieces[0].key, plan.inside) == (Key(0, 2), None)


def test_a_window_that_reaches_further_back_extends_a_memory_backwards() -> None:
    before = memory(Key(0, 4), Key(0, 6), window_start_s=20.0)
    plan = plan_press(ring_of((0, 0, 6, 0.0)), [before], 5.0, 34.0, "extend")
    assert (numbers(plan.pieces), plan.window_start_s, plan.inside) == ([1, 2, 3, 4, 5, 6], 5.0, None)
