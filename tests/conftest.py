"""Real neighbours for every room's tests: an RTSP server, a GoPro recording played live over UDP, and libnm."""

import contextlib
import json
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.stands.campaign import IS_FULL
from tests.stands.gopro import StandInFactory, factory
from tests.stands.ports import free_port

# No test depends on speed. Every run tries other examples: fewer of them find as much, some days later.
settings.register_profile("unhurried", deadline=None, max_examples=200 if IS_FULL else 50)
settings.load_profile("unhurried")

PROJECT_ROOT = Path(__file__).resolve().parent.parent
SYSTEM_PYTHON = "/usr/bin/python3"
RTSP_CAMERA = PROJECT_ROOT / "tests" / "stands" / "rtsp_camera.py"


@dataclass(frozen=True)
class RunningCamera:
    """A stand that streams until its test ends."""

    url: str
    process: subprocess.Popen[str]

    def freeze(self) -> None:
        """Fall silent with every connection open."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Go on."""
        self.process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """Vanish."""
        self.process.kill()
        self.process.wait()


Ask = Callable[[dict[str, Any]], Any]
RtspCameraFactory = Callable[..., RunningCamera]
UdpSenderFactory = Callable[..., RunningCamera]


@pytest.fixture(name="free_port")
def _a_free_port() -> int:
    """A port that nobody listens on."""
    return free_port()


@pytest.fixture
def running() -> Iterator[contextlib.ExitStack]:
    """Whatever is entered here is ended with the test."""
    with contextlib.ExitStack() as stack:
        yield stack


def _start(stack: contextlib.ExitStack, argv: list[str]) -> subprocess.Popen[str]:
    process = stack.enter_context(
        subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    )
    stack.callback(process.kill)
    return process


@pytest.fixture
def rtsp_camera(running: contextlib.ExitStack) -> RtspCameraFactory:
    """`rtsp_camera(codec="h264"|"h265"|"mjpeg", audio="none"|"aac"|"pcma", path=…, user=…, password=…)`.

    The picture is 640x360 at 30 a second with a key frame each second; `url` holds no user name.
    """

    def start(
        *, codec: str = "h264", audio: str = "none", path: str = "/live", user: str = "", password: str = ""
    ) -> RunningCamera:
        port = free_port()
        argv = [SYSTEM_PYTHON, str(RTSP_CAMERA), "--port", str(port), "--codec", codec, "--audio", audio]
        process = _start(running, [*argv, "--path", path, "--user", user, "--password", password])
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n", "`scripts/system-packages test` installs GStreamer's RTSP server"
        return RunningCamera(f"rtsp://127.0.0.1:{port}{path}", process)

    return start


@pytest.fixture(scope="session")
def gopro_sample() -> Path:
    """A real HERO7 recording of 11.7 s: H.264 848x480 with a key frame every 10 pictures, AAC."""
    folder = Path(os.environ.get("MOMENT_SAMPLES", PROJECT_ROOT.parent / "shared" / "samples"))
    sample = folder / "gopro-hero7.mp4"
    if not sample.is_file():
        pytest.skip(f"the GoPro sample is not at {sample}; MOMENT_SAMPLES names another folder")
    return sample


@pytest.fixture
def udp_sender(running: contextlib.ExitStack) -> UdpSenderFactory:
    """`udp_sender(file, packet_bytes=1316, has_sound=True)`: plays `file` live, over and over, to `url`."""

    def start(
        file: Path, *, port: int | None = None, packet_bytes: int = 1316, has_sound: bool = True
    ) -> RunningCamera:
        to = port or free_port()
        sound = ["-map", "0:a"] if has_sound else []
        argv = ["ffmpeg", "-nostdin", "-v", "quiet", "-re", "-stream_loop", "-1", "-i", str(file), "-map", "0:v"]
        url = f"udp://127.0.0.1:{to}?pkt_size={packet_bytes}"
        process = _start(running, [*argv, *sound, "-c", "copy", "-f", "mpegts", url])
        return RunningCamera(f"udp://@:{to}", process)

    return start


@pytest.fixture(scope="session")
def film_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where stand-ins keep what they show, which is coded once."""
    return tmp_path_factory.mktemp("films")


@pytest.fixture
def gopro(running: contextlib.ExitStack, film_folder: Path) -> StandInFactory:
    """`gopro("HERO12", is_wired=True, …)`: an Open GoPro camera that is none."""
    return factory(running, film_folder)


@pytest.fixture(scope="session")
def network_manager() -> Iterator[Ask]:
    """What NetworkManager says about profiles: one libnm for all tests."""
    program = PROJECT_ROOT / "tests" / "stands" / "network_profiles.py"
    with subprocess.Popen(
        [SYSTEM_PYTHON, str(program)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        questions, answers = process.stdin, process.stdout
        assert questions is not None
        assert answers is not None

        def ask(question: dict[str, Any]) -> Any:
            questions.write(json.dumps(question) + "\n")
            questions.flush()
            return json.loads(answers.readline())

        yield ask
        questions.close()
