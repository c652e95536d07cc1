"""(e) From the start of the supervisor's process to the status "recording", with a full ring in the folder."""

import asyncio
import time
from pathlib import Path

from msgspec import Struct

from appliance.bench.materials import ToolFailedError, lay_ring
from appliance.bench.processes import cpu_s, started_s
from appliance.bench.report import Measurement, median, row
from appliance.bench.stage import Stage
from appliance.bench.supervised import supervised
from appliance.recording.folder import RingFolder, is_epoch_name
from appliance.recording.segment import Key

OWN_S = 1.0
_CAMERA = 'kind = "test-pattern"'
_PATIENCE_S = 30.0


class Start(Struct, frozen=True):
    """One start. `total_s`: until "recording". `camera_s`: from ffmpeg's start to its first bytes on disk.

    `cpu_s`: processor time of the supervisor alone, which a busy machine changes less.
    """

    total_s: float
    camera_s: float
    cpu_s: float

    @property
    def own_s(self) -> float:
        """What is ours: the interpreter, the rebuilding of the ring, the socket, and noticing the bytes."""
        return self.total_s - self.camera_s


async def measure(stage: Stage) -> Measurement:
    """Starts with a full and with an empty ring, taking turns."""
    count = stage.size(25_600, 1600)
    full_ring = stage.new_folder("start-ring")
    await lay_ring(stage, full_ring, count, boot_id="an earlier boot", end_s=count * 5.0)
    full: list[Start] = []
    empty: list[Start] = []
    for number in range(stage.size(5, 1)):
        stage.say(f"start {number + 1} with {count:,} segments, and with none")
        full.append(await _start(stage, full_ring, count))
        empty.append(await _start(stage, stage.new_folder("start-empty"), 0))
    own_s, bare_s = (median([start.own_s for start in starts]) for starts in (full, empty))
    return Measurement(
        "e",
        "Start-up to recording",
        [
            row(
                f"own share of a start with {count:,} segments (total less camera)",
                own_s,
                "s",
                reference=bare_s,
                reference_is="empty ring",
                at_most=OWN_S,
            ),
            row(
                f'process start to "recording" with {count:,} segments',
                median([start.total_s for start in full]),
                "s",
                reference=median([start.total_s for start in empty]),
                reference_is="empty ring",
            ),
            row(
                "the camera: ffmpeg's start to its first bytes on disk",
                median([start.camera_s for start in full]),
                "s",
                reference=median([start.camera_s for start in empty]),
                reference_is="empty ring",
            ),
            row(
                "processor time of the supervisor until then",
                median([start.cpu_s for start in full]),
                "s",
                reference=median([start.cpu_s for start in empty]),
                reference_is="empty ring",
            ),
            row("slowest own share", max(start.own_s for start in full), "s"),
        ],
        [
            (
                f"Medians of {len(full)} starts of the real process with the test-pattern camera; the segments are "
                "of an earlier boot, so that each is looked at, checked against the index and moved on the clock."
            ),
            (
                "The folder's names are in the kernel's memory, as after a restart of the service; after power-on "
                "the card must be read first, which this does not tell."
            ),
        ],
    )


async def _start(stage: Stage, ring: Path, count: int) -> Start:
    first = _next_segment(ring)
    async with supervised(stage.new_folder("start"), ring, _CAMERA) as supervisor:
        bytes_s = await _first_bytes_s(first)
        status = await supervisor.wait_until_recording()
        recording_s = time.monotonic()
        assert status.ring.segments >= count, status.ring
        return Start(
            total_s=recording_s - supervisor.started_s,
            camera_s=bytes_s - started_s(supervisor.ffmpeg_pid),
            cpu_s=cpu_s(supervisor.pid),
        )


def _next_segment(ring: Path) -> Path:
    """The file that the next supervisor's camera will begin with."""
    epochs = [int(path.name) for path in ring.iterdir() if is_epoch_name(path.name)]
    return RingFolder(ring).path(Key(max(epochs, default=-1) + 1, 0))


async def _first_bytes_s(path: Path) -> float:
    limit_s = time.monotonic() + _PATIENCE_S
    while time.monotonic() < limit_s:
        if _has_bytes(path):
            return time.monotonic()
        await asyncio.sleep(0.005)
    raise ToolFailedError(f"No bytes came to {path.name} within {_PATIENCE_S:g} s.")


def _has_bytes(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0
