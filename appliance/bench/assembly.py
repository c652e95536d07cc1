"""(b) Assembly of 3 and 30 minutes, beside bare `ffmpeg -f concat -c copy` on the same files, and beside `cp`.

Like with like: a joined file that is written and on the disk. So the bare sides are flushed too; how long they
took without it is told.
"""

import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

from msgspec import Struct, field

from appliance.bench.assembly_stand import Assembled, Bench
from appliance.bench.materials import CutFootage, long_footage, run, short_footage
from appliance.bench.report import Measurement, Row, median, row
from appliance.bench.stage import Stage
from appliance.durable import flush_file, flush_folder

RATIO_TO_BARE = 1.10
_STEPS = {
    "survey": "looking at the segments",
    "join": "ffmpeg",
    "probe": "ffprobe of the file",
    "flush_file": "flush",
    "thumbnail": "thumbnail",
}


class Repeats(Struct):
    """Seconds of many assemblies of one footage."""

    ours: list[Assembled] = field(default_factory=list)
    bare: list[tuple[float, float]] = field(default_factory=list)
    """Joining, flushing."""
    copy: list[tuple[float, float]] = field(default_factory=list)
    """Copying, flushing."""
    publish: list[float] = field(default_factory=list)


async def measure(stage: Stage) -> Measurement:
    """3 and 30 minutes at 8 Mbit/s."""
    rows: list[Row] = []
    for make, repeats in ((short_footage, stage.size(7, 1)), (long_footage, stage.size(3, 1))):
        footage = await stage.once(make)
        stage.say(f"assembling {footage.duration_s:.0f} s, {repeats} times each way")
        rows += _rows(footage, await _repeat(stage, footage, repeats))
    return Measurement(
        "b",
        "Assembly at 8 Mbit/s",
        rows,
        [
            (
                "Medians of runs that took turns. Ours is the whole assembler: looking at the segments, ffmpeg at the "
                "lowest priority with the index at the front, ffprobe of the result, flush, thumbnail."
            ),
            "Bare: `ffmpeg -f concat -safe 0 -i list -c copy out.mp4`, with the index at the end, flushed as ours is.",
            "The SHA-256 that the catalogue keeps is told apart: nothing bare does it.",
        ],
    )


async def _repeat(stage: Stage, footage: CutFootage, repeats: int) -> Repeats:
    found = Repeats()
    bare_path, copy_path = stage.folder / "bare.mp4", stage.folder / "copy.mp4"
    with Bench(stage, footage) as bench:
        turns: list[Callable[[], Awaitable[None]]] = [
            partial(_ours, bench, copy_path, found),
            partial(_bare, footage, bare_path, found),
        ]
        for _ in range(repeats):
            for turn in turns:
                await turn()
            turns.reverse()
    return found


async def _ours(bench: Bench, copy_path: Path, found: Repeats) -> None:
    assembled = await bench.assemble()
    found.ours.append(assembled)
    found.copy.append(await _timed(copy_path, partial(_copy, assembled.made.path)))
    found.publish.append(await bench.publish(assembled.made))
    flush_folder(bench.folder)


async def _bare(footage: CutFootage, path: Path, found: Repeats) -> None:
    playlist = footage.folder / "list.txt"
    playlist.write_text("".join(f"file '{segment}'\n" for segment in footage.segments), encoding="utf-8")
    found.bare.append(await _timed(path, partial(_join_barely, playlist)))


async def _join_barely(playlist: Path, path: Path) -> None:
    quiet = ["-nostdin", "-nostats", "-loglevel", "error"]
    await run(["ffmpeg", *quiet, "-f", "concat", "-safe", "0", "-i", str(playlist), "-c", "copy", str(path)])


async def _copy(source: Path, target: Path) -> None:
    await run(["cp", str(source), str(target)])


async def _timed(path: Path, make: Callable[[Path], Awaitable[object]]) -> tuple[float, float]:
    """Seconds for making a file, and for flushing it. It is gone afterwards."""
    began = time.perf_counter()
    await make(path)
    made = time.perf_counter()
    flush_file(path)
    flushed = time.perf_counter()
    _remove(path)
    return made - began, flushed - made


def _remove(path: Path) -> None:
    """The next run must not pay for it."""
    path.unlink()
    flush_folder(path.parent)


def _rows(footage: CutFootage, found: Repeats) -> list[Row]:
    what = f"{footage.length}, {footage.size_bytes / 1e6:,.0f} MB"
    ours_s = median([one.total_s for one in found.ours])
    unflushed_s = median([one.total_s - one.steps_s["flush_file"] for one in found.ours])
    rows = [
        row(
            f"{what}: file whole and flushed",
            ours_s,
            "s",
            reference=_both(found.bare),
            reference_is="bare ffmpeg, flushed",
            ratio_at_most=RATIO_TO_BARE,
        ),
        row(f"{what}: the same", ours_s, "s", reference=_both(found.copy), reference_is="cp of the result, flushed"),
        row(
            f"{what}: without the flush",
            unflushed_s,
            "s",
            reference=median([made_s for made_s, _ in found.bare]),
            reference_is="bare ffmpeg, not flushed",
        ),
    ]
    rows += [
        row(f"{what}: of it {name}", median([one.steps_s[step] for one in found.ours]), "s")
        for step, name in _STEPS.items()
    ]
    return [*rows, row(f"{what}: publishing afterwards, SHA-256 and names", median(found.publish), "s")]


def _both(times: list[tuple[float, float]]) -> float:
    return median([made_s + flushed_s for made_s, flushed_s in times])
