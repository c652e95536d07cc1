"""Footage for every test of the memories, and a look at what became of it."""

import json
import subprocess
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import ffmpeg
import pytest
from msgspec.structs import replace

from appliance.camera.source import Footage
from appliance.memories.model import Claim, ClaimedSegment, Entry, Interruption, Press
from appliance.recording.cutter import cutting_command
from appliance.recording.segment import Key
from tests.stands.memory_box import Box, Reel

RATE = 25
SEGMENT_S = 1.0
PICTURE: dict[str, str | int] = {
    "c:v": "libx264",
    "preset": "superfast",
    "g": RATE,
    "keyint_min": RATE,
    "sc_threshold": 0,
    "bf": 2,
}
SOUND: dict[str, str | int] = {"c:a": "aac", "b:a": "64k", "ac": 1}


def ffprobe(file: Path | str, *options: str) -> dict[str, Any]:
    command = ["ffprobe", "-v", "error", "-of", "json", *options, str(file)]
    report: dict[str, Any] = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return report


def decode(what: Path | str) -> list[str]:
    """The hash of every picture; sound and picture must decode without a single complaint."""
    command = ["ffmpeg", "-nostdin", "-v", "error", "-xerror", "-i", str(what), "-map", "0:v"]
    command += ["-fps_mode", "passthrough", "-f", "framemd5", "-", "-map", "0:a?", "-f", "null", "-"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), what
    return [line.split(",")[5].strip() for line in done.stdout.splitlines() if not line.startswith("#")]


def back_to_back(files: list[Path]) -> str:
    """Segments as one input."""
    return "concat:" + "|".join(map(str, files))


def packet_times(file: Path | str, stream: str) -> list[float]:
    """Presentation times of a stream's packets, in order."""
    report = ffprobe(file, "-select_streams", stream, "-show_entries", "packet=pts_time")
    return sorted(float(packet["pts_time"]) for packet in report["packets"])


def irregular_steps(times: list[float], step_s: float) -> list[float]:
    """Distances between neighbours that are not one step."""
    return [round(after - before, 4) for before, after in pairwise(times) if abs(after - before - step_s) > 0.0015]


@dataclass(frozen=True)
class Gallery:
    """Knows every picture of the reel."""

    reel: Reel
    pictures: dict[str, tuple[int, int]]
    """Hash of a picture: (segment, picture in it)."""

    def pictures_of(self, file: Path) -> list[tuple[int, int]]:
        """Which pictures of the reel a file holds."""
        return [self.pictures[one] for one in decode(file)]

    def segments_of(self, file: Path) -> list[int]:
        """Which segments of the reel a file holds; each must be whole."""
        found = self.pictures_of(file)
        segments = list(dict.fromkeys(segment for segment, _ in found))
        assert found == [(segment, number) for segment in segments for number in range(RATE)], "whole and in order"
        return segments


def cut(folder: Path, footage: Footage, segment_s: float = SEGMENT_S) -> list[Path]:
    """Segments as the recorder cuts them."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(cutting_command(footage, folder, segment_s), check=True)
    return sorted(folder.glob("*.ts"))


def made_up(
    seconds: float, *, size: str = "160x90", has_sound: bool = True, options: dict[str, str | int] | None = None
) -> Footage:
    """A picture that never repeats itself, with a tone."""
    picture = ffmpeg.input(f"testsrc2=size={size}:rate={RATE}", f="lavfi", t=seconds)["v"]
    tone = ffmpeg.input("sine=frequency=440:sample_rate=48000", f="lavfi", t=seconds)["a"]
    chosen = PICTURE | (SOUND if has_sound else {}) | (options or {})
    return Footage((picture, tone) if has_sound else (picture,), chosen)


@pytest.fixture(scope="session")
def reel(tmp_path_factory: pytest.TempPathFactory) -> Reel:
    """A minute of footage in segments of one second."""
    return Reel(cut(tmp_path_factory.mktemp("reel"), made_up(60))[:60], SEGMENT_S)


@pytest.fixture(scope="session")
def gallery(reel: Reel) -> Gallery:
    """The reel's pictures, all different."""
    hashes = decode(back_to_back(reel.segments))
    assert len(hashes) == len(set(hashes)) == len(reel.segments) * RATE
    return Gallery(reel, {one: divmod(index, RATE) for index, one in enumerate(hashes)})


@pytest.fixture(scope="session")
def slips(tmp_path_factory: pytest.TempPathFactory) -> Reel:
    """Segments for tests that do not look at pictures: some packets without meaning."""
    folder = tmp_path_factory.mktemp("slips")
    for number in range(20):
        (folder / f"{number:06d}.ts").write_bytes((bytes([0x47, 0x1F, 0xFF, 0x10]) + bytes([number] * 184)) * 40)
    return Reel(sorted(folder.iterdir()), SEGMENT_S)


BoxFactory = Callable[..., Box]


@pytest.fixture
async def boxes(tmp_path: Path, reel: Reel) -> AsyncIterator[Callable[..., Box]]:
    """`boxes(root=…, **options)`: boxes whose lives end with the test."""
    made: list[Box] = []

    def make(root: Path = tmp_path, footage: Reel = reel, **options: Any) -> Box:
        made.append(Box(root, footage, **options))
        return made[-1]

    yield make
    for box in made:
        await box.end()


async def lives(box: Box) -> Box:
    """A box that has just been switched on and sees a picture."""
    await box.start()
    await box.connect()
    return box


def shots(box: Box, entry: Entry) -> list[int]:
    """The reel's pieces that the segments from an entry's first to its last are."""
    return [piece for key, piece in sorted(box.shot.items()) if entry.first <= key <= entry.last]


@pytest.fixture(scope="session")
def wide_reel(tmp_path_factory: pytest.TempPathFactory) -> Reel:
    """The same in another format."""
    return Reel(cut(tmp_path_factory.mktemp("wide"), made_up(4, size="320x180")), SEGMENT_S)


@pytest.fixture(scope="session")
def silent_reel(tmp_path_factory: pytest.TempPathFactory) -> Reel:
    """A camera without a microphone."""
    return Reel(cut(tmp_path_factory.mktemp("silent"), made_up(4, has_sound=False)), SEGMENT_S)


@pytest.fixture(scope="session")
def wrapping_reel(tmp_path_factory: pytest.TempPathFactory) -> Reel:
    """Its 33-bit clock starts again after three seconds (2^33 / 90000 Hz = 95443.717 s)."""
    return Reel(cut(tmp_path_factory.mktemp("wrapping"), made_up(7, options={"output_ts_offset": 95_440})), SEGMENT_S)


@dataclass(frozen=True)
class Shelf:
    """Segments of a claim, laid out by hand."""

    folder: Path

    def put(self, *pieces: tuple[int, int, Path | bytes], is_whole: bool = True, lost: tuple[Key, ...] = ()) -> Claim:
        """A claim of (epoch, number, content) pieces of a second each, epochs a minute apart.

        `lost`: segments that the claim names, but whose files are not there.
        """
        segments = []
        for epoch, number, content in pieces:
            key = Key(epoch, number)
            if key not in lost:
                data = content if isinstance(content, bytes) else content.read_bytes()
                (self.folder / key.file_name).write_bytes(data)
            start_s = epoch * 60.0 + number * SEGMENT_S
            segments.append(ClaimedSegment(epoch, number, start_s, start_s + SEGMENT_S, is_whole=True))
        if not is_whole:
            segments[-1] = replace(segments[-1], end_s=None, is_whole=False)
        epochs = sorted({segment.epoch for segment in segments})
        press_s = segments[-1].start_s + SEGMENT_S
        return Claim(
            folder="c-1",
            id="m-1",
            stem="2026-11-21T10-20-00-MEMORY",
            press=Press("this boot", press_s, 1_795_256_400.0, 0, "trusted"),
            last_press_s=press_s,
            asked_s=60.0,
            window_start_s=segments[0].start_s,
            segments=segments,
            interruptions=[Interruption(epoch, "it was unplugged", is_measured=True) for epoch in epochs[1:]],
        )

    def where(self, key: Key) -> Path:
        return self.folder / key.file_name


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """A claim's folder."""
    folder = tmp_path / "memories" / ".claims" / "c-1"
    folder.mkdir(parents=True)
    return Shelf(folder)
