"""What is measured with: footage at 8 Mbit/s cut by the recorder's own cutter, and large rings of tiny segments."""

import os
from pathlib import Path

import ffmpeg
from msgspec import Struct

from appliance.bench.stage import Stage
from appliance.camera.source import Footage
from appliance.child import Child
from appliance.recording.cutter import cutting_command
from appliance.recording.folder import INDEX, RingFolder
from appliance.recording.segment import Epoch, Key

SEGMENT_S = 5
FRAMES_PER_S = 30
BITS_PER_S = 8_000_000
_TINY_BYTES = 188 * 20


class CutFootage(Struct, frozen=True):
    """A continuous stream of `frames` pictures, cut into segments that lie in `folder`."""

    folder: Path
    segments: list[Path]
    frames: int

    @property
    def duration_s(self) -> float:
        return self.frames / FRAMES_PER_S

    @property
    def length(self) -> str:
        """The duration in words."""
        minutes, seconds = divmod(self.duration_s, 60)
        return f"{self.duration_s:g} s" if seconds else f"{minutes:g} min"

    @property
    def size_bytes(self) -> int:
        return sum(path.stat().st_size for path in self.segments)


async def short_footage(stage: Stage) -> CutFootage:
    """3 minutes of 1280x720 with noise."""
    noisy = "testsrc2=size=1280x720:rate=30,noise=alls=12:allf=t"
    return await _cut(stage, "short", noisy, stage.size(180, 20))


async def long_footage(stage: Stage) -> CutFootage:
    """30 minutes in one stream. The picture is small and padded with filler units: to a copy, bytes are bytes."""
    return await _cut(stage, "long", "testsrc2=size=160x90:rate=30", stage.size(1800, 30))


async def _cut(stage: Stage, name: str, picture: str, seconds: int) -> CutFootage:
    stage.say(f"encoding {seconds} s of footage at 8 Mbit/s")
    folder = stage.new_folder(f"footage-{name}")
    await run(cutting_command(_footage(picture, seconds), folder, SEGMENT_S))
    return CutFootage(folder, sorted(folder.glob("*.ts")), seconds * FRAMES_PER_S)


def _footage(picture: str, seconds: int) -> Footage:
    source = ffmpeg.input(f"{picture}[out0];sine=frequency=330:sample_rate=48000[out1]", f="lavfi")
    options: dict[str, str | int] = {
        "c:v": "libx264",
        "preset": "ultrafast",
        "pix_fmt": "yuv420p",
        "b:v": BITS_PER_S,
        "minrate": BITS_PER_S,
        "maxrate": BITS_PER_S,
        "bufsize": BITS_PER_S,
        "x264-params": "nal-hrd=cbr:filler=1",
        "flags:v": "-global_header",
        "g": FRAMES_PER_S,
        "keyint_min": FRAMES_PER_S,
        "sc_threshold": 0,
        "frames:v": seconds * FRAMES_PER_S,
        "c:a": "aac",
        "b:a": 128_000,
        "t": seconds,
    }
    return Footage(streams=(source["v:0"], source["a:0"]), options=options)


async def tiny_segment(stage: Stage) -> bytes:
    """A real segment, as small as they come."""
    source = ffmpeg.input("testsrc2=size=32x32:rate=10:duration=0.5", f="lavfi")
    target = stage.new_folder("tiny") / "tiny.ts"
    options = {"c:v": "libx264", "preset": "ultrafast", "pix_fmt": "yuv420p", "f": "mpegts"}
    await run(ffmpeg.output(source["v:0"], str(target), **options).global_args("-loglevel", "error").compile())
    return target.read_bytes()[:_TINY_BYTES]


async def lay_ring(stage: Stage, folder: Path, count: int, *, boot_id: str, end_s: float) -> None:
    """Fill a ring's folder with one epoch of `count` whole segments that end at `end_s` on the clock of `boot_id`."""
    if not count:
        return
    stage.say(f"laying {count:,} segments")
    content = await stage.once(tiny_segment)
    ring = RingFolder(folder)
    began_s = end_s - count * SEGMENT_S
    ring.describe(Epoch(0, boot_id, began_s, 0.0, wall_is_trusted=False, camera="bench", reason="recording began"))
    for number in range(count):
        ring.path(Key(0, number)).write_bytes(content)
    starts = [(number, began_s + number * SEGMENT_S) for number in range(count)]
    lines = [f"{number} {start_s:.3f} {start_s + SEGMENT_S:.3f} {len(content)}\n" for number, start_s in starts]
    (ring.epoch_path(0) / INDEX).write_text("".join(lines), encoding="ascii")
    os.sync()  # or the kernel would write them back in the middle of a measurement


class ToolFailedError(Exception):
    """A program that a measurement needs failed. The text says which, and its last words."""


async def run(argv: list[str]) -> None:
    """Run a program to its end.

    Raises:
        ToolFailedError: if it did not end well.
    """
    child = await Child.start(argv)
    try:
        if await child.wait() != 0:
            raise ToolFailedError(f"{argv[0]} failed: {child.last_words}")
    finally:
        await child.stop()
