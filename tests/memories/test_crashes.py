"""Death by SIGKILL after every step of a claim's life, and the next start: nothing promised is lost (M2, M3)."""

import hashlib
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.memories.conftest import BoxFactory, Gallery
from tests.stands.campaign import IS_FULL
from tests.stands.dying_box import DESCRIBED
from tests.stands.memory_box import Box, Reel

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = 12 if IS_FULL else 6
DELETED_FROM = 10
"""The first piece of the reel in the memory that is deleted."""


@dataclass(frozen=True)
class Told:
    """What a box said before it died."""

    lines: list[list[str]]

    def of(self, what: str) -> list[list[str]]:
        return [words for name, *words in self.lines if name == what]

    @property
    def promised(self) -> set[int]:
        """Pieces of the reel that were secured, were written in full at some time, and were not to be deleted."""
        promised: set[int] = set()
        for name, *words in self.lines:
            if name == "secured":
                promised |= {int(piece) for piece in words}
            if name == "deleting":
                promised = {piece for piece in promised if piece < DELETED_FROM}
        return promised - {int(words[0]) for words in self.of("opened")[-1:]}

    @property
    def perhaps_cut_off(self) -> set[tuple[int, int]]:
        """One of the last two pictures of a claim may be missing if its last segment was not yet on the card."""
        lasts = {int(words[-1]) for words in self.of("secured")}
        return {(piece, number) for piece in lasts for number in (23, 24)}


def die(folder: Path, reel: Reel, step: int = 0) -> Told:
    folder.mkdir()
    command = [sys.executable, "-m", "tests.stands.dying_box", str(folder), str(reel.segments[0].parent), str(step)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode in ((-9,) if step else (0,)) or done.stdout.split("\n")[-2].startswith("steps"), done.stderr
    return Told([line.split() for line in done.stdout.splitlines()])


@pytest.fixture(scope="session")
def steps(tmp_path_factory: pytest.TempPathFactory, reel: Reel) -> int:
    """How many steps the life has when nothing ends it."""
    [[count]] = die(tmp_path_factory.mktemp("steps") / "box", reel).of("steps")
    return int(count)


async def recovered(box: Box, gallery: Gallery, told: Told) -> None:
    """The next start finds everything that was promised, each frame once, and leaves nothing lying about."""
    await box.start()
    await box.quiet()
    await box.keeper.wait_until_quiet()
    for one in await box.shelf.deleted():
        await box.shelf.take_back(one.entry.name)
        assert told.of("described"), "it comes back whole"
    assert list((box.memories_path / ".trash").iterdir()) == []
    entries = await box.entries()
    files = sorted(path.name for path in box.memories_path.glob("*.mp4"))
    assert sorted(entry.name for entry in entries) == files, "the catalogue is what lies in the folder"
    for entry in entries:
        assert hashlib.sha256((box.memories_path / entry.name).read_bytes()).hexdigest() == entry.sha256
    pictures = Counter(p for name in files for p in gallery.pictures_of(box.memories_path / name))
    assert [one for one, times in pictures.items() if times > 1] == [], "no frame twice"
    for piece in told.promised:
        missing = {(piece, number) for number in range(25)} - pictures.keys()
        assert len(missing) <= 1, f"piece {piece} was promised"
        assert missing <= told.perhaps_cut_off
    for [identity] in told.of("described"):
        found = [entry for entry, said in await box.shelf.page(None, 10) if said == DESCRIBED]
        assert [entry.id for entry in found] == [identity] or told.of("deleting")
    for [name] in told.of("deleted"):
        assert name not in files
    assert box.litter() == []
    assert box.workshop.trouble is None


@pytest.mark.campaign
@pytest.mark.parametrize("part", range(SAMPLES))
async def test_nothing_promised_is_lost_whenever_the_process_dies(  # noqa: PLR0917 - pytest passes them by name
    boxes: BoxFactory, gallery: Gallery, reel: Reel, steps: int, tmp_path: Path, part: int
) -> None:
    assert steps > 100
    begin, end = part * steps // SAMPLES + 1, (part + 1) * steps // SAMPLES + 1
    chosen = range(begin, end) if IS_FULL else [begin + (part * 7) % (end - begin)]
    for step in chosen:
        folder = tmp_path / str(step)
        told = die(folder, reel, step)
        box = boxes(folder)
        await recovered(box, gallery, told)
        await box.end()
