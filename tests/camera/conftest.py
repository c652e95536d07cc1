"""Cutting as recording does it, and looking at what was cut."""

import asyncio
import itertools
import json
import subprocess
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ffmpeg
import pytest

from appliance.camera.source import Footage, Source
from appliance.child import Child


def segment_argv(footage: Footage, folder: Path, container: str = "mpegts") -> list[str]:
    """The command that recording runs, with shorter segments; `container` "h264" or "hevc" is the bare stream."""
    container_options = (
        {"segment_format_options": "mpegts_flags=initial_discontinuity"} if container == "mpegts" else {}
    )
    argv: list[str] = (
        ffmpeg.output(
            *footage.streams,
            f"{folder}/%06d.ts",
            f="segment",
            segment_time=1,
            segment_format=container,
            fflags="+flush_packets",
            **container_options,
            **footage.options,
        )
        .global_args("-hide_banner", "-nostdin", "-loglevel", "error")
        .compile()
    )
    return argv


@dataclass(frozen=True)
class Cut:
    """Segments of one short epoch."""

    segments: list[Path]
    footage: Footage
    last_words: str

    @property
    def whole(self) -> str:
        return "concat:" + "|".join(map(str, self.segments))

    def streams(self) -> list[dict[str, Any]]:
        return list(_probe(self.whole, "-show_streams")["streams"])

    def codecs(self) -> list[str]:
        return [stream["codec_name"] for stream in self.streams()]

    def key_frame_distances_s(self) -> list[float]:
        entries = ("-select_streams", "v", "-show_entries", "packet=pts_time,flags")
        packets = _probe(self.whole, *entries)["packets"]
        keys = [float(packet["pts_time"]) for packet in packets if "K" in packet["flags"]]
        return [round(after - before, 3) for before, after in itertools.pairwise(keys)]

    def pictures(self) -> int:
        return int(
            _probe(self.whole, "-count_packets", "-select_streams", "v", "-show_streams")["streams"][0][
                "nb_read_packets"
            ]
        )

    def picture_times_s(self) -> list[float]:
        """When each picture is shown, in order."""
        packets = _probe(self.whole, "-select_streams", "v", "-show_entries", "packet=pts_time")["packets"]
        return sorted(float(packet["pts_time"]) for packet in packets if "pts_time" in packet)

    def decode(self, *, but_last: bool = False) -> None:
        """Every segment by itself, without one error. `but_last`: in which it was told to end, wherever it was."""
        for segment in self.segments[:-1] if but_last else self.segments:
            command = [
                "ffmpeg",
                "-nostdin",
                "-v",
                "error",
                "-xerror",
                "-i",
                str(segment),
                "-map",
                "0",
                "-f",
                "null",
                "-",
            ]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            assert (done.returncode, done.stderr) == (0, ""), segment.name


def _probe(what: str, *options: str) -> dict[str, Any]:
    command = ["ffprobe", "-v", "error", "-of", "json", *options, what]
    report: dict[str, Any] = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return report


Cutter = Callable[..., Awaitable[Cut]]


@pytest.fixture
def cut(tmp_path: Path) -> Cutter:
    """Cuts one epoch of a source until some seconds after its first byte."""
    folder = tmp_path / "segments"
    folder.mkdir()

    async def run(source: Source, seconds: float = 4, container: str = "mpegts") -> Cut:
        async with asyncio.timeout(source.start_limit_s + seconds + 10), source.connect() as footage:
            child = await Child.start(segment_argv(footage, folder, container))
            ended = asyncio.create_task(child.wait())
            while not any(segment.stat().st_size for segment in folder.iterdir()):
                if (await asyncio.wait([ended], timeout=0.05))[0]:
                    break
            await asyncio.wait([ended], timeout=seconds)
            await child.stop()
            await ended
        return Cut(sorted(folder.iterdir()), footage, child.last_words)

    return run
