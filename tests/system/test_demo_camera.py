"""`moment demo --camera KIND`: every kind is recorded by what records a real one, and leaves nothing behind."""

import os
import signal
import subprocess
from pathlib import Path
from shutil import which

import pytest

from tests.system.conftest import Film, as_toml, command_of, environment, wait_until
from tests.system.test_demo import DEMO, OpenTerminal, Terminal, terminal_in  # noqa: F401 - a fixture

SHORT: dict[str, dict[str, object]] = {
    "ring": {"segment_seconds": 1},
    "memories": {"minutes_per_step": 0.05, "seconds_per_step": 0.5},
}
LATE_S = 110.0
"""Patience with a machine that starts half a dozen processes beside other tests."""

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a demo with a short clock begins."""
    (tmp_path / "var").mkdir()
    (tmp_path / "var/moment.toml").write_text(as_toml(SHORT))
    return tmp_path


def left_of(terminal: Terminal) -> list[str]:
    """What runs of it."""
    return [command_of(pid) for pid in terminal.left()]


def check_memory(folder: Path, size: tuple[int, int]) -> None:
    """There is one, and it plays."""
    (memory,) = (folder / "var/memories").glob("*-MEMORY*.mp4")
    film = Film(memory)
    film.decode()
    assert (film.codecs(), film.size()) == (["h264"], size)


@pytest.mark.parametrize("kind", ["gopro", "gopro-legacy"])
def test_a_memory_of_a_camera_that_is_none_plays(
    folder: Path,
    terminal_in: OpenTerminal,  # noqa: F811 - the fixture
    kind: str,
) -> None:
    terminal = terminal_in(folder, "--camera", kind)
    terminal.wait_for("recording", LATE_S)
    wait_until("closed segments", lambda: len([*folder.glob("var/ring/*/*.ts")]) > 3)
    children = left_of(terminal)
    assert [child for child in children if f"appliance.demo {kind}" in child]
    assert [child for child in children if f"-m appliance.{kind.replace('-', '_')}" in child], "its real attendant"
    terminal.press("1")
    terminal.wait_for("MEMORY: kept")
    terminal.press("q")
    assert terminal.process.wait(60) == 0

    assert left_of(terminal) == []
    check_memory(folder, (848, 480))


def test_a_camera_that_misbehaves_at_a_key_is_told_and_a_killed_demo_leaves_nothing(
    folder: Path,
    terminal_in: OpenTerminal,  # noqa: F811 - the fixture
) -> None:
    """A SnapCam's Wi-Fi goes off: the box wakes it by Bluetooth again. Its stand-in has the most children."""
    terminal = terminal_in(folder, "--camera", "snapcam")
    terminal.wait_for("recording", LATE_S)
    terminal.press("f")
    terminal.wait_for("Somebody switches the camera's Wi-Fi off")
    terminal.wait_for("no-camera: ")
    back_at = len(terminal.said())
    wait_until("recorded again", lambda: "recording" in terminal.said()[back_at:], LATE_S)
    assert any("dbus-daemon" in child for child in left_of(terminal))
    assert any("-m appliance.snapcam" in child for child in left_of(terminal)), "its real attendant"
    terminal.press("1")
    terminal.wait_for("MEMORY: kept")

    terminal.process.send_signal(signal.SIGKILL)
    terminal.process.wait()

    wait_until("all of it ended", lambda: not left_of(terminal))
    check_memory(folder, (1280, 720))


def test_the_demos_own_settings_go_before_the_camera_and_that_is_told(folder: Path) -> None:
    (folder / "var/moment.toml").write_text('[camera]\nkind = "gopro"\naddress = "10.5.5.9"\n')

    done = said_by(folder, "--camera", "gopro")

    assert done.returncode == 2
    assert done.stderr.startswith('var/moment.toml wants another camera (kind "gopro", address "10.5.5.9")')
    assert "leave --camera away" in done.stderr


def test_a_missing_message_bus_is_one_sentence(folder: Path) -> None:
    programs = folder / "bin"
    programs.mkdir()
    for name in ("ffmpeg", "ffprobe", "setpriv", "nice", "ionice"):
        (programs / name).symlink_to(which(name) or "")

    done = said_by(folder, "--camera", "snapcam", path=str(programs))

    assert done.returncode == 2
    told = [line for line in done.stderr.splitlines() if "bus" in line]
    assert len(told) == 1, done.stderr
    assert told[0].endswith("dbus-daemon is not installed. Install it with: sudo apt install dbus-daemon")
    assert not (folder / "var/control.sock").exists()


def said_by(folder: Path, *words: str, path: str = os.environ["PATH"]) -> "subprocess.CompletedProcess[str]":
    """A demo that does not begin."""
    return subprocess.run(
        [*DEMO, *words],
        cwd=folder,
        env=environment(PATH=path),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=LATE_S,
    )
