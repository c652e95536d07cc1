"""The folder of memories and its catalogue: names, replacement, recovery. Real files, the real ffprobe."""

import hashlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.memories.archive import Archive, free_stem, is_memory_name
from appliance.memories.assembler import Made
from appliance.memories.catalogue import FILE
from appliance.memories.model import Claim, ClaimedSegment, Entry, Press
from appliance.memories.probing import probe_truth
from appliance.memories.truth import Truth, tags
from appliance.recording.segment import Key
from tests.stands.memory_box import Reel

BOOT = "this boot"
WALL_S = 1_795_256_400.0
STEM = "2026-11-21T10-20-00-MEMORY"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "memories").mkdir()
    return tmp_path / "memories"


@pytest.fixture
def archive(folder: Path) -> Iterator[Archive]:
    found = Archive(folder)
    found.open()
    yield found
    found.close()


def press(after_s: float = 0.0, *, trusted: bool = True) -> Press:
    return Press(BOOT, 1000.0 + after_s, WALL_S + after_s, 0, "trusted" if trusted else "provisional")


def claim_of(name: str = "one", at: Press | None = None, merges: list[str] | None = None, stem: str = "") -> Claim:
    at = at or press()
    return Claim(
        folder=f"c-{name}",
        id=f"id-{name}",
        stem=stem or at.file_stem,
        press=at,
        last_press_s=at.at_s,
        asked_s=180.0,
        window_start_s=at.at_s - 180.0,
        segments=[ClaimedSegment(0, 0, at.at_s - 5, at.at_s, is_whole=True)],
        interruptions=[],
        merges=merges or [],
    )


def truth_of(claim: Claim, part: int = 1, parts: int = 1) -> Truth:
    return Truth(
        claim.id, claim.folder, part, parts, claim.press, 180.0, 5.0, [], claim.window_start_s, Key(0, 0), Key(0, 9)
    )


def made(folder: Path, claim: Claim, parts: int = 1, content: bytes = b"a film") -> list[Made]:
    """What an assembler leaves."""
    found = []
    for part in range(1, parts + 1):
        path = folder / f".assembling-{claim.folder}-{part}.mp4"
        path.write_bytes(content + bytes([part]))
        path.with_suffix(".jpg").write_bytes(b"a picture")
        found.append(Made(path, path.with_suffix(".jpg"), truth_of(claim, part, parts)))
    return found


def publish(archive: Archive, claim: Claim, parts: int = 1, content: bytes = b"a film") -> list[Entry]:
    return archive.publish(claim, made(archive.folder, claim, parts, content))


def film(path: Path, reel: Reel, claim: Claim, part: int = 1, parts: int = 1) -> None:
    """A real file with our words in it, as if the catalogue had been lost."""
    command = ["ffmpeg", "-v", "error", "-y", "-i", str(reel.segments[part]), "-c", "copy"]
    for key, value in tags(claim, truth_of(claim, part, parts), WALL_S).items():
        command += ["-metadata", f"{key}={value}"]
    subprocess.run([*command, str(path)], check=True)


def names(archive: Archive) -> list[str]:
    return [entry.name for entry in archive.entries()]


def files(archive: Archive) -> list[str]:
    return sorted(path.name for path in archive.folder.glob("*.mp4"))


def pictures(archive: Archive) -> list[str]:
    return sorted(path.name for path in archive.thumbnails.iterdir())


# Publishing


def test_a_published_file_is_in_the_folder_and_the_catalogue(archive: Archive) -> None:
    [entry] = publish(archive, claim_of())
    assert entry.name == f"{STEM}.mp4"
    assert archive.entries() == [entry]
    assert archive.count() == 1
    content = (archive.folder / entry.name).read_bytes()
    assert (entry.size_bytes, entry.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert pictures(archive) == [f"{STEM}.jpg"]
    assert list(archive.folder.glob(".assembling*")) == []


def test_the_catalogue_is_there_after_a_restart(archive: Archive) -> None:
    [entry] = publish(archive, claim_of())
    again = Archive(archive.folder)
    assert again.open() == [entry]
    again.close()


def test_entries_are_told_newest_press_first(archive: Archive) -> None:
    for after_s in (60.0, 0.0, 120.0):
        publish(archive, claim_of(str(after_s), press(after_s)))
    assert [entry.press.wall_s - WALL_S for entry in archive.entries()] == [120.0, 60.0, 0.0]


def test_parts_are_numbered(archive: Archive) -> None:
    entries = publish(archive, claim_of(), parts=3)
    assert [entry.name for entry in entries] == [f"{STEM}-part{n}.mp4" for n in (1, 2, 3)]
    assert {entry.stem for entry in entries} == {STEM}


def test_a_longer_memory_takes_the_earlier_ones_place_under_its_name(archive: Archive) -> None:
    publish(archive, claim_of("one"))
    longer = claim_of("two", merges=["id-one"])
    [entry] = publish(archive, longer, content=b"a longer film")
    assert archive.entries() == [entry]
    assert files(archive) == [f"{STEM}.mp4"]
    assert (archive.folder / entry.name).read_bytes() == b"a longer film\x01"


def test_a_longer_memory_of_parts_leaves_nothing_of_the_earlier_one(archive: Archive) -> None:
    publish(archive, claim_of("one"))
    entries = publish(archive, claim_of("two", merges=["id-one"]), parts=2)
    assert files(archive) == sorted(entry.name for entry in entries) == sorted(names(archive))
    assert pictures(archive) == [f"{STEM}-part1.jpg", f"{STEM}-part2.jpg"]


def test_several_memories_become_one(archive: Archive) -> None:
    publish(archive, claim_of("one"))
    publish(archive, claim_of("two", press(60)))
    publish(archive, claim_of("far", press(900)))
    publish(archive, claim_of("three", merges=["id-one", "id-two"]))
    assert len(names(archive)) == len(files(archive)) == 2


def test_publishing_again_after_a_power_cut_changes_nothing(archive: Archive) -> None:
    claim = claim_of()
    first = publish(archive, claim)
    assert publish(archive, claim) == first
    assert archive.finish(claim) == first


def test_a_strangers_file_keeps_its_name(archive: Archive) -> None:
    (archive.folder / f"{STEM}.mp4").write_bytes(b"a stranger's")
    [entry] = publish(archive, claim_of())
    assert entry.name == f"{STEM}-2.mp4"
    assert (archive.folder / f"{STEM}.mp4").read_bytes() == b"a stranger's"
    [other] = publish(archive, claim_of("two"))
    assert other.name == f"{STEM}-3.mp4"


def test_a_strangers_part_keeps_its_name_too(archive: Archive) -> None:
    (archive.folder / f"{STEM}-part2.mp4").write_bytes(b"a stranger's")
    assert [entry.name for entry in publish(archive, claim_of(), parts=2)] == [
        f"{STEM}-2-part1.mp4",
        f"{STEM}-2-part2.mp4",
    ]


def test_a_deleted_file_is_gone_with_its_thumbnail(archive: Archive) -> None:
    [entry] = publish(archive, claim_of())
    assert archive.delete(entry.name) == entry
    assert (names(archive), files(archive), pictures(archive)) == ([], [], [])
    assert archive.delete(entry.name) is None


@settings(deadline=None)
@given(st.sets(st.sampled_from(["x", "x-2", "x-3", "x-4", "x-22", "y"])))
def test_a_free_stem_is_the_first_that_nobody_has(taken: set[str]) -> None:
    found = free_stem("x", taken)
    assert found not in taken
    candidates = ["x", *(f"x-{n}" for n in range(2, 9))]
    assert found in candidates
    assert all(earlier in taken for earlier in candidates[: candidates.index(found)])


# Start-up after a power cut


def test_all_that_was_published_of_a_claim_is_known_again(archive: Archive) -> None:
    claim = claim_of("two", merges=["id-one"])
    assert archive.finish(claim) == []
    publish(archive, claim_of("one"))
    entries = publish(archive, claim, parts=2)
    assert archive.finish(claim) == entries


def test_half_of_a_publication_is_not_all_of_it(archive: Archive, reel: Reel) -> None:
    claim = claim_of()
    film(archive.folder / f"{STEM}-part1.mp4", reel, claim, 1, 2)
    archive.reconcile(probe_truth)
    assert archive.finish(claim) == []
    entries = publish(archive, claim, parts=2)
    assert files(archive) == [entry.name for entry in entries]


def test_what_a_power_cut_left_of_the_earlier_memory_is_removed(archive: Archive, reel: Reel) -> None:
    publish(archive, claim_of("one", stem=f"{STEM}-9"))
    claim = claim_of("two", merges=["id-one"])
    film(archive.folder / f"{STEM}.mp4", reel, claim)
    archive.reconcile(probe_truth)
    [entry] = archive.finish(claim)
    assert names(archive) == files(archive) == [entry.name]


def test_a_file_that_took_anothers_name_before_the_power_cut_is_known_for_what_it_is(
    archive: Archive, reel: Reel
) -> None:
    publish(archive, claim_of("one"))
    longer = claim_of("two", merges=["id-one"])
    film(archive.folder / f"{STEM}.mp4", reel, longer)
    assert len(archive.reconcile(probe_truth)) == 1
    [entry] = archive.finish(longer)
    assert (entry.id, entry.claim) == ("id-two", "c-two")
    assert archive.entries() == [entry]


def test_nothing_to_mend_is_nothing_told(archive: Archive) -> None:
    publish(archive, claim_of())
    assert archive.reconcile(probe_truth) == []


def test_a_file_that_is_gone_leaves_the_catalogue(archive: Archive) -> None:
    [entry] = publish(archive, claim_of())
    (archive.folder / entry.name).unlink()
    [told] = archive.reconcile(probe_truth)
    assert told.startswith(f"{entry.name} is gone")
    assert names(archive) == []


def test_a_lost_catalogue_is_made_again_from_what_the_files_say(archive: Archive, reel: Reel) -> None:
    claim = claim_of()
    film(archive.folder / f"{STEM}.mp4", reel, claim)
    [told] = archive.reconcile(probe_truth)
    assert "entered again" in told
    [entry] = archive.entries()
    assert (entry.id, entry.claim, entry.press) == (claim.id, claim.folder, claim.press)
    assert (entry.first, entry.last, entry.asked_s, entry.got_s) == (Key(0, 0), Key(0, 9), 180.0, 5.0)


def test_a_renamed_file_is_dated_by_its_name(archive: Archive, reel: Reel) -> None:
    film(archive.folder / "2026-11-25T10-20-00-MEMORY.mp4", reel, claim_of(at=press(trusted=False)))
    archive.reconcile(probe_truth)
    [entry] = archive.entries()
    assert entry.press.local_time.day == 25


@pytest.mark.parametrize("content", [b"", b"not a film at all" * 100])
def test_a_broken_file_is_listed_and_touches_nothing(archive: Archive, content: bytes) -> None:
    (archive.folder / f"{STEM}.mp4").write_bytes(content)
    archive.reconcile(probe_truth)
    [entry] = archive.entries()
    assert (entry.name, entry.got_s, entry.size_bytes) == (f"{STEM}.mp4", 0.0, len(content))
    assert entry.first.epoch < 0, "no press can touch it"
    assert archive.reconcile(probe_truth) == []


def test_a_foreign_film_is_listed_with_its_own_date(archive: Archive, reel: Reel) -> None:
    holiday = archive.folder / "holiday-MEMORY.mp4"
    subprocess.run(["ffmpeg", "-v", "error", "-i", str(reel.segments[0]), "-c", "copy", str(holiday)], check=True)
    archive.reconcile(probe_truth)
    [entry] = archive.entries()
    assert entry.press.wall_s == holiday.stat().st_mtime


def test_what_is_no_file_does_not_stop_the_start(archive: Archive) -> None:
    (archive.folder / f"{STEM}.mp4").mkdir()
    (archive.folder / f"{STEM}-2.mp4").symlink_to("nowhere")
    (archive.folder / f".{STEM}.mp4").write_bytes(b"hidden")
    (archive.folder / "notes.txt").write_bytes(b"mine")
    assert archive.reconcile(probe_truth) == []
    assert names(archive) == []


@pytest.mark.parametrize("damage", [b"garbage" * 3000, b"SQLite format 3\0" + b"\xff" * 8000, b"x"])
def test_a_damaged_catalogue_is_made_again(folder: Path, reel: Reel, damage: bytes) -> None:
    (folder / FILE).write_bytes(damage)
    film(folder / f"{STEM}.mp4", reel, claim_of())
    archive = Archive(folder)
    assert archive.open() == []
    archive.reconcile(probe_truth)
    assert [entry.id for entry in archive.entries()] == ["id-one"]
    archive.close()


def test_an_entry_in_the_words_of_another_version_is_made_again(archive: Archive, reel: Reel) -> None:
    film(archive.folder / f"{STEM}.mp4", reel, claim_of())
    archive.reconcile(probe_truth)
    archive.catalogue._database.execute("update memories set entry = '{\"name\": 7}'")
    assert archive.entries() == []
    archive.reconcile(probe_truth)
    assert names(archive) == [f"{STEM}.mp4"]


# The time becomes known


def redate(archive: Archive, days: float = 1) -> list[tuple[str, str]]:
    offset_s = WALL_S - 1000.0 + days * 86_400
    return [(was.name, now.name) for was, now in archive.redate(BOOT, offset_s, 0)]


def test_provisional_names_are_corrected_once(archive: Archive) -> None:
    publish(archive, claim_of("one", press(trusted=False)))
    assert redate(archive) == [(f"{STEM}.mp4", "2026-11-22T10-20-00-MEMORY.mp4")]
    [entry] = archive.entries()
    assert entry.press == Press(BOOT, 1000.0, WALL_S + 86_400, 0, "trusted")
    assert files(archive) == [entry.name]
    assert pictures(archive) == ["2026-11-22T10-20-00-MEMORY.jpg"]
    assert redate(archive, days=2) == []


def test_deleting_by_a_name_that_was_corrected_in_between_deletes_nothing(archive: Archive) -> None:
    [entry] = publish(archive, claim_of(at=press(trusted=False)))
    redate(archive)
    assert archive.delete(entry.name) is None
    assert names(archive) == ["2026-11-22T10-20-00-MEMORY.mp4"]


def test_parts_stay_together(archive: Archive) -> None:
    publish(archive, claim_of("one", press(trusted=False)), parts=2)
    redate(archive)
    assert files(archive) == [f"2026-11-22T10-20-00-MEMORY-part{n}.mp4" for n in (1, 2)]


def test_a_power_cut_between_two_parts_is_made_good(archive: Archive) -> None:
    publish(archive, claim_of("one", press(trusted=False)), parts=2)
    first = next(entry for entry in archive.entries() if entry.part == 1)
    archive._rename(first, "2026-11-22T10-20-00-MEMORY", press(86_400))
    redate(archive)
    assert files(archive) == [f"2026-11-22T10-20-00-MEMORY-part{n}.mp4" for n in (1, 2)]


def test_a_name_that_is_right_already_stays(archive: Archive) -> None:
    publish(archive, claim_of("one", press(trusted=False)))
    redate(archive, days=0)
    assert files(archive) == [f"{STEM}.mp4"]


def test_a_corrected_name_that_is_taken_gets_a_number(archive: Archive) -> None:
    publish(archive, claim_of("other", press(86_400)))
    publish(archive, claim_of("one", press(trusted=False)))
    assert redate(archive) == [(f"{STEM}.mp4", "2026-11-22T10-20-00-MEMORY-2.mp4")]
    assert len(files(archive)) == 2


def test_other_boots_and_trusted_names_are_left_alone(archive: Archive) -> None:
    publish(archive, claim_of("trusted"))
    publish(archive, claim_of("older", Press("an older boot", 5.0, WALL_S + 60, 0, "provisional")))
    assert redate(archive) == []


# Names


@pytest.mark.parametrize("name", [f"{STEM}.mp4", f"{STEM}-2.mp4", f"{STEM}-part1.mp4", f"{STEM}-2-part12.mp4"])
def test_names_of_memories(name: str) -> None:
    assert is_memory_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        f"../{STEM}.mp4",
        f"/etc/{STEM}.mp4",
        f"a/{STEM}.mp4",
        f".{STEM}.mp4",
        "..",
        f"{STEM}.mp4/..",
        ".catalogue.sqlite",
        ".assembling-c-1-MEMORY-1.mp4",
        "holiday.mp4",
        f"{STEM}.jpg",
    ],
)
def test_nothing_else_can_be_named(name: str) -> None:
    assert not is_memory_name(name)
