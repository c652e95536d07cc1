"""A ring that was recorded long ago: a few real segments, again and again, each lap an epoch of its own."""

import os
from pathlib import Path

from msgspec.structs import replace

from appliance.bench.materials import SEGMENT_S, CutFootage
from appliance.clock import Clock
from appliance.recording.folder import INDEX, RingFolder
from appliance.recording.segment import Key
from appliance.recording.store import describe_now


def lay_laps(footage: CutFootage, folder: Path, count: int, clock: Clock) -> None:
    """Fill a ring's folder with `count` segments of this boot that end now; the files are links to the footage."""
    ring, now_s = RingFolder(folder), clock.monotonic_s()
    lap = len(footage.segments) - 1  # the last one is what was left over
    for epoch, begin in enumerate(range(0, count, lap)):
        began_s = now_s - (count - begin) * SEGMENT_S
        _lay_lap(ring, footage.segments[: min(lap, count - begin)], epoch, began_s, clock)
    os.sync()  # or the kernel would write them back in the middle of a measurement


def _lay_lap(ring: RingFolder, files: list[Path], epoch: int, began_s: float, clock: Clock) -> None:
    described = describe_now(clock, epoch, "bench", "the camera was gone for a moment")
    ring.describe(replace(described, began_s=began_s))
    lines = []
    for number, file in enumerate(files):
        os.link(file, ring.path(Key(epoch, number)))
        start_s = began_s + number * SEGMENT_S
        lines.append(f"{number} {start_s:.3f} {start_s + SEGMENT_S:.3f} {file.stat().st_size}\n")
    (ring.epoch_path(epoch) / INDEX).write_text("".join(lines), encoding="ascii")
