"""What the owner does with kept memories: pages, words for them, deletions that can be taken back."""

import asyncio
import threading
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.memories.catalogue import FILE
from appliance.memories.descriptions import LONGEST_NOTE, Description, Descriptions, joined
from appliance.memories.model import Entry, Press
from appliance.memories.trash import Trash
from appliance.threads import in_thread
from tests.memories.conftest import BoxFactory, lives
from tests.stands.memory_box import Box, ListAssembler, Reel

WORDS = st.text(max_size=12)
DESCRIPTIONS = st.builds(Description, WORDS, WORDS)


@pytest.fixture
async def box(boxes: BoxFactory, slips: Reel) -> Box:
    return await lives(boxes(footage=slips, assembler=ListAssembler))


async def memory(box: Box, asked_s: float = 1.5) -> Entry:
    box.roll(3)
    moment = box.press(asked_s)
    await box.secured(moment)
    box.roll(1)
    return (await box.kept(moment))[0]


async def restarted(box: Box) -> None:
    await box.crash()
    await box.start()
    await box.quiet()


async def test_pages_follow_each_other_whatever_goes_meanwhile(box: Box) -> None:
    names = [(await memory(box, 0.5)).name for _ in range(5)][::-1]
    box.roll(3)

    first = await box.shelf.page(None, 2)
    last = first[-1][0]
    await box.shelf.discard(last.name)
    rest = await box.shelf.page((last.press.wall_s, last.name), 9)

    assert [entry.name for entry, _ in [*first, *rest]] == names


async def test_words_outlive_a_restart_and_a_new_catalogue(boxes: BoxFactory) -> None:
    box = await lives(boxes())
    entry, said = await memory(box), Description("The fox", 'came "twice"\n🦊 at night')
    await box.shelf.describe(entry.id, said)

    await box.crash()
    (box.memories_path / FILE).unlink()
    await box.start()
    await box.quiet()

    assert await box.shelf.page(None, 9) == [(entry, said)]


async def test_words_outlive_a_file_that_makes_room(box: Box) -> None:
    """The uploader deletes what is proven at the storage; the owner did not ask for the words to go."""
    entry, said = await memory(box), Description("The fox", "at night")
    await box.shelf.describe(entry.id, said)

    assert await box.workshop.delete(entry.name)

    assert await asyncio.to_thread(box.archive.descriptions.read, entry.id) == said


async def test_words_go_with_a_memory_that_grows(box: Box) -> None:
    entry = await memory(box)
    await box.shelf.describe(entry.id, Description("First", "and still"))

    longer = await memory(box, 6.0)

    assert longer.id == entry.id
    [(_, said)] = await box.shelf.page(None, 9)
    assert said == Description("First", "and still")


@given(DESCRIPTIONS, DESCRIPTIONS)
def test_joining_loses_nothing_and_joins_once(one: Description, other: Description) -> None:
    both = joined(one, other)

    assert joined(both, other) == both
    for words in (one.title, one.note, other.title, other.note):
        assert words in both.title or words in both.note
    assert len(both.note) <= LONGEST_NOTE


def test_an_id_from_a_foreign_file_leads_nowhere_else(tmp_path: Path) -> None:
    descriptions = Descriptions(tmp_path)
    descriptions.open()
    said = Description("title")

    for identity in ("../../escape", "a/b", "", "x" * 500, "ü"):
        descriptions.write(identity, said)
        assert descriptions.read(identity) == said
    assert {path.name for path in tmp_path.iterdir()} == {".descriptions"}
    descriptions.write("ü", Description())
    assert descriptions.read("ü") == Description()


def test_a_damaged_description_is_none(tmp_path: Path) -> None:
    descriptions = Descriptions(tmp_path)
    descriptions.open()
    descriptions.write("a", Description("title"))
    (tmp_path / ".descriptions" / "a.json").write_bytes(b"\xff{")

    assert descriptions.read("a") == Description()


async def test_a_deletion_is_taken_back_whole(box: Box) -> None:
    entry = await memory(box)
    await box.shelf.describe(entry.id, Description("The fox"))
    content = (box.memories_path / entry.name).read_bytes()

    assert await box.shelf.discard(entry.name)
    assert not (box.memories_path / entry.name).exists()
    assert (await box.entries(), box.workshop.count, box.ear.shelf) == ([], 0, {})
    [deleted] = await box.shelf.deleted()
    assert (deleted.entry, deleted.description.title, deleted.remaining_s) == (entry, "The fox", 600.0)

    assert await box.shelf.take_back(entry.name) == entry
    assert (box.memories_path / entry.name).read_bytes() == content
    assert [one for one, _ in await box.shelf.page(None, 9)] == [entry]
    assert (box.workshop.count, box.ear.shelf) == (1, {entry.name: entry})
    assert await box.shelf.deleted() == []
    assert await box.shelf.take_back(entry.name) is None


async def test_deletions_are_told_in_pages_whatever_is_taken_back_meanwhile(box: Box) -> None:
    entries = []
    for _ in range(4):
        entries.append(await memory(box))
        box.fixed.add(entries[-1].id)
        await box.shelf.discard(entries[-1].name)
        box.clock.now_s += 1

    first = await box.shelf.deleted(None, 2)
    await box.shelf.take_back(first[-1].entry.name)
    second = await box.shelf.deleted(first[-1].place, 2)

    assert [one.entry for one in first + second] == entries[::-1]
    assert box.shelf.deleted_count == 3
    assert await box.shelf.deleted(second[-1].place, 2) == []


async def test_a_deletion_outlives_a_restart(box: Box) -> None:
    entry = await memory(box)
    await box.shelf.discard(entry.name)
    box.clock.now_s += 500

    await restarted(box)
    assert await box.entries() == []
    [deleted] = await box.shelf.deleted()
    assert deleted.remaining_s == 100.0
    box.clock.boot_id, box.clock.now_s = "another boot", 50.0
    await restarted(box)
    [deleted] = await box.shelf.deleted()
    assert deleted.remaining_s == 600.0, "nobody knows how long the box was off"
    assert await box.shelf.take_back(entry.name) == entry
    assert box.log == []


async def test_a_name_that_was_given_again_is_no_reason_to_lose_either(box: Box) -> None:
    entry = await memory(box)
    await box.shelf.discard(entry.name)
    (box.memories_path / entry.name).write_bytes(b"another one")

    back = await box.shelf.take_back(entry.name)

    assert back
    assert back.name == entry.name.replace(".mp4", "-2.mp4")
    assert (box.memories_path / entry.name).read_bytes() == b"another one"


async def test_a_press_does_not_count_on_what_is_just_being_deleted(box: Box) -> None:
    """Be the archive as busy as it likes: the same minutes pressed once more are kept once more."""
    entry = await memory(box, 2.5)
    box.fixed.add(entry.id)  # on its way to storage: a press would leave out what it holds
    is_read = threading.Event()
    box._archivist.submit(is_read.wait)

    deletion = asyncio.create_task(box.shelf.discard(entry.name))
    await asyncio.sleep(0)
    moment = box.press(2.5)
    await box.secured(moment)
    is_read.set()
    assert await deletion

    box.roll(1)
    assert moment.claim
    assert moment.claim.segments[0].key <= entry.last
    assert [kept.name for kept in await box.entries()] != [entry.name]
    assert (await box.kept(moment))[0].got_s >= 2.5


async def test_what_could_not_be_deleted_is_counted_on_again(box: Box) -> None:
    entry = await memory(box)
    (box.memories_path / ".trash").rmdir()

    with pytest.raises(OSError, match="No such file"):
        await box.shelf.discard(entry.name)

    assert [earlier.id for earlier in box.workshop.kept_lately] == [entry.id]


async def test_a_film_whose_thumbnail_does_not_move_stays(box: Box) -> None:
    entry, trash = await memory(box), Trash(box.memories_path)

    with pytest.raises(OSError, match="cmdline"):
        trash.take(entry, Path("/proc/self/cmdline"), "this boot", 1.0)

    assert (box.memories_path / entry.name).stat().st_size == entry.size_bytes
    assert list((box.memories_path / ".trash").iterdir()) == []
    assert not trash.holds(entry.id)
    assert await box.shelf.discard(entry.name), "the same call can be made again"


async def test_a_film_that_the_catalogue_does_not_let_go_stays(box: Box) -> None:
    entry = await memory(box)
    thumbnail = box.archive.thumbnail(entry.name)
    thumbnail.write_bytes(b"a picture")
    await in_thread(box._archivist, lambda: box.archive.catalogue._database.execute("pragma query_only = on"))

    with pytest.raises(OSError, match="catalogue"):
        await box.shelf.discard(entry.name)

    await in_thread(box._archivist, lambda: box.archive.catalogue._database.execute("pragma query_only = off"))
    assert (box.memories_path / entry.name).exists()
    assert thumbnail.read_bytes() == b"a picture"
    assert await box.shelf.discard(entry.name)
    assert await box.shelf.take_back(entry.name) == entry
    assert thumbnail.read_bytes() == b"a picture"


async def test_the_trash_gives_way_before_the_ring(box: Box) -> None:
    entry = await memory(box)
    segments = len(box.store.ring)
    await box.shelf.discard(entry.name)

    box.store._disk_reserve_bytes = 1 << 62
    box.store.ring.capacity_bytes = 0  # the ring gives way too here: nothing is left that could be spared
    await box.store.make_room()

    assert await box.shelf.deleted() == []
    assert list((box.memories_path / ".trash").iterdir()) == []
    assert len(box.store.ring) < segments
    assert await box.shelf.take_back(entry.name) is None


async def test_room_that_the_trash_gives_does_not_wait_for_a_busy_archive(box: Box) -> None:
    """A press may be waiting for it, while the archive reads a long file."""
    entry = await memory(box)
    await box.shelf.discard(entry.name)
    is_read = threading.Event()
    box._archivist.submit(is_read.wait)
    box.store._disk_reserve_bytes = 1 << 62

    try:
        async with asyncio.timeout(20):
            await box.store.make_room()
        assert list((box.memories_path / ".trash").glob("*.mp4")) == []
    finally:
        is_read.set()
    await box.entries()
    assert list((box.memories_path / ".trash").iterdir()) == []


async def test_what_is_on_its_way_back_is_nobodys_to_give_away(box: Box) -> None:
    entry = await memory(box)
    await box.shelf.discard(entry.name)
    is_read = threading.Event()
    box._archivist.submit(is_read.wait)

    back = asyncio.create_task(box.shelf.take_back(entry.name))
    await asyncio.sleep(0)
    spared, films = box.store.spare(1)
    is_read.set()

    assert (spared, films) == (0, [])
    assert await back == entry
    assert (box.memories_path / entry.name).stat().st_size == entry.size_bytes


async def test_as_much_trash_as_is_needed_keeps_the_ring_whole(box: Box) -> None:
    first, second = await memory(box, 0.5), await memory(box, 0.5)
    segments = len(box.store.ring)
    for entry in (first, second):
        await box.shelf.discard(entry.name)
    sizes = {film: film.stat().st_size for film in (box.memories_path / ".trash").glob("*.mp4")}

    spared, films = box.store.spare(1)

    assert spared == first.size_bytes
    assert [sizes[film] for film in films] == [first.size_bytes], "the archive may have removed it by now"
    assert [one.entry for one in await box.shelf.deleted()] == [second]
    assert len(box.store.ring) == segments


async def test_the_time_to_take_it_back_runs_out(box: Box) -> None:
    entry = await memory(box)
    box.shelf._undo_s = 0.05
    await box.shelf.describe(entry.id, Description("The fox"))
    await box.shelf.discard(entry.name)

    async with asyncio.timeout(20):
        while any(list((box.memories_path / f).iterdir()) for f in (".trash", ".descriptions")):  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)

    assert await box.shelf.take_back(entry.name) is None


async def test_a_file_whose_note_is_damaged_goes_back_to_the_memories(box: Box) -> None:
    entry = await memory(box)
    await box.shelf.discard(entry.name)
    [note] = (box.memories_path / ".trash").glob("*.json")
    note.write_bytes(b"\0")

    await restarted(box)

    [recovered] = await box.entries()
    assert recovered.name.startswith("recovered-")
    assert recovered.size_bytes == entry.size_bytes


@pytest.mark.parametrize("folder", [".trash", ".descriptions"])
async def test_damage_beside_the_memories_stops_no_recording(boxes: BoxFactory, folder: str) -> None:
    box = boxes()
    box.memories_path.mkdir(parents=True, exist_ok=True)
    (box.memories_path / folder).write_bytes(b"what a repair of the card left")

    await lives(box)
    entry = await memory(box)

    assert [kept.name for kept in await box.entries()] == [entry.name]
    assert any(folder in sentence for sentence in box.log)
    with pytest.raises(OSError, match="directory"):
        await (box.shelf.discard(entry.name) if folder == ".trash" else box.shelf.describe(entry.id, Description("a")))
    assert [kept.name for kept in await box.entries()] == [entry.name]


def test_what_an_earlier_version_kept_was_pressed() -> None:
    known = b'{"boot_id":"a","at_s":1,"wall_s":1,"utc_offset_s":0,"time_quality":"trusted"}'

    assert msgspec.json.decode(known, type=Press).cause == "press"
