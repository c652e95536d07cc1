"""Memories that an earlier boot of a box has left: small files with a catalogue that knows them."""

import random
from pathlib import Path

from appliance.memories.archive import Archive
from appliance.memories.assembler import TEMPORARY, Made
from appliance.memories.model import Claim, ClaimedSegment, Entry, Press
from appliance.memories.truth import Truth
from appliance.recording.segment import Key

FIRST_WALL_S = 1_795_256_400.0


def plant(folder: Path, count: int, *, size_bytes: int = 40_000, seed: int = 1) -> list[Entry]:
    """Put so many memories into a folder, a minute apart, of random content; oldest first."""
    chance = random.Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    archive = Archive(folder)
    archive.open()
    try:
        return [_planted(archive, number, chance.randbytes(size_bytes)) for number in range(count)]
    finally:
        archive.close()


def _planted(archive: Archive, number: int, content: bytes) -> Entry:
    press = Press("an earlier boot", 1000.0 + 60 * number, FIRST_WALL_S + 60 * number, 3600, "trusted")
    segment = ClaimedSegment(0, number, press.at_s - 5, press.at_s, is_whole=True)
    claim = Claim(
        folder=f"c-planted-{number:04}",
        id=f"planted-{number:04}",
        stem=press.file_stem,
        press=press,
        last_press_s=press.at_s,
        asked_s=5.0,
        window_start_s=press.at_s - 5,
        segments=[segment],
        interruptions=[],
    )
    path = archive.folder / f"{TEMPORARY}{claim.folder}-1.mp4"
    path.write_bytes(content)
    key = Key(0, number)
    truth = Truth(claim.id, claim.folder, 1, 1, press, 5.0, 5.0, [], claim.window_start_s, key, key)
    (entry,) = archive.publish(claim, [Made(path, None, truth)])
    return entry
