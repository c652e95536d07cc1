"""Claims become MP4 files: real ffmpeg, and every promise about the file looked up in the file."""

import asyncio
import shutil
import struct
import subprocess
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from appliance.memories.assembler import Assembler, AssemblyError, Made
from appliance.memories.claims import Claims
from appliance.memories.footage import Part, survey
from appliance.memories.joining import join_command, joint_list, moov_bytes, run_lists, to_segments_command
from appliance.memories.model import Claim, Gap, Interruption, Leading, Press
from appliance.memories.probing import ProbeError, probe, probe_truth
from appliance.memories.truth import Truth, describe, read_truth
from appliance.mpegts.packets import PACKET_BYTES, packets
from appliance.recording.segment import Key
from tests.memories.conftest import (
    RATE,
    Gallery,
    Shelf,
    back_to_back,
    cut,
    decode,
    ffprobe,
    irregular_steps,
    made_up,
    packet_times,
)
from tests.stands.memory_box import Reel

FRAME_S = 1 / RATE
SOUND_S = 1024 / 48_000


class Bench:
    """An assembler for the shelf's folder."""

    def __init__(self, memories: Path) -> None:
        self.memories = memories
        self.progress: list[float] = []
        self._thread = ThreadPoolExecutor(1)
        self.assembler = Assembler(memories, Claims(memories), self._thread)

    async def make(self, claim: Claim) -> list[Made]:
        return await self.assembler.assemble(claim, self.progress.append)

    async def make_one(self, claim: Claim) -> Path:
        [made] = await self.make(claim)
        return made.path

    def close(self) -> None:
        self._thread.shutdown()


@pytest.fixture
async def bench(shelf: Shelf) -> AsyncIterator[Bench]:
    made = Bench(shelf.folder.parents[1])
    yield made
    made.close()


def atoms(file: Path) -> list[tuple[str, int]]:
    """The top-level boxes of an MP4 and their sizes (ISO/IEC 14496-12, 4.2)."""
    found: list[tuple[str, int]] = []
    with file.open("rb") as stream:
        while len(head := stream.read(8)) == 8:
            size, kind = struct.unpack(">I4s", head)
            if size == 1:
                size = struct.unpack(">Q", stream.read(8))[0]
                stream.seek(size - 16, 1)
            else:
                stream.seek(size - 8, 1)
            found.append((kind.decode(), size))
    return found


def video_packets(what: Path | str) -> list[str]:
    """A checksum a packet, as stored."""
    command = [
        "ffmpeg",
        "-nostdin",
        "-v",
        "error",
        "-i",
        str(what),
        "-map",
        "0:v:0",
        "-c",
        "copy",
        "-f",
        "framemd5",
        "-",
    ]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    return [line.split(",")[5].strip() for line in lines if not line.startswith("#")]


def tags(file: Path) -> dict[str, str]:
    found: dict[str, str] = ffprobe(file, "-show_format")["format"]["tags"]
    return found


def run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False)


def streams(file: Path) -> list[dict[str, Any]]:
    return [s for s in ffprobe(file, "-show_streams")["streams"] if s["codec_type"] != "data"]


def of(reel: Reel, *numbers: int, epoch: int = 0) -> list[tuple[int, int, Path | bytes]]:
    return [(epoch, number, reel.segments[number]) for number in numbers]


# One run


async def test_a_join_is_exact(shelf: Shelf, bench: Bench, reel: Reel, gallery: Gallery, tmp_path: Path) -> None:
    file = await bench.make_one(shelf.put(*of(reel, *range(30))))
    bare = tmp_path / "bare.mp4"
    source = back_to_back(reel.segments[:30])
    assert run(["ffmpeg", "-v", "error", "-i", source, "-c", "copy", str(bare)]).returncode == 0

    assert gallery.segments_of(file) == list(range(30))
    assert video_packets(file) == video_packets(bare), "pixels are never touched"
    pictures, sounds = packet_times(file, "v:0"), packet_times(file, "a:0")
    assert irregular_steps(pictures, FRAME_S) == []
    assert irregular_steps(sounds, SOUND_S) == []
    assert len(pictures) == 30 * RATE
    assert pictures[-1] - pictures[0] + FRAME_S == pytest.approx(30.0, abs=0.001)
    lead = packet_times(source, "a:0")[0] - packet_times(source, "v:0")[0]
    assert sounds[0] - pictures[0] == pytest.approx(lead, abs=0.002), "sound and picture together"


async def test_the_index_stands_at_the_front_in_one_pass(shelf: Shelf, bench: Bench, reel: Reel) -> None:
    file = await bench.make_one(shelf.put(*of(reel, *range(10))))
    kinds = [kind for kind, _ in atoms(file)]
    assert kinds[:2] == ["ftyp", "moov"]
    assert "free" in kinds, "what is left of the room that was reserved"
    assert kinds[-1] == "mdat"


async def test_too_little_room_for_the_index_costs_a_second_pass_and_nothing_else(
    shelf: Shelf, reel: Reel, gallery: Gallery, tmp_path: Path
) -> None:
    claim = shelf.put(*of(reel, *range(50)))
    [part] = survey(claim, shelf.where)
    assert moov_bytes(part) < 400_000
    scarce = replace(part, frames_per_s=-30.0 * RATE)  # as if there were no pictures at all
    lists = run_lists(scarce, shelf.folder, "scarce")
    start = shelf.folder / "scarce.ffconcat"
    for path, content in {**lists, start: joint_list(scarce, lists, [])}.items():
        path.write_text(content)
    target = tmp_path / "scarce.mp4"
    once = join_command(scarce, start, target, {}, in_one_pass=True)
    assert run(once).returncode != 0, "ffmpeg says so"
    twice = join_command(scarce, start, target, {}, in_one_pass=False)
    assert run(twice).returncode == 0
    assert [kind for kind, _ in atoms(target)][:2] == ["ftyp", "moov"]
    assert gallery.segments_of(target) == list(range(50))


async def test_a_file_with_more_to_say_than_was_estimated_is_written_twice(
    shelf: Shelf, bench: Bench, reel: Reel, gallery: Gallery
) -> None:
    claim = shelf.put(*((n, 0, reel.segments[n]) for n in range(12)))
    reasons = [Interruption(n, f"{n} " + "it flickered and " * 300, is_measured=True) for n in range(1, 12)]
    claim = replace(claim, interruptions=reasons)
    [part] = survey(claim, shelf.where)
    file = await bench.make_one(claim)
    (kind, moov), *_ = [atom for atom in atoms(file) if atom[0] != "ftyp"]
    assert kind == "moov"
    assert moov > moov_bytes(part), "the reserve was too small"
    assert gallery.segments_of(file) == list(range(12))


async def test_a_camera_that_flickers_for_long_makes_a_memory_of_very_many_gaps(
    shelf: Shelf, bench: Bench, reel: Reel
) -> None:
    claim = shelf.put(*((n, 0, reel.segments[n % 60]) for n in range(320)))
    reason = "The camera closed the connection without a word: it may be switched off, or another program has it. " * 4
    claim = replace(claim, interruptions=[Interruption(n, f"{n} {reason}", is_measured=True) for n in range(1, 320)])
    [made] = await bench.make(claim)
    assert len(made.truth.gaps) == 319
    truth = probe_truth(made.path)
    assert truth
    assert truth.gaps == made.truth.gaps[: len(truth.gaps)]
    assert len(truth.gaps) >= 100
    assert len(packet_times(made.path, "v:0")) == 320 * RATE


@pytest.mark.parametrize("minutes", [3, 30])
def test_the_reserve_is_generous_and_not_wasteful(shelf: Shelf, reel: Reel, minutes: int) -> None:
    [part] = survey(shelf.put(*of(reel, *range(10))), shelf.where)
    part.runs[0].duration_s = minutes * 60.0
    measured = minutes * 60 * (RATE * 16 + 47 * 12)
    assert 1.5 * measured < moov_bytes(part) < 6 * measured


async def test_progress_is_told_from_zero_to_one(shelf: Shelf, bench: Bench, reel: Reel) -> None:
    await bench.make_one(shelf.put(*of(reel, *range(40))))
    assert bench.progress == sorted(bench.progress)
    assert all(0.0 <= done <= 1.0 for done in bench.progress)
    assert bench.progress[-1] > 0.9


async def test_a_camera_without_sound(shelf: Shelf, bench: Bench, silent_reel: Reel) -> None:
    file = await bench.make_one(shelf.put(*of(silent_reel, 0, 1, 2)))
    assert [stream["codec_type"] for stream in streams(file)] == ["video"]
    assert len(decode(file)) == 3 * RATE


async def test_the_clock_of_the_camera_may_wrap_inside(shelf: Shelf, bench: Bench, wrapping_reel: Reel) -> None:
    file = await bench.make_one(shelf.put(*of(wrapping_reel, *range(len(wrapping_reel.segments)))))
    assert irregular_steps(packet_times(file, "v:0"), FRAME_S) == []
    assert irregular_steps(packet_times(file, "a:0"), SOUND_S) == []
    assert len(decode(file)) == 7 * RATE


async def test_hevc_is_tagged_for_apples_players(shelf: Shelf, bench: Bench, tmp_path: Path) -> None:
    if "libx265" not in run(["ffmpeg", "-v", "error", "-encoders"]).stdout:
        pytest.skip("this ffmpeg has no libx265 to make HEVC with")
    options: dict[str, str | int] = {"c:v": "libx265", "preset": "ultrafast", "x265-params": "log-level=none:keyint=25"}
    hevc = Reel(cut(tmp_path / "hevc", made_up(3, options=options)), 1.0)
    file = await bench.make_one(shelf.put(*of(hevc, *range(len(hevc.segments)))))
    [picture, _] = streams(file)
    assert (picture["codec_name"], picture["codec_tag_string"]) == ("hevc", "hvc1")
    assert len(decode(file)) == 3 * RATE


@pytest.mark.parametrize("name", ["with space", "it's", 'a "b"', "back\\slash", "Ünïcødé 日本", "100% #1 [x] {y};$z"])
async def test_folders_of_any_name(tmp_path: Path, reel: Reel, gallery: Gallery, name: str) -> None:
    folder = tmp_path / name / ".claims" / "c-1"
    folder.mkdir(parents=True)
    shelf, bench = Shelf(folder), Bench(tmp_path / name)
    last = reel.segments[2].read_bytes()[:-100]
    claim = shelf.put(*of(reel, 0, 1), (0, 2, last), (1, 0, reel.segments[5]), is_whole=False)
    file = await bench.make_one(claim)
    assert {piece for piece, _ in gallery.pictures_of(file)} == {0, 1, 2, 5}
    bench.close()


# What the file says about itself


async def test_a_file_tells_when_its_first_frame_was_recorded_and_what_it_is(
    shelf: Shelf, bench: Bench, reel: Reel
) -> None:
    claim = shelf.put(*of(reel, *range(5)))
    press = Press("this boot", 4.6, 1_795_256_400.0, 3600, "trusted")
    file = await bench.make_one(replace(claim, press=press, asked_s=180.0))
    told = tags(file)
    assert told["creation_time"].startswith("2026-11-21T10:19:55"), "4.6 s before the press; MP4 knows whole seconds"
    assert told["title"] == "Memory of 2026-11-21 11:20:00", "local time"
    assert told["date"] == "2026-11-21T11:20:00+0100"
    assert told["description"] == "Asked for 180 s, got 5.0 s."
    truth = probe_truth(file)
    assert truth
    assert (truth.id, truth.claim, truth.press, truth.first, truth.last) == (
        "m-1",
        "c-1",
        press,
        Key(0, 0),
        Key(0, 4),
    )
    assert ffprobe(file, "-show_chapters")["chapters"] == []


async def test_nobody_is_told_a_time_that_nobody_knows(shelf: Shelf, bench: Bench, reel: Reel) -> None:
    claim = shelf.put(*of(reel, 0, 1))
    file = await bench.make_one(replace(claim, press=replace(claim.press, time_quality="provisional")))
    assert "creation_time" not in tags(file)


async def test_gaps_are_chapters_that_say_what_is_missing(
    shelf: Shelf, bench: Bench, reel: Reel, gallery: Gallery
) -> None:
    claim = shelf.put(*of(reel, 0, 1, 2), (1, 0, reel.segments[10]), (1, 1, b""), (1, 2, reel.segments[12]))
    file = await bench.make_one(claim)
    assert gallery.segments_of(file) == [0, 1, 2, 10, 12]
    chapters = ffprobe(file, "-show_chapters")["chapters"]
    assert [chapter["tags"]["title"] for chapter in chapters] == [
        "Footage",
        "After a gap: 57.0 s missing, it was unplugged",
        "After a gap: 1.0 s missing, a damaged piece of the recording was left out",
    ]
    assert "At 3.0 s: 57.0 s missing, it was unplugged." in tags(file)["description"]
    truth = probe_truth(file)
    assert truth
    assert [gap.length_s for gap in truth.gaps] == [57.0, 1.0]
    pictures = packet_times(file, "v:0")
    assert [float(chapter["start_time"]) for chapter in chapters] == pytest.approx(
        [pictures[0], pictures[3 * 25], pictures[4 * 25]], abs=3 * FRAME_S
    ), "a run begins where its sound does, a few frames before its picture"
    assert max(irregular_steps(pictures, FRAME_S), default=0.0) < 0.25, "gaps are closed"


async def test_reasons_of_any_wording_are_told_as_they_are(shelf: Shelf, bench: Bench, reel: Reel) -> None:
    reason = "it said: 'a=b; c\\d' # \"no\"\nand 日本"
    claim = shelf.put(*of(reel, 0), (1, 0, reel.segments[1]))
    file = await bench.make_one(replace(claim, interruptions=[Interruption(1, reason, is_measured=True)]))
    truth = probe_truth(file)
    assert truth
    assert [gap.reason for gap in truth.gaps] == [reason]
    assert reason in ffprobe(file, "-show_chapters")["chapters"][1]["tags"]["title"]


async def test_two_formats_are_two_files_that_name_their_part(
    shelf: Shelf, bench: Bench, reel: Reel, wide_reel: Reel
) -> None:
    made = await bench.make(shelf.put(*of(reel, 0, 1), *of(wide_reel, 0, 1, 2, epoch=1)))
    assert [(one.truth.part, one.truth.parts) for one in made] == [(1, 2), (2, 2)]
    assert [streams(one.path)[0]["width"] for one in made] == [160, 320]
    assert [len(decode(one.path)) for one in made] == [2 * RATE, 3 * RATE]
    assert [tags(one.path)["title"].partition(", ")[2] for one in made] == ["part 1 of 2", "part 2 of 2"]
    assert [one.truth.got_s for one in made] == pytest.approx([2.0, 3.0], abs=0.07)
    begun = [tags(one.path)["creation_time"] for one in made]
    assert begun[0] < begun[1]
    assert bench.progress == sorted(bench.progress)


async def test_a_change_inside_a_segment_is_cut_where_it_happened(
    shelf: Shelf, bench: Bench, reel: Reel, wide_reel: Reel, gallery: Gallery
) -> None:
    both = reel.segments[1].read_bytes() + wide_reel.segments[0].read_bytes()
    claim = shelf.put(*of(reel, 0), (0, 1, both), (0, 2, wide_reel.segments[1]))
    first, second = await bench.make(claim)
    assert gallery.segments_of(first.path) == [0, 1]
    assert decode(second.path) == decode(back_to_back(wide_reel.segments[:2]))


async def test_a_thumbnail_is_a_small_picture_of_the_end(shelf: Shelf, bench: Bench, reel: Reel) -> None:
    [made] = await bench.make(shelf.put(*of(reel, *range(8))))
    assert made.thumbnail
    [picture] = ffprobe(made.thumbnail, "-show_streams")["streams"]
    assert (picture["codec_name"], picture["width"], picture["height"]) == ("mjpeg", 320, 180)


# An earlier file that leads


async def test_an_earlier_file_leads_with_no_frame_missing_and_none_twice(
    shelf: Shelf, bench: Bench, reel: Reel, gallery: Gallery
) -> None:
    earlier = await bench.make_one(shelf.put(*of(reel, *range(5))))
    earlier.rename(bench.memories / "earlier.mp4")
    claim = shelf.put(*of(reel, 5, 6, 7))
    claim = replace(claim, leading=Leading("earlier.mp4", Key(0, 0), Key(0, 4), [], "m-0", 5.0))
    [made] = await bench.make(claim)
    assert gallery.segments_of(made.path) == list(range(8))
    assert made.truth.first == Key(0, 0)
    assert max(irregular_steps(packet_times(made.path, "v:0"), FRAME_S), default=0.0) < 0.15
    assert tags(made.path)["creation_time"].startswith("2026-11-21T10:19:52")


def test_a_file_is_turned_back_as_it_is(tmp_path: Path, reel: Reel, gallery: Gallery) -> None:
    forth, back = tmp_path / "forth.mp4", tmp_path / "back.ts"
    subprocess.run(["ffmpeg", "-v", "error", "-i", str(reel.segments[3]), "-c", "copy", str(forth)], check=True)
    subprocess.run(to_segments_command(forth, back), check=True)
    assert gallery.segments_of(back) == [3]


# What cannot be made


async def test_a_claim_without_a_sound_piece_is_said(shelf: Shelf, bench: Bench) -> None:
    with pytest.raises(AssemblyError, match="None of its pieces can be read"):
        await bench.make(shelf.put((0, 0, b""), (0, 1, b"\0" * 5000)))
    assert list(bench.memories.glob(".assembling*")) == []


async def test_an_assembly_that_fails_leaves_nothing_lying_about(
    shelf: Shelf, bench: Bench, reel: Reel, wide_reel: Reel
) -> None:
    claim = shelf.put(*of(reel, 0, 1), *of(wide_reel, 0, epoch=1))
    (shelf.folder / "part2.ffconcat").mkdir()  # the second file cannot be made
    with pytest.raises(IsADirectoryError):
        await bench.make(claim)
    assert list(bench.memories.glob(".assembling*")) == []


async def test_a_missing_leading_file_is_said(shelf: Shelf, bench: Bench, reel: Reel) -> None:
    claim = replace(shelf.put(*of(reel, 3)), leading=Leading("nowhere.mp4", Key(0, 0), Key(0, 2), [], "m-0"))
    with pytest.raises(AssemblyError, match=r"nowhere\.mp4 cannot be read"):
        await bench.make(claim)


async def test_an_assembly_that_is_cancelled_ends_its_ffmpeg(shelf: Shelf, bench: Bench, reel: Reel) -> None:
    making = asyncio.create_task(bench.make(shelf.put(*of(reel, *range(60)))))
    while not list(bench.memories.glob(".assembling*")):  # noqa: ASYNC110 - ffmpeg tells nobody
        await asyncio.sleep(0.002)
    making.cancel()
    with pytest.raises(asyncio.CancelledError):
        await making
    [left] = bench.memories.glob(".assembling*.mp4")
    size = left.stat().st_size
    await asyncio.sleep(0.05)
    assert left.stat().st_size == size, "nobody writes any more"
    bench.assembler.sweep()
    assert list(bench.memories.glob(".assembling*")) == []


# Words


TRUTH = Truth("m", "c", 1, 1, Press("b", 1.0, 2.0, 3, "trusted"), 180.0, 60.0, [], 0.0, Key(0, 0), Key(0, 9))


def test_what_a_file_says_can_be_read_back() -> None:
    assert read_truth(msgspec.json.encode(TRUTH).decode()) == TRUTH


@pytest.mark.parametrize("comment", ["", "GoPro", "{}", '{"made_by": "somebody"}', '{"made_by": "moment-recorder"}'])
def test_what_others_say_is_not_ours(comment: str) -> None:
    assert read_truth(comment) is None


def test_a_gap_of_unknown_length_is_told_so() -> None:
    assert describe(replace(TRUTH, gaps=[Gap(5.0, None, "the box was restarted")])) == (
        "Asked for 180 s, got 60.0 s. At 5.0 s: an unknown time missing, the box was restarted."
    )


def test_only_a_video_can_be_probed(tmp_path: Path, reel: Reel) -> None:
    (tmp_path / "noise.mp4").write_bytes(b"noise" * 999)
    with pytest.raises(ProbeError, match=r"noise\.mp4 has no picture"):
        probe(tmp_path / "noise.mp4")
    assert probe_truth(tmp_path / "noise.mp4") is None
    shutil.copy(reel.segments[0], tmp_path / "plain.ts")
    assert probe(tmp_path / "plain.ts").duration_s == pytest.approx(1.0, abs=0.05)
    assert probe_truth(tmp_path / "plain.ts") is None


def test_parts_are_as_long_as_their_runs(shelf: Shelf, reel: Reel) -> None:
    parts: list[Part] = survey(shelf.put(*of(reel, 0, 1), *of(reel, 5, epoch=1)), shelf.where)
    assert parts[0].duration_s == pytest.approx(3.0, abs=FRAME_S)


SOUND_PID = 0x101
"""ffmpeg's, for the second stream."""


async def test_sound_that_was_announced_and_never_came(shelf: Shelf, bench: Bench, reel: Reel) -> None:
    """The first instants of a camera: its tables promise sound, and the recorder is killed before any arrives."""
    data = reel.segments[0].read_bytes()
    sound = {packet.offset for packet in packets(data) if packet.pid == SOUND_PID}
    offsets = [offset for offset in range(0, len(data), PACKET_BYTES) if offset not in sound]
    head = b"".join(data[offset : offset + PACKET_BYTES] for offset in offsets)
    file = await bench.make_one(shelf.put((0, 0, head)))
    assert [stream["codec_name"] for stream in ffprobe(file, "-show_streams")["streams"]] == ["h264"]
