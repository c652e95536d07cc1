"""The whole appliance as real processes, driven from outside only: its command line, its socket, its files."""

import contextlib
import itertools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from appliance.control.client import Client
from appliance.control.errors import GoneError, NoSupervisorError
from appliance.control.messages import (
    Memories,
    Memory,
    MemoryChanged,
    RecordingState,
    Save,
    SaveAnswer,
    Status,
    StatusAnswer,
)
from tests.conftest import PROJECT_ROOT, RTSP_CAMERA, SYSTEM_PYTHON, RunningCamera
from tests.stands.small_disk import small_disk

SHORT: dict[str, dict[str, object]] = {
    "ring": {"segment_seconds": 1},
    "memories": {"minutes_per_step": 0.1, "seconds_per_step": 0.5},
}
"""Segments of a second, a step of six: a story takes seconds instead of minutes."""

PATIENCE_S = 60.0
"""For what happens sooner or later, on a busy machine too: who waits so long waits for ever."""

Settings = Mapping[str, Mapping[str, object]]
MountDisk = Callable[..., Path]
Finished = subprocess.CompletedProcess[str]


def as_toml(settings: Settings) -> str:
    """A settings file; JSON writes texts, numbers and truth as TOML does."""
    lines = []
    for section, values in settings.items():
        lines += [f"[{section}]", *(f"{key} = {json.dumps(value)}" for key, value in values.items())]
    return "\n".join(lines) + "\n"


def environment(**more: str) -> dict[str, str]:
    """For our processes: they import this very code, wherever they stand."""
    inherited = {key: value for key, value in os.environ.items() if key != "MOMENT_SOCKET"}
    return inherited | {"PYTHONPATH": f"{PROJECT_ROOT}:{PROJECT_ROOT / 'setup-portal'}", "PYTHONUNBUFFERED": "1"} | more


def wait_until(what: str, is_so: Callable[[], bool], within_s: float = PATIENCE_S) -> float:
    """How long it took; fails with `what` when it never comes to be."""
    began_s = time.monotonic()
    while not is_so():
        assert time.monotonic() - began_s < within_s, f"not within {within_s:g} s: {what}"
        time.sleep(0.05)
    return time.monotonic() - began_s


def running_pids() -> list[int]:
    """Every process of this machine."""
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal()]


def session_of(pid: int) -> int:
    """The session that a process belongs to; -1 when it is gone or waits to be buried."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return -1
    return -1 if fields[0] in "ZX" else int(fields[3])


def command_of(pid: int) -> str:
    """What a process was started as."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return ""


class Box:
    """One recorder with its folders under `folder`, in a session of its own."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.folder = folder
        self.ring = folder / str(settings.get("ring", {}).get("directory", "var/ring"))
        self.memories = folder / str(settings.get("memories", {}).get("directory", "var/memories"))
        self.socket = folder / "var" / "control.sock"
        self._config = folder / "moment.toml"
        self._config.write_text(as_toml(settings))
        self._log = folder / "log"
        self._process: subprocess.Popen[bytes] | None = None
        self._sessions: list[int] = []

    # Its process

    @property
    def process(self) -> subprocess.Popen[bytes]:
        assert self._process is not None, "start() comes first"
        return self._process

    @property
    def log(self) -> str:
        """Everything that it and its earlier lives said."""
        return self._log.read_text()

    def start(
        self,
        *,
        state: RecordingState | None = "recording",
        within_s: float = PATIENCE_S,
        before: Sequence[str] = (),
        path: str | None = None,
        after: Path | None = None,
    ) -> "Box":
        """Start it, and wait until it is in `state`.

        `before`: a program that starts it, and becomes it. `path`: where it looks for programs. `after`: the boot's
        report, which it is to wait for.
        """
        argv = [*before, sys.executable, "-m", "appliance.supervise", "--config", str(self._config)]
        argv += ["--after", str(after)] if after else []
        with self._log.open("ab") as log:
            process = subprocess.Popen(
                argv,
                cwd=self.folder,
                env=environment() | ({} if path is None else {"PATH": path}),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.adopt(process)
        if state:
            self.wait_for(state, within_s)
        return self

    def adopt(self, process: subprocess.Popen[bytes]) -> None:
        """Take a recorder that was started otherwise for this box's."""
        self._process = process
        self._sessions.append(process.pid)

    def end(self, how: signal.Signals = signal.SIGTERM, within_s: float = PATIENCE_S) -> int:
        """Its exit code after this signal."""
        self.process.send_signal(how)
        return self.process.wait(within_s)

    def kill9(self) -> None:
        """Vanish."""
        self.process.kill()
        self.process.wait()

    def children(self) -> list[str]:
        """Whatever runs because of this box, besides the supervisor: the commands of the living."""
        own = self.process.pid if self.process.poll() is None else -1
        return [command_of(pid) for pid in running_pids() if session_of(pid) in self._sessions and pid != own]

    def clean_up(self) -> None:
        """Nothing of it outlives its test."""
        for pid in running_pids():
            if session_of(pid) in self._sessions:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        if self._process:
            self._process.wait()

    # Its socket

    def client(self, timeout_s: float | None = 30) -> Client:
        return Client(str(self.socket), timeout_s)

    def status(self) -> StatusAnswer:
        with self.client() as client:
            return client.ask(Status())

    def state(self) -> str:
        """Its recording state, "absent" while nobody answers."""
        assert self.process.poll() is None, f"it ended with {self.process.returncode}:\n{self.log}"
        try:
            return self.status().recording.state
        except (NoSupervisorError, GoneError):
            return "absent"

    def wait_for(self, state: RecordingState, within_s: float = PATIENCE_S) -> float:
        return wait_until(f"state {state}\n{self.log}", lambda: self.state() == state, within_s)

    def wait_for_segments(self, count: int, within_s: float = PATIENCE_S) -> None:
        wait_until(f"{count} segments", lambda: self.status().ring.segments >= count, within_s)

    def wait_until_kept(self, within_s: float = PATIENCE_S) -> None:
        """Until nothing is pending any more."""
        wait_until(f"all files made\n{self.log}", lambda: self.status().memories.pending == 0, within_s)

    def save(self, minutes: float | None = None, *, wait: bool = False) -> SaveAnswer:
        with self.client() as client:
            return client.ask(Save(minutes=minutes, wait=wait))

    def save_until(self, state: str) -> SaveAnswer:
        """Save, and return the moment that somebody is told of `state`."""
        with self.client() as listener:
            listener.subscribe()
            answer = self.save()
            while not (isinstance(event := listener.next_event(PATIENCE_S), MemoryChanged) and event.state == state):
                assert event is not None, f"never {state}"
            return answer

    def kept(self) -> list[Memory]:
        """What the catalogue says, newest first."""
        with self.client() as client:
            return client.ask(Memories()).memories

    # Its command line and its files

    def moment(self, *words: str, within_s: float = 60, **variables: str) -> Finished:
        """`moment WORDS`, as somebody types it in the box's folder."""
        return subprocess.run(
            [sys.executable, "-m", "appliance.command.main", *words],
            cwd=self.folder,
            env=environment(**variables),
            capture_output=True,
            text=True,
            timeout=within_s,
            check=False,
            stdin=subprocess.DEVNULL,
        )

    def files(self) -> list[Path]:
        """The memories in its folder, oldest first."""
        return sorted(path for path in self.memories.glob("*.mp4") if not path.name.startswith("."))

    def segments(self) -> list[Path]:
        """The ring's files, oldest first; the last one may be open."""
        return sorted(self.ring.glob("*/*.ts"))

    def litter(self) -> list[str]:
        """What a tidy box does not hold: unfinished work of any kind."""
        hidden = [path for path in self.memories.rglob("*") if path.name.startswith((".assembling-", "new-", "c-"))]
        provisional = [
            *self.folder.rglob(".*.new"),
            *self.folder.rglob(".link-test"),
            *self.folder.rglob(".write-test"),
        ]
        return [str(path.relative_to(self.folder)) for path in (*hidden, *provisional)]


BoxFactory = Callable[..., Box]


@pytest.fixture
def box(tmp_path: Path) -> Iterator[BoxFactory]:
    """`box(camera={…}, ring={…}, …, folder=…)`: a box with short segments and steps, not yet started."""
    boxes: list[Box] = []

    def make(*, folder: Path = tmp_path, **sections: Mapping[str, object]) -> Box:
        names = [*SHORT, *(name for name in sections if name not in SHORT)]
        boxes.append(Box(folder, {name: {**SHORT.get(name, {}), **sections.get(name, {})} for name in names}))
        return boxes[-1]

    yield make
    for one in boxes:
        one.clean_up()


class Film:
    """What a player would find out about a video file."""

    def __init__(self, path: Path | str) -> None:
        self.path = str(path)

    def decode(self) -> None:
        """The owner's question: does it play?"""
        done = _run("ffmpeg", "-nostdin", "-v", "error", "-xerror", "-i", self.path, "-f", "null", "-")
        assert (done.returncode, done.stderr) == (0, ""), self.path

    def codecs(self) -> list[str]:
        """Of picture and sound; QuickTime keeps chapters in a track of their own."""
        streams = self._probe("-show_streams")["streams"]
        return [stream["codec_name"] for stream in streams if stream["codec_type"] in {"video", "audio"}]

    def size(self) -> tuple[int, int]:
        picture = self._probe("-show_streams", "-select_streams", "v")["streams"][0]
        return picture["width"], picture["height"]

    def opens(self) -> bool:
        """Whether a player could begin with it."""
        done = _run("ffprobe", "-v", "error", "-show_entries", "stream=codec_name", "-of", "csv=p=0", self.path)
        return done.returncode == 0 and "h264" in done.stdout and not done.stderr

    def chapters(self) -> list[str]:
        return [chapter["tags"]["title"] for chapter in self._probe("-show_chapters")["chapters"]]

    def picture_times_s(self) -> list[float]:
        packets = self._probe("-select_streams", "v", "-show_entries", "packet=pts_time")["packets"]
        return sorted(float(packet["pts_time"]) for packet in packets)

    def duration_s(self) -> float:
        return float(self._probe("-show_entries", "format=duration")["format"]["duration"])

    def pictures(self) -> list[str]:
        """A hash of every picture as it is seen."""
        return self._hashes("-map", "0:v:0", "-fps_mode", "passthrough")

    def slices(self) -> list[str]:
        """A hash of every picture as the camera coded it, without the parameter sets that containers move about."""
        bare = "h264_mp4toannexb,filter_units=pass_types=1-5"
        return self._hashes("-map", "0:v:0", "-c", "copy", "-bsf:v", bare)

    def _hashes(self, *how: str) -> list[str]:
        done = _run("ffmpeg", "-nostdin", "-v", "error", "-i", self.path, *how, "-f", "framemd5", "-")
        rows = [row.split(",") for row in done.stdout.splitlines() if not row.startswith("#")]
        return [row[5].strip() for row in rows]

    def _probe(self, *what: str) -> dict[str, Any]:
        done = _run("ffprobe", "-v", "error", "-of", "json", *what, self.path)
        assert done.returncode == 0, done.stderr
        report: dict[str, Any] = json.loads(done.stdout)
        return report


def _run(*argv: str) -> Finished:
    return subprocess.run(argv, capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture
def rtsp_camera_at(running: contextlib.ExitStack) -> Callable[[int], RunningCamera]:
    """An RTSP camera at a port of our choice: one that comes back where it was."""

    def start(port: int) -> RunningCamera:
        argv = [SYSTEM_PYTHON, str(RTSP_CAMERA), "--port", str(port), "--audio", "aac"]
        process = running.enter_context(subprocess.Popen(argv, stdout=subprocess.PIPE, text=True))
        running.callback(process.kill)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n", "`scripts/system-packages test` installs GStreamer's RTSP server"
        return RunningCamera(f"rtsp://127.0.0.1:{port}/live", process)

    return start


@pytest.fixture(name="small_disk")
def _small_disks(tmp_path: Path) -> Iterator[MountDisk]:
    """`small_disk(size_bytes, options="")`: a file system of its own, where this user may mount one."""
    with contextlib.ExitStack() as stack:
        numbers = itertools.count()

        def mount(size_bytes: int, *, options: str = "") -> Path:
            return stack.enter_context(small_disk(tmp_path / f"disk{next(numbers)}", f"size={size_bytes}{options}"))

        yield mount
