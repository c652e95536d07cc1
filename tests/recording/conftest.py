"""Fake cameras that keep the camera contract, real footage made in a moment, small disks, and a running recorder."""

import asyncio
import contextlib
import itertools
import os
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ffmpeg
import pytest

from appliance.backoff import Backoff
from appliance.camera.source import CameraTroubleError, Footage, Source
from appliance.clock import Clock, SystemClock
from appliance.recording.cutter import cutting_command
from appliance.recording.folder import RingFolder
from appliance.recording.freshness import State
from appliance.recording.rebuild import rebuild
from appliance.recording.recorder import Recorder
from appliance.recording.ring import Ring
from appliance.recording.segment import Segment
from appliance.recording.store import RingStore, describe_now, first_reason
from appliance.recording.watcher import Watcher
from tests.stands.small_disk import small_disk

# Cameras


class PatternCamera:
    """Real pictures, small and cheap. `live`: in real time. `ends_after_s`: ffmpeg then ends by itself."""

    latency_s = 0.2

    def __init__(
        self,
        *,
        size: str = "160x90",
        rate: int = 20,
        encoder: str = "libx264",
        sound: bool = True,
        live: bool = True,
        key_frame_every_s: float = 1.0,
        ends_after_s: float | None = None,
        start_limit_s: float = 8.0,
        name: str = "test camera",
        options: dict[str, str | int] | None = None,
    ) -> None:
        self.name = name
        self.start_limit_s = start_limit_s
        self._graph = f"testsrc2=size={size}:rate={rate}[out0]"
        self._sound = sound
        self._input: dict[str, Any] = {"f": "lavfi"} | ({"re": None} if live else {})
        if ends_after_s is not None:
            self._input["t"] = ends_after_s
        keys = int(rate * key_frame_every_s)
        self._options: dict[str, str | int] = {"c:v": encoder, "preset": "ultrafast", "g": keys, "pix_fmt": "yuv420p"}
        self._options |= {"flags:v": "-global_header"} | (options or {})
        if encoder == "libx265":
            self._options["x265-params"] = f"log-level=none:keyint={keys}:min-keyint={keys}:repeat-headers=1"
        else:
            self._options |= {"sc_threshold": 0, "keyint_min": keys}

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Footage]:
        yield self.footage()

    def footage(self) -> Footage:
        sound = ";sine=frequency=440:sample_rate=48000[out1]" if self._sound else ""
        camera = ffmpeg.input(self._graph + sound, **self._input)
        streams = (camera["v:0"], camera["a:0"]) if self._sound else (camera["v:0"],)
        return Footage(streams=streams, options=self._options | ({"c:a": "aac"} if self._sound else {}))


class AbsentCamera:
    """Nobody answers."""

    name = "absent camera"
    latency_s = 0.2
    start_limit_s = 2.0

    def __init__(self, sentence: str = "absent camera refuses the connection.") -> None:
        self._sentence = sentence

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Footage]:
        if self._sentence:
            raise CameraTroubleError(self._sentence)
        yield Footage(streams=(), options={})


class DeafCamera(AbsentCamera):
    """Takes the connection and never comes to an answer."""

    name = "deaf camera"
    start_limit_s = 0.6

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Footage]:
        await asyncio.Event().wait()
        yield Footage(streams=(), options={})


class StreamCamera:
    """What ffmpeg finds at `url`, copied, without a look at it first. A port without a sender is a silent camera."""

    latency_s = 0.2

    def __init__(self, url: str, *, start_limit_s: float = 2.0, name: str = "stream") -> None:
        self.name = name
        self.start_limit_s = start_limit_s
        self._url = url

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Footage]:
        camera = ffmpeg.input(self._url, f="mpegts", fflags="+genpts", analyzeduration=500_000)
        yield Footage(streams=(camera["v:0"],), options={"c:v": "copy"})


class CameraOfMoods:
    """Each connection meets the next of `moods`, the last one for ever."""

    latency_s = 0.2
    name = "moody camera"

    def __init__(self, *moods: Source) -> None:
        self.connections = 0
        self._moods = moods

    @property
    def start_limit_s(self) -> float:
        return self._mood.start_limit_s

    @property
    def _mood(self) -> Source:
        return self._moods[min(self.connections, len(self._moods) - 1)]

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Footage]:
        mood = self._mood
        self.connections += 1
        async with mood.connect() as footage:
            yield footage


# Clocks


class SteppableClock:
    """The machine's monotonic clock, with a wall clock that a test may step."""

    def __init__(self, *, boot_id: str = "this boot", is_trusted: bool = False) -> None:
        self.boot_id = boot_id
        self.offset_s = time.time() - time.monotonic()
        self.trusted = is_trusted

    def monotonic_s(self) -> float:
        return time.monotonic()

    def wall_s(self) -> float:
        return time.monotonic() + self.offset_s

    def is_trusted(self) -> bool:
        return self.trusted


# Footage


def cut_footage(camera: PatternCamera, folder: Path, segment_s: float = 1.0) -> list[Path]:
    """The segments that recording's very command makes of a camera."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(cutting_command(camera.footage(), folder, segment_s), check=True, capture_output=True)
    return sorted(folder.glob("*.ts"))


def has_encoder(name: str) -> bool:
    said = subprocess.run(["ffmpeg", "-hide_banner", "-encoders"], capture_output=True, text=True, check=True).stdout
    return f" {name} " in said


@pytest.fixture(scope="session")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], list[Path]]:
    """`footage(kind)`: segments of 1 s of each kind, made once."""
    root = tmp_path_factory.mktemp("footage")
    told: dict[str, str | int] = {"flags:v": "+global_header", "x264-params": "repeat-headers=1"}
    kinds = {
        "h264": PatternCamera(live=False, ends_after_s=3.0),
        "h264-silent": PatternCamera(live=False, ends_after_s=3.0, sound=False),
        "h264-b": PatternCamera(
            live=False, ends_after_s=3.0, options={"bf": 3, "b_strategy": 0, "preset": "fast", "refs": 3}
        ),
        "h264-large": PatternCamera(live=False, ends_after_s=3.0, size="320x180"),
        "told-once": PatternCamera(live=False, ends_after_s=1.0, sound=False, options=told),
        "told-twice": PatternCamera(live=False, ends_after_s=1.0, sound=False, options=told | {"bsf:v": "dump_extra"}),
        "hevc": PatternCamera(live=False, ends_after_s=3.0, encoder="libx265"),
        "wrapping": PatternCamera(live=False, ends_after_s=3.0, options={"output_ts_offset": "95442.2"}),
    }

    def make(kind: str) -> list[Path]:
        folder = root / kind
        if folder.exists():
            return sorted(folder.glob("*.ts"))
        if kind == "hevc" and not has_encoder("libx265"):
            pytest.skip("this ffmpeg has no libx265")
        return cut_footage(kinds[kind], folder)

    return make


def names_in(folder: Path, pattern: str = "*") -> list[str]:
    """What lies in a folder."""
    return sorted(path.name for path in folder.glob(pattern))


def decode_errors(*segments: Path, streams: str = "0") -> str:
    """What a strict decoder says about the segments, read back to back; "" when it is content."""
    source = "concat:" + "|".join(map(str, segments))
    command = ["ffmpeg", "-nostdin", "-v", "error", "-xerror", "-i", source, "-map", streams, "-f", "null", "-"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stderr or ("" if done.returncode == 0 else f"exit code {done.returncode}")


def check_continuity(segments: list[Segment]) -> None:
    """Within an epoch each segment begins where the one before it ended."""
    for before, after in itertools.pairwise(segments):
        assert before.key < after.key
        if before.epoch == after.epoch:
            assert before.end_s == after.start_s
        else:
            assert before.end_s <= after.start_s


# The recorder


@dataclass
class Witness:
    """Hears all that recording says, with the time."""

    states: list[tuple[float, State, str | None]] = field(default_factory=list)
    opened: int = 0
    closed: list[Segment] = field(default_factory=list)
    ended: int = 0

    def recording_changed(self, state: State, reason: str | None) -> None:
        self.states.append((time.monotonic(), state, reason))

    def segment_opened(self) -> None:
        self.opened += 1

    def segment_closed(self, segment: Segment) -> None:
        self.closed.append(segment)

    def epoch_ended(self) -> None:
        self.ended += 1

    def story(self) -> list[State]:
        return [state for _, state, _ in self.states]

    def first(self, state: State, after_s: float = 0.0) -> float | None:
        """When a state was first told, after an instant."""
        return next((at_s for at_s, told, _ in self.states if told == state and at_s > after_s), None)


@dataclass
class Rig:
    """A recorder at work."""

    recorder: Recorder
    store: RingStore
    folder: RingFolder
    witness: Witness
    task: asyncio.Task[Any]
    root: Path

    @property
    def ring(self) -> Ring:
        return self.store.ring

    async def until(self, what: Callable[[], object], limit_s: float = 60.0) -> None:
        """Wait until something is so."""
        async with asyncio.timeout(limit_s):
            while not what():
                assert not self.task.done(), "the recorder ended"
                await asyncio.sleep(0.02)

    def cutters(self) -> list[int]:
        """The process ids of the ffmpegs that write into the ring."""
        return [pid for pid, words in _processes() if str(self.root).encode() in words and b"ffmpeg" in words[:10]]

    def signal_cutter(self, number: signal.Signals) -> float:
        """Send a signal to the one ffmpeg; when that was."""
        (pid,) = self.cutters()
        os.kill(pid, number)
        return time.monotonic()

    async def stop(self) -> None:
        """What SIGTERM does to it."""
        self.task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self.task

    def paths(self, epoch: int | None = None) -> list[Path]:
        """The files of the closed segments in the ring."""
        return [self.folder.path(s.key) for s in self.ring if epoch is None or s.epoch == epoch]


def _processes() -> Iterator[tuple[int, bytes]]:
    for entry in os.scandir("/proc"):
        if entry.name.isdecimal():
            with contextlib.suppress(OSError):
                yield int(entry.name), Path(entry.path, "cmdline").read_bytes()


RecordingFactory = Callable[..., contextlib.AbstractAsyncContextManager[Rig]]


@pytest.fixture
def recording(tmp_path: Path) -> RecordingFactory:
    """Gives recorders with everything real but the camera, to be used by `async with`.

    Waits between failures are short, so that a test may see many.
    """

    @asynccontextmanager
    async def run(
        camera: Source,
        *,
        segment_s: float = 1.0,
        capacity_bytes: int = 10**9,
        clock: Clock | None = None,
        root: Path | None = None,
        disk_reserve_bytes: int = 0,
        waits_s: tuple[float, float] = (0.02, 0.05),
    ) -> AsyncIterator[Rig]:
        folder = RingFolder(root or tmp_path / "ring")
        folder.root.mkdir(exist_ok=True)
        now = clock or SystemClock()
        with ThreadPoolExecutor(1) as card, ThreadPoolExecutor(1) as flusher, Watcher() as watcher:
            ring = Ring(capacity_bytes)
            store = RingStore(
                ring, folder, card=card, flusher=flusher, clock=now, disk_reserve_bytes=disk_reserve_bytes
            )
            store.take(rebuild(folder, describe_now(now, 0, "", ""), segment_s))
            witness = Witness()
            recorder = Recorder(
                source=camera,
                store=store,
                watcher=watcher,
                clock=now,
                listener=witness,
                segment_s=segment_s,
                first_reason=first_reason(ring, now.boot_id),
            )
            recorder._backoff = Backoff(*waits_s)
            rig = Rig(recorder, store, folder, witness, asyncio.create_task(recorder.run()), folder.root)
            try:
                yield rig
            finally:
                await rig.stop()
                assert rig.cutters() == [], "an ffmpeg outlived the recorder"

    return run


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """`disk("size=40m")`: a small disk of its own until the test ends."""
    with contextlib.ExitStack() as stack:
        yield lambda options: stack.enter_context(small_disk(tmp_path / f"disk-{options.split(',')[0]}", options))
