"""`moment demo` on the embedded defaults, as a newcomer meets it."""

import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system.conftest import Box, BoxFactory, Film, environment, wait_until

DEMO = [sys.executable, "-m", "appliance.command.main", "demo"]


class Terminal:
    """`moment demo` in a terminal of its own."""

    def __init__(self, folder: Path) -> None:
        self._keys, terminal = os.openpty()
        os.set_blocking(self._keys, False)
        self._said = b""
        self.process = subprocess.Popen(
            ["setsid", "--ctty", *DEMO],
            cwd=folder,
            env=environment(),
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
        )
        os.close(terminal)

    def press(self, key: str) -> None:
        os.write(self._keys, key.encode())

    def said(self) -> str:
        try:
            while chunk := os.read(self._keys, 4096):
                self._said += chunk
        except OSError:  # nothing more for now, or the other end has closed
            pass
        return self._said.decode(errors="replace")

    def wait_for(self, words: str, within_s: float) -> None:
        wait_until(words, lambda: words in self.said(), within_s)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._keys)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    opened = Terminal(tmp_path)
    yield opened
    opened.close()


def check_end_of(ring: Path) -> None:
    """The last segment was closed properly: the index knows it with the size it has."""
    segments = sorted(ring.glob("*/*.ts"))
    number, _, _, size = (segments[-1].parent / "index").read_text().splitlines()[-1].split()
    assert segments[-1].name == f"{int(number):06d}.ts"
    assert segments[-1].stat().st_size == int(size)


def test_a_key_keeps_a_memory_that_plays(terminal: Terminal, tmp_path: Path) -> None:
    terminal.wait_for("Keys:", 15)
    terminal.wait_for("recording", 15)
    wait_until("a closed segment", (tmp_path / "var/ring/00000000/000001.ts").exists, 15)
    terminal.press("1")
    terminal.wait_for("MEMORY: kept", 20)
    terminal.press("u")
    terminal.wait_for("upload asked for", 5)

    (memory,) = (tmp_path / "var/memories").glob("*-MEMORY.mp4")
    film = Film(memory)
    film.decode()
    assert film.codecs() == ["h264", "aac"]
    assert film.size() == (1280, 720)
    pictures = film.pictures()
    assert len(pictures) >= 9 * 30, "two segments of five seconds, less what one may lack"
    assert len(set(pictures)) == len(pictures), "a running clock is in the picture"

    terminal.wait_for("The pages are at http://127.0.0.1:", 15)
    address = re.findall(r"The pages are at (http://127\.0\.0\.1:\d+/)", terminal.said())[0]
    with urllib.request.urlopen(f"{address}set-up/welcome", timeout=15) as page:
        assert "Step 1 of 7" in page.read().decode()

    terminal.press("q")
    assert terminal.process.wait(15) == 0
    assert not (tmp_path / "var/control.sock").exists()
    check_end_of(tmp_path / "var/ring")


def test_without_a_terminal_it_records_until_it_is_asked_to_stop(tmp_path: Path, box: BoxFactory) -> None:
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            DEMO, cwd=tmp_path, env=environment(), stdin=subprocess.DEVNULL, stderr=log, start_new_session=True
        )
    demo: Box = box()
    demo.adopt(process)
    demo.wait_for("recording")
    assert demo.status().ring.capacity_bytes == 8_000_000_000
    assert any("ffmpeg" in child for child in demo.children())

    assert demo.end(signal.SIGTERM) == 0

    assert not demo.socket.exists()
    assert demo.children() == []
    check_end_of(demo.ring)
