"""What a claim really holds: sound and damaged segments, formats, durations and gaps. Real segments."""

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from appliance.memories.footage import Part, lead, sorted_by_time, survey
from appliance.memories.gaps import DAMAGED, MISSING, gap_at_end, gap_between
from appliance.memories.model import Claim, ClaimedSegment, Gap, Interruption, Leading, Press
from appliance.memories.pieces import WHOLE
from appliance.mpegts.packets import PACKET_BYTES
from appliance.recording.segment import Key
from appliance.recording.transport import WRAP
from tests.memories.conftest import RATE, SEGMENT_S, Shelf, back_to_back, ffprobe, packet_times
from tests.stands.memory_box import Reel

FRAME_S = 1 / RATE
GARBAGE = random.Random(7).randbytes(30_000)


def facts(parts: list[Part]) -> list[tuple[float, list[Gap]]]:
    return [(round(part.duration_s, 2), part.gaps) for part in parts]


def near(parts: list[Part], *expected: tuple[float, list[tuple[float, float | None, str]]]) -> None:
    """Durations within a frame, gaps as given (places within a frame)."""
    assert len(parts) == len(expected)
    for part, (duration_s, gaps) in zip(parts, expected, strict=True):
        assert part.duration_s == pytest.approx(duration_s, abs=FRAME_S)
        assert [(gap.length_s, gap.reason) for gap in part.gaps] == [(length, why) for _, length, why in gaps]
        assert [gap.at_s for gap in part.gaps] == pytest.approx([at for at, _, _ in gaps], abs=FRAME_S)


def cut_off(path: Path, share: float, *, in_packet: bool = True) -> bytes:
    """The beginning of a segment, ended in the middle of a frame."""
    data = path.read_bytes()
    end = int(len(data) * share) // PACKET_BYTES * PACKET_BYTES
    return data[: end + (91 if in_packet else 0)]


def test_whole_segments_are_one_run_as_long_as_ffprobe_says(shelf: Shelf, reel: Reel) -> None:
    claim = shelf.put(*((3, n, reel.segments[n]) for n in range(12)))
    [part] = survey(claim, shelf.where)
    [run] = part.runs
    times = packet_times(back_to_back(reel.segments[:12]), "v:0")
    assert part.duration_s == pytest.approx(times[-1] - times[0] + FRAME_S, abs=0.001)
    assert part.frames_per_s == pytest.approx(RATE, abs=0.01)
    assert part.gaps == []
    assert [one.end for one in run.slices[:-1]] == [WHOLE] * 11
    assert part.fingerprint.audio == ("aac",)


@pytest.mark.parametrize(
    ("content", "why"), [(b"", "empty"), (GARBAGE, "noise"), (b"\0" * 40_000, "zeros"), (b"\x47" * 100, "a crumb")]
)
def test_a_damaged_segment_in_the_middle_is_left_out_and_told(
    shelf: Shelf, reel: Reel, content: bytes, why: str
) -> None:
    pieces: list[tuple[int, int, Path | bytes]] = [(0, n, reel.segments[n]) for n in range(6)]
    pieces[2] = (0, 2, content)
    near(survey(shelf.put(*pieces), shelf.where), (5.0, [(2.0, 1.0, DAMAGED)]))


def test_a_segment_in_the_middle_that_is_cut_off_in_a_frame_is_left_out_and_told(shelf: Shelf, reel: Reel) -> None:
    pieces: list[tuple[int, int, Path | bytes]] = [(0, n, reel.segments[n]) for n in range(6)]
    pieces[3] = (0, 3, cut_off(reel.segments[3], 0.5))
    near(survey(shelf.put(*pieces), shelf.where), (5.0, [(3.0, 1.0, DAMAGED)]))


def test_a_file_that_is_gone_is_a_gap(shelf: Shelf, reel: Reel) -> None:
    claim = shelf.put(*((0, n, reel.segments[n]) for n in range(5)), lost=(Key(0, 1), Key(0, 2)))
    near(survey(claim, shelf.where), (3.0, [(1.0, 2.0, DAMAGED)]))


def test_a_segment_that_the_ring_never_had_is_a_gap(shelf: Shelf, reel: Reel) -> None:
    claim = shelf.put(*((0, n, reel.segments[n]) for n in (0, 1, 3, 4)))
    near(survey(claim, shelf.where), (4.0, [(2.0, 1.0, MISSING)]))


def test_a_damaged_beginning_and_end_are_told(shelf: Shelf, reel: Reel) -> None:
    pieces: list[tuple[int, int, Path | bytes]] = [(0, n, reel.segments[n]) for n in range(1, 4)]
    claim = shelf.put((0, 0, b""), *pieces, (0, 4, GARBAGE))
    near(survey(claim, shelf.where), (3.0, [(0.0, 1.0, DAMAGED), (3.0, 1.0, DAMAGED)]))


def test_nothing_sound_is_no_part(shelf: Shelf) -> None:
    assert survey(shelf.put((0, 0, b""), (0, 1, GARBAGE)), shelf.where) == []


@pytest.mark.parametrize("in_packet", [True, False])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_the_last_segment_ends_before_the_frame_that_was_cut_off(
    shelf: Shelf, reel: Reel, share: float, in_packet: bool
) -> None:
    last = cut_off(reel.segments[2], share, in_packet=in_packet)
    claim = shelf.put((0, 0, reel.segments[0]), (0, 1, reel.segments[1]), (0, 2, last), is_whole=False)
    [part] = survey(claim, shelf.where)
    [one] = part.runs[0].pieces[-1].slices
    assert one.end % PACKET_BYTES == 0
    kept = shelf.folder / "kept.ts"
    kept.write_bytes(last[: one.end])
    frames = int(
        ffprobe(kept, "-count_frames", "-select_streams", "v", "-show_streams")["streams"][0]["nb_read_frames"]
    )
    assert 1 <= frames < RATE
    assert len(last) - one.end < 20_000, "one frame is left out, not more"
    assert part.duration_s == pytest.approx(2.0 + frames / RATE, abs=5 * FRAME_S)  # frames are not stored in order


def test_a_last_segment_without_one_whole_frame_is_left_out(shelf: Shelf, reel: Reel) -> None:
    head = reel.segments[1].read_bytes()[: 8 * PACKET_BYTES]
    claim = shelf.put((0, 0, reel.segments[0]), (0, 1, head), is_whole=False)
    [part] = survey(claim, shelf.where)
    assert len(part.runs[0].pieces) == 1


def test_a_claim_whose_writer_was_cut_off_tells_what_is_missing_up_to_the_press(shelf: Shelf, reel: Reel) -> None:
    last = cut_off(reel.segments[1], 0.4)
    claim = shelf.put((0, 0, reel.segments[0]), (0, 1, last), is_whole=False)
    claim = replace(claim, trailing_reason="the box was restarted")
    [part] = survey(claim, shelf.where)
    [gap] = part.gaps
    assert gap.length_s is not None
    assert part.duration_s + gap.length_s == pytest.approx(2.0, abs=0.01)
    assert gap.reason == "the box was restarted"
    assert gap.at_s == pytest.approx(part.duration_s, abs=0.001)


def test_two_epochs_of_one_format_are_one_part_with_the_gap_told(shelf: Shelf, reel: Reel) -> None:
    claim = shelf.put(*((0, n, reel.segments[n]) for n in range(3)), *((1, n, reel.segments[9 + n]) for n in range(2)))
    parts = survey(claim, shelf.where)
    near(parts, (5.0, [(3.0, 57.0, "it was unplugged")]))
    assert len(parts[0].runs) == 2


def test_epochs_without_a_gap_worth_telling_are_still_runs_of_their_own(shelf: Shelf, reel: Reel) -> None:
    claim = shelf.put((0, 0, reel.segments[0]), (1, 0, reel.segments[1]))
    claim = replace(claim, segments=[claim.segments[0], replace(claim.segments[1], start_s=1.1, end_s=2.1)])
    [part] = survey(claim, shelf.where)
    assert (len(part.runs), part.gaps) == (2, [])


def test_an_unmeasured_gap_has_no_length(shelf: Shelf, reel: Reel) -> None:
    claim = shelf.put((0, 0, reel.segments[0]), (1, 0, reel.segments[1]))
    claim = replace(claim, interruptions=[Interruption(1, "the box was restarted", is_measured=False)])
    near(survey(claim, shelf.where), (2.0, [(1.0, None, "the box was restarted")]))


def test_epochs_of_two_formats_are_two_parts(shelf: Shelf, reel: Reel, wide_reel: Reel) -> None:
    claim = shelf.put((0, 0, reel.segments[0]), *((1, n, wide_reel.segments[n]) for n in range(2)))
    parts = survey(claim, shelf.where)
    near(parts, (1.0, []), (2.0, [(0.0, 59.0, "it was unplugged")]))
    assert parts[0].fingerprint != parts[1].fingerprint


def test_a_format_and_back_again_are_three_parts(shelf: Shelf, reel: Reel, wide_reel: Reel) -> None:
    claim = shelf.put((0, 0, reel.segments[0]), (1, 0, wide_reel.segments[0]), (2, 0, reel.segments[1]))
    assert [len(part.runs) for part in survey(claim, shelf.where)] == [1, 1, 1]


def test_sound_that_comes_or_goes_makes_another_part(shelf: Shelf, reel: Reel, silent_reel: Reel) -> None:
    claim = shelf.put((0, 0, reel.segments[0]), (1, 0, silent_reel.segments[0]))
    assert [part.fingerprint.audio for part in survey(claim, shelf.where)] == [("aac",), ()]


@pytest.mark.parametrize("after", [0, 1, 2])
def test_a_format_that_changes_inside_a_segment_splits_it_there(
    shelf: Shelf, reel: Reel, wide_reel: Reel, after: int
) -> None:
    """The recorder finds a change one segment late: the epoch may have ended with it, or one or two later."""
    both = reel.segments[1].read_bytes() + wide_reel.segments[0].read_bytes()
    following = [(0, 2 + n, wide_reel.segments[1 + n]) for n in range(after)]
    claim = shelf.put((0, 0, reel.segments[0]), (0, 1, both), *following)
    parts = survey(claim, shelf.where)
    near(parts, (2.0, []), (1.0 + after, []))
    assert parts[1].runs[0].slices[0].start == 0, "the tables come first"


def test_the_clock_of_the_footage_may_wrap(shelf: Shelf, wrapping_reel: Reel) -> None:
    count = len(wrapping_reel.segments)
    claim = shelf.put(*((0, n, one) for n, one in enumerate(wrapping_reel.segments)))
    [part] = survey(claim, shelf.where)
    assert count >= 7
    assert part.duration_s == pytest.approx(7.0, abs=FRAME_S)
    assert part.frames_per_s == pytest.approx(RATE, abs=0.1)


@settings(deadline=None)
@given(st.integers(0, WRAP - 1), st.lists(st.integers(0, 90_000), min_size=1, max_size=30))
def test_times_are_sorted_across_the_wrap(start: int, offsets: list[int]) -> None:
    times = [(start + offset) % WRAP for offset in offsets]
    assert sorted_by_time(times) == [(start + offset) % WRAP for offset in sorted(offsets)]


def test_no_times_are_sorted_too() -> None:
    assert sorted_by_time([]) == []


# An earlier file that leads


def leading(*gaps: Gap, end_s: float | None = 60.0) -> Leading:
    return Leading("earlier.mp4", Key(0, 0), Key(0, 2), list(gaps), "m-0", end_s)


def led(shelf: Shelf, reel: Reel, first: Leading, *rest: tuple[int, int, Path | bytes]) -> list[Part]:
    file = shelf.folder / "leading.ts"
    file.write_bytes(b"".join(path.read_bytes() for path in reel.segments[:3]))
    parts = survey(replace(shelf.put(*rest), leading=first), shelf.where)
    assert lead(parts, first, file)
    return parts


def test_a_file_leads_in_a_run_of_its_own(shelf: Shelf, reel: Reel) -> None:
    inner = Gap(1.0, 4.0, "it was unplugged")
    [part] = led(shelf, reel, leading(inner), (1, 0, reel.segments[3]), (1, 1, reel.segments[4]))
    assert [round(run.duration_s) for run in part.runs] == [3, 2]
    assert part.gaps == [inner]
    assert part.runs[0].pieces[0].segment.start_s == pytest.approx(60.0 - 3.0 - 4.0, abs=FRAME_S)


def test_a_gap_at_the_end_of_a_leading_file_is_replaced_by_the_whole_gap(shelf: Shelf, reel: Reel) -> None:
    trailing = Gap(3.0, 5.0, "it was unplugged")
    first = leading(trailing, end_s=3.0)
    rest: list[tuple[int, int, Path | bytes]] = [(1, 0, reel.segments[3])]
    parts = led(shelf, reel, first, *rest)
    assert facts(parts) == [(4.0, [])]
    claim = replace(shelf.put(*rest), leading=first, interruptions=[Interruption(1, "why", is_measured=True)])
    parts = survey(claim, shelf.where)
    lead(parts, first, shelf.folder / "leading.ts")
    near(parts, (4.0, [(3.0, 57.0, "why")]))


def test_a_leading_file_of_another_format_is_a_part_of_its_own(shelf: Shelf, reel: Reel, wide_reel: Reel) -> None:
    parts = led(shelf, reel, leading(), (1, 0, wide_reel.segments[0]))
    assert [round(part.duration_s) for part in parts] == [3, 1]


def test_a_leading_file_that_cannot_be_read_is_said(shelf: Shelf, reel: Reel) -> None:
    parts = survey(shelf.put((0, 0, reel.segments[0])), shelf.where)
    noise = shelf.folder / "noise.ts"
    noise.write_bytes(GARBAGE)
    assert not lead(parts, leading(), noise)
    assert len(parts[0].runs) == 1


# The rules of gaps alone


def claim_of(*segments: ClaimedSegment, **more: object) -> Claim:
    press = Press("this boot", 20.0, 0.0, 0, "trusted")
    claim = Claim("c", "m", "stem", press, 20.0, 30.0, -10.0, list(segments), [])
    return replace(claim, **more)


ONE, TWO = ClaimedSegment(0, 0, 0.0, 5.0, is_whole=True), ClaimedSegment(0, 1, 5.0, 10.0, is_whole=True)
OTHER = ClaimedSegment(1, 0, 10.1, 15.0, is_whole=True)


def test_segments_in_a_row_have_no_gap() -> None:
    claim = claim_of(ONE, TWO)
    assert gap_between(claim, ONE, TWO) is None
    assert gap_between(claim, None, ONE) is None
    assert gap_at_end(claim, TWO, 10.0) is None


def test_a_moment_between_two_epochs_is_not_worth_a_word() -> None:
    told = [Interruption(1, "a hiccup", is_measured=True)]
    assert gap_between(claim_of(ONE, TWO, OTHER, interruptions=told), TWO, OTHER) is None


def test_a_window_that_begins_in_an_outage_tells_it() -> None:
    told = [Interruption(0, "it was away", is_measured=True)]
    assert gap_between(claim_of(ONE, interruptions=told), None, ONE) == Gap(0.0, 10.0, "it was away")


def test_an_end_that_nobody_knows_makes_a_gap_of_unknown_length() -> None:
    was = replace(TWO, end_s=None, is_whole=False)
    told = [Interruption(1, "the box was restarted", is_measured=True)]
    assert gap_between(claim_of(was, OTHER, interruptions=told), was, OTHER) == Gap(0.0, None, "the box was restarted")


def test_a_gap_before_the_press_is_told_with_its_reason() -> None:
    claim = claim_of(ONE, TWO, trailing_reason="it was unplugged")
    assert gap_at_end(claim, TWO, 10.0) == Gap(0.0, 10.0, "it was unplugged")
    assert gap_at_end(replace(claim, last_press_s=10.1), TWO, 10.0) is None


def test_the_segment_length_of_these_tests_is_what_the_reel_has() -> None:
    assert SEGMENT_S == 1.0
