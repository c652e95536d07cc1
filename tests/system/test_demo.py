"""`moment demo` on the embedded defaults, as a newcomer meets it."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.portal.conftest import PASSWORD
from tests.portal.visitor import forms_of
from tests.system.browser import Browser
from tests.system.conftest import (
    PATIENCE_S,
    Box,
    BoxFactory,
    Film,
    environment,
    running_pids,
    session_of,
    wait_until,
)

DEMO = [sys.executable, "-m", "appliance.command.main", "demo"]


class Terminal:
    """`moment demo WORDS` in a terminal of its own."""

    def __init__(self, folder: Path, *words: str) -> None:
        self._keys, terminal = os.openpty()
        os.set_blocking(self._keys, False)
        self._said = b""
        self.process = subprocess.Popen(
            ["setsid", "--ctty", *DEMO, *words],
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

    def wait_for(self, words: str, within_s: float = PATIENCE_S) -> None:
        wait_until(words, lambda: words in self.said(), within_s)

    def left(self) -> list[int]:
        """The processes that run of it."""
        return [pid for pid in running_pids() if session_of(pid) == self.process.pid]

    def close(self) -> None:
        """Nothing of it outlives its test."""
        for pid in self.left():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        os.close(self._keys)


OpenTerminal = Callable[..., Terminal]


@pytest.fixture
def terminal_in() -> Iterator[OpenTerminal]:
    """Opens one in a folder."""
    opened: list[Terminal] = []

    def open_in(folder: Path, *words: str) -> Terminal:
        opened.append(Terminal(folder, *words))
        return opened[-1]

    yield open_in
    for one in opened:
        one.close()


@pytest.fixture
def terminal(tmp_path: Path, terminal_in: OpenTerminal) -> Terminal:
    return terminal_in(tmp_path)


def address_of(terminal: Terminal) -> str:
    """Where the pages are."""
    terminal.wait_for("The pages are at http://127.0.0.1:")
    (address,) = re.findall(r"The pages are at (http://127\.0\.0\.1:\d+/)", terminal.said())
    return str(address)


def check_end_of(ring: Path) -> None:
    """The last segment was closed properly: the index knows it with the size it has."""
    segments = sorted(ring.glob("*/*.ts"))
    number, _, _, size = (segments[-1].parent / "index").read_text().splitlines()[-1].split()
    assert segments[-1].name == f"{int(number):06d}.ts"
    assert segments[-1].stat().st_size == int(size)


def test_a_key_keeps_a_memory_that_plays(terminal: Terminal, tmp_path: Path) -> None:
    terminal.wait_for("Keys:")
    terminal.wait_for("recording")
    wait_until("a closed segment", (tmp_path / "var/ring/00000000/000001.ts").exists)
    terminal.press("1")
    terminal.wait_for("MEMORY: kept")
    terminal.press("u")
    terminal.wait_for("upload asked for")

    (memory,) = (tmp_path / "var/memories").glob("*-MEMORY.mp4")
    film = Film(memory)
    film.decode()
    assert film.codecs() == ["h264", "aac"]
    assert film.size() == (640, 360)
    pictures = film.pictures()
    assert len(pictures) >= 9 * 30, "two segments of five seconds, less what one may lack"
    assert len(set(pictures)) == len(pictures), "a running clock is in the picture"

    terminal.press("q")
    assert terminal.process.wait(60) == 0
    assert not (tmp_path / "var/control.sock").exists()
    check_end_of(tmp_path / "var/ring")


def test_the_set_up_is_walked_and_its_settings_hold(terminal: Terminal, tmp_path: Path) -> None:
    browser, file = Browser(address_of(terminal)), tmp_path / "var/moment.toml"
    terminal.wait_for("recording")
    page = browser.get("/")
    assert "Step 1 of 7" in page.html

    page = browser.send(page, "/set-up/welcome", now="1795000000.5", zone="Europe/Berlin")
    for path, title in (("/set-up/country", "Country"), ("/set-up/wifi", "Home Wi-Fi")):
        assert (page.address, page.title) == (path, title)
        assert "is not looked after by the recorder" in page.html
        page = browser.send(page, path)

    assert page.title == "Camera"
    page = browser.send(page, "/set-up/camera", camera=forms_of(page.html)[0].choices["camera"][0])
    assert page.title == "Your storage"
    page = browser.send(page, "/set-up/skip")
    assert not file.exists(), "nothing was changed yet"
    page = browser.send(page, "/set-up/behaviour", behaviour="manual")
    assert tomllib.loads(file.read_text()) == {"upload": {"behaviour": "manual", "metered": False}}
    assert "starts anew" not in terminal.said()

    assert page.title == "Name and password"
    browser.send(page, "/set-up/name", name="porch", password=PASSWORD, again=PASSWORD)
    terminal.wait_for("the recorder starts anew")
    wait_until("another life", lambda: bool(browser.ask("/").html) and terminal.said().count("Keys:") > 1)
    page = browser.get("/set-up/name")
    assert 'value="porch"' in page.html
    assert terminal.said().count("The pages are at") == 1
    page = browser.send(browser.get("/set-up/end"), "/set-up/end")
    assert (page.code, page.address) == (200, "/")

    terminal.press("q")
    assert terminal.process.wait(60) == 0
    check_end_of(tmp_path / "var/ring")


def test_a_demo_lives_by_its_own_settings_file(terminal_in: OpenTerminal, tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var/moment.toml").write_text('[upload]\nbehavior = "manual"\n')

    terminal = terminal_in(tmp_path)

    terminal.wait_for("upload.behavior is not a setting")
    assert terminal.process.wait(60) == 2


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
