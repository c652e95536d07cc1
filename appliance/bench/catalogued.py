"""Memories that stand in the catalogue with no footage behind them."""

import hashlib
import random

from appliance.memories.model import Entry, Press
from appliance.recording.segment import Key

SMALLEST_BYTES, LARGEST_BYTES = 50_000_000, 400_000_000
_FIRST_WALL_S = 1_795_000_000.0
_EVERY_S = 600.0


def entries(count: int, after: int = 0) -> list[Entry]:
    """Memories with the numbers from `after` on, one every ten minutes, of many sizes; always the same ones."""
    return [_entry(number) for number in range(after, after + count)]


def _entry(number: int) -> Entry:
    wall_s = _FIRST_WALL_S + number * _EVERY_S
    press = Press("bench", number * _EVERY_S, wall_s, 3600, "trusted")
    return Entry(
        name=f"{press.file_stem}.mp4",
        id=f"m-{number:06d}",
        part=1,
        parts=1,
        press=press,
        asked_s=180.0,
        got_s=182.5,
        gaps=[],
        size_bytes=random.Random(number).randrange(SMALLEST_BYTES, LARGEST_BYTES),  # noqa: S311 - no secret
        sha256=hashlib.sha256(str(number).encode()).hexdigest(),
        window_start_s=number * _EVERY_S - 180,
        first=Key(number, 0),
        last=Key(number, 36),
        claim=f"c-{number:06d}",
    )
