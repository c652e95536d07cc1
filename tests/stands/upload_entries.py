"""Entries of the catalogue, as the queue of uploads sees them: no footage behind them."""

import hashlib

from appliance.memories.model import Entry, Press
from appliance.recording.segment import Key


def entry(
    claim: str,
    *,
    identity: str = "",
    name: str = "",
    pressed_wall_s: float = 1000.0,
    size_bytes: int = 10,
    part: int = 1,
) -> Entry:
    """One file. What is not given follows from the claim; its content follows from claim, part and size."""
    press = Press("boot", pressed_wall_s, pressed_wall_s, 0, "trusted")
    return Entry(
        name=name or f"{claim}-MEMORY.mp4",
        id=identity or claim,
        part=part,
        parts=part,
        press=press,
        asked_s=180.0,
        got_s=180.0,
        gaps=[],
        size_bytes=size_bytes,
        sha256=hashlib.sha256(f"{claim} {part} {size_bytes}".encode()).hexdigest(),
        window_start_s=0.0,
        first=Key(1, 1),
        last=Key(1, 2),
        claim=claim,
    )
