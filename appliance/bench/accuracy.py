"""(f) Do joins lose or double anything? 30 minutes of segments are joined, and every time stamp of the file is read."""

import asyncio
from itertools import pairwise
from pathlib import Path

from msgspec import Struct

from appliance.bench.assembly_stand import Bench
from appliance.bench.materials import FRAMES_PER_S, ToolFailedError, long_footage
from appliance.bench.report import Measurement, row
from appliance.bench.stage import Stage

_SOUND_FRAME_S = 1024 / 48_000
_TICK = 1.5
"""How many units of the file's clock a step may be off: a unit by rounding."""


class Steps(Struct, frozen=True):
    """The time stamps of one stream, in order, against the steady rhythm that its source had."""

    packets: int
    irregular: int
    missing: int
    doubled: int
    span_s: float
    """From the first packet's beginning to the last one's end."""


def look(times: list[int], unit_s: float, step_s: float) -> Steps:
    """Judge presentation times, in units of `unit_s`, of packets that last `step_s` each. Pure."""
    ordered = sorted(times)
    step = step_s / unit_s
    places = [round((time - ordered[0]) / step) for time in ordered]
    distinct = len(set(places))
    return Steps(
        packets=len(ordered),
        irregular=sum(abs(after - before - step) > _TICK for before, after in pairwise(ordered)),
        missing=places[-1] + 1 - distinct,
        doubled=len(ordered) - distinct,
        span_s=(ordered[-1] - ordered[0]) * unit_s + step_s,
    )


async def measure(stage: Stage) -> Measurement:
    """30 minutes at 8 Mbit/s, picture and sound."""
    footage = await stage.once(long_footage)
    stage.say(f"joining {footage.duration_s:.0f} s and reading every time stamp")
    with Bench(stage, footage) as bench:
        path = (await bench.assemble()).made.path
        picture = look(*await _read_times(path, "v:0"), 1 / FRAMES_PER_S)
        sound = look(*await _read_times(path, "a:0"), _SOUND_FRAME_S)
        path.unlink()
    frame_ms = 1000 / FRAMES_PER_S
    error_ms = abs(picture.span_s - footage.duration_s) * 1000
    what = f"{footage.length} from {len(footage.segments)} segments"
    return Measurement(
        "f",
        "Accuracy of joins",
        [
            row(f"{what}: error of the picture's length", error_ms, "ms", at_most=round(frame_ms, 1)),
            row("frames that are not there", footage.frames - picture.packets + picture.doubled, "frames", at_most=0),
            row("frames that are there twice", picture.doubled, "frames", at_most=0),
            row("irregular steps of the picture", picture.irregular, "steps", at_most=0),
            row("irregular steps of the sound", sound.irregular, "steps", at_most=0),
            row("sound longer or shorter than the picture", abs(sound.span_s - picture.span_s) * 1000, "ms"),
        ],
        [
            (
                f"{footage.frames:,} pictures were encoded at {FRAMES_PER_S} a second; ffprobe tells the presentation "
                f"time of {picture.packets:,} pictures and {sound.packets:,} sound frames of the joined file."
            ),
        ],
    )


async def _read_times(video: Path, stream: str) -> tuple[list[int], float]:
    """Presentation times of every packet of a stream, and the length of their unit in seconds."""
    numerator, denominator = (await _probe(video, stream, "stream=time_base")).strip().split("/")
    times = (await _probe(video, stream, "packet=pts")).split()
    return [int(time.strip(",")) for time in times], int(numerator) / int(denominator)


async def _probe(video: Path, stream: str, entries: str) -> str:
    argv = ["ffprobe", "-v", "error", "-select_streams", stream, "-show_entries", entries, "-of", "csv=p=0", str(video)]
    process = await asyncio.create_subprocess_exec(
        *argv, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE
    )
    told, _ = await process.communicate()
    if process.returncode != 0:
        raise ToolFailedError(f"ffprobe cannot read {video.name}.")
    return told.decode()
