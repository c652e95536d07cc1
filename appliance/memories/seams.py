"""Where one run of a memory ends and the next begins: the rhythm of the pictures goes on across a closed gap. Pure.

Left to itself, ffmpeg puts a run where sound and picture of the one before have both ended, which is anywhere between
two pictures. Players then see a film of uneven rate, and ffmpeg guesses a rate at which two pictures fall together.
"""

from math import ceil

from msgspec import Struct

_SLACK_FRAMES = 0.05


class Extent(Struct, frozen=True):
    """What ffprobe says of a run."""

    length_s: float
    """From the beginning of what comes first to the end of what ends last."""
    picture_delay_s: float
    """How much later than the run its picture begins."""


def spans(extents: list[Extent], pictures_s: list[float], frame_s: float) -> list[float]:
    """From each run's beginning to the next one's. `pictures_s`: how long each one's picture lasts."""
    return [
        _span(before, after, picture_s, frame_s)
        for before, after, picture_s in zip(extents, extents[1:], pictures_s, strict=False)
    ]


def _span(before: Extent, after: Extent, picture_s: float, frame_s: float) -> float:
    """So that the next run's first picture comes whole frames after the last, and nothing overlaps."""
    even_s = before.picture_delay_s + picture_s - after.picture_delay_s
    return even_s + max(0, ceil((before.length_s - even_s) / frame_s - _SLACK_FRAMES)) * frame_s
