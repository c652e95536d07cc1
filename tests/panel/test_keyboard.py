"""Keys as buttons, over real terminals and pipes, in a process of their own with the real pin adapter."""

import contextlib
import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pytest

from tests.stands.processes import state_of

ROOT = Path(__file__).parents[2]

DEMO = """
import asyncio, fcntl, os, signal, subprocess, sys, termios, time
from appliance.panel.gpio import GpioPanel
from appliance.panel.keyboard import Keyboard, MockButtons
from appliance.panel.panel import Panel

def say(*words):
    print(*words, flush=True)

class Listener:
    def press_began(self, at_s): say("began")
    def press_counted(self, steps): pass
    def press_limit(self, steps): pass
    def press_ended(self, steps): say("ended", steps)
    def upload_asked(self): say("upload")
    def set_up_asked(self): say("set-up")
    def panel_fault(self, sentence): say(sentence)

async def main():
    buttons = MockButtons(save_pin=17, upload_pin=27)
    hardware = GpioPanel(save_pin=17, upload_pin=27, lamp_pin=22, pin_factory=buttons.factory)
    timing = {"seconds_per_step": 0.2, "set_up_after_s": 0.5}
    panel = Panel(hardware, Listener(), holds_step=lambda anchor_s, steps: True, **timing)
    panel.start()
    quit = asyncio.Event()
    keyboard = Keyboard(buttons, on_quit=quit.set, **timing)
    say("listening" if keyboard.start() else "deaf")
    try:
        await asyncio.wait_for(quit.wait(), float(sys.argv[2]))
        say("quit")
    except TimeoutError:
        say("nobody quit")
    keyboard.stop()
    panel.stop()
    buttons.close()

def take_back(*_):
    os.tcsetpgrp(0, os.getpgrp())
    say("taken back")

how = sys.argv[1]
if "terminal" in how:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
if "nohup" in how:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
if "ground" in how:  # we are the shell
    again = [sys.executable, "-c", sys.orig_argv[2], "wait" if "foreground" in how else "again", sys.argv[2]]
    job = subprocess.Popen(again, process_group=0)
    say("job", job.pid)
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    signal.signal(signal.SIGUSR1, take_back)
    if "foreground" in how:
        os.tcsetpgrp(0, job.pid)
    job.wait()
else:
    while how == "wait" and os.tcgetpgrp(0) != os.getpgrp():
        time.sleep(0.01)
    asyncio.run(main())
"""


class Terminal:
    """The person's side of a terminal."""

    def __init__(self) -> None:
        self._person, self.fd = pty.openpty()

    @property
    def modes(self) -> list[Any]:
        return termios.tcgetattr(self.fd)

    def type(self, keys: str) -> None:
        os.write(self._person, keys.encode())

    def has_echoed(self) -> bool:
        return bool(select.select([self._person], [], [], 0)[0])

    def hang_up(self) -> None:
        for fd in (self._person, self.fd):
            with contextlib.suppress(OSError):
                os.close(fd)


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    made = Terminal()
    yield made
    made.hang_up()


@contextlib.contextmanager
def demo(how: str, stdin: int | IO[bytes], patience_s: float = 15) -> Iterator[subprocess.Popen[str]]:
    argv = [sys.executable, "-c", DEMO, how, str(patience_s)]
    with subprocess.Popen(
        argv, cwd=ROOT, stdin=stdin, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def heard(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().rstrip("\n")


def test_keys_of_a_terminal_are_buttons_and_the_terminal_is_given_back(terminal: Terminal) -> None:
    before = terminal.modes
    with demo("terminal", terminal.fd) as process:
        assert heard(process) == "listening"
        assert terminal.modes != before

        terminal.type("3")
        assert [heard(process), heard(process)] == ["began", "ended 3"]
        terminal.type("x1")
        assert [heard(process), heard(process)] == ["began", "ended 1"]
        terminal.type("u")
        assert heard(process) == "upload"
        terminal.type("U")
        assert heard(process) == "set-up"
        assert not terminal.has_echoed()
        terminal.type("q")
        assert heard(process) == "quit"

        assert process.wait(60) == 0
        assert terminal.modes == before


def test_keys_that_come_too_fast_wait_for_their_turn() -> None:
    with demo("pipe", subprocess.PIPE, 3) as process:
        assert process.stdin is not None
        assert heard(process) == "listening"
        process.stdin.write("2\n1")
        process.stdin.close()

        assert [heard(process) for _ in range(4)] == ["began", "ended 2", "began", "ended 1"]
        assert heard(process) == "nobody quit"
        assert process.wait(60) == 0


def test_quitting_in_the_middle_of_a_hold_keeps_the_press() -> None:
    with demo("pipe", subprocess.PIPE) as process:
        assert process.stdin is not None
        assert heard(process) == "listening"
        process.stdin.write("9")
        process.stdin.flush()
        assert heard(process) == "began"
        process.stdin.write("q")
        process.stdin.flush()

        assert heard(process) == "quit"
        assert heard(process).startswith("ended ")
        assert process.wait(60) == 0


@pytest.mark.parametrize("path", ["/dev/null", __file__])
def test_a_file_is_left_alone(path: str) -> None:
    with Path(path).open("rb") as file, demo("file", file, 0.3) as process:
        assert [heard(process), heard(process)] == ["deaf", "nobody quit"]
        assert process.wait(60) == 0


def test_the_terminal_of_another_session_is_left_alone(terminal: Terminal) -> None:
    before = terminal.modes
    with demo("another session", terminal.fd, 0.5) as process:
        assert heard(process) == "deaf"
        terminal.type("q")
        assert heard(process) == "nobody quit"
        assert terminal.modes == before


def test_a_background_job_is_never_stopped(terminal: Terminal) -> None:
    before = terminal.modes
    with demo("terminal background", terminal.fd, 1) as process:
        job = int(heard(process).removeprefix("job "))
        assert heard(process) == "deaf"
        os.kill(job, signal.SIGCONT)
        terminal.type("q")
        time.sleep(0.3)
        assert state_of(job) in {"R", "S"}, "stopped by the terminal"
        assert heard(process) == "nobody quit"
        assert process.wait(60) == 0
        assert terminal.modes == before


def test_a_stopped_job_that_continues_listens_again(terminal: Terminal) -> None:
    before = terminal.modes
    with demo("terminal", terminal.fd) as process:
        assert heard(process) == "listening"
        os.kill(process.pid, signal.SIGSTOP)
        termios.tcsetattr(terminal.fd, termios.TCSANOW, before)  # as a shell does for itself
        os.kill(process.pid, signal.SIGCONT)
        give_up_s = time.monotonic() + 5
        while terminal.modes == before:
            assert time.monotonic() < give_up_s
            time.sleep(0.01)

        terminal.type("1")
        assert [heard(process), heard(process)] == ["began", "ended 1"]


def test_a_terminal_that_goes_away_leaves_the_box_running(terminal: Terminal) -> None:
    with demo("terminal nohup", terminal.fd, 1) as process:
        assert heard(process) == "listening"
        terminal.hang_up()
        assert heard(process) == "nobody quit"
        assert process.wait(60) == 0


def test_a_job_that_loses_the_terminal_is_not_stopped_by_its_keys(terminal: Terminal) -> None:
    with demo("terminal foreground", terminal.fd, 1.5) as process:
        job = int(heard(process).removeprefix("job "))
        assert heard(process) == "listening"
        process.send_signal(signal.SIGUSR1)
        assert heard(process) == "taken back"
        terminal.type("q")
        time.sleep(0.3)
        assert state_of(job) in {"R", "S"}, "stopped by the terminal"
        assert heard(process) == "nobody quit"
        assert process.wait(60) == 0
