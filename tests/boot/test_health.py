"""Was the boot any good? The health process beside a recorder that answers or not, and a systemd that knows more."""

import contextlib
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from appliance.boot.boots import Boots
from appliance.boot.guard import Boot, Ending
from appliance.boot.health import Health
from appliance.boot.recorder import Life, Word, ask_recorder, ask_systemd, life_of
from appliance.boot.vigil import GIVE_UP_AFTER_S, GOOD_AFTER_S, UP_AFTER_S, Vigil
from appliance.clock import SystemClock
from appliance.control.messages import StatusAnswer
from appliance.control.standin import StandInService, StandInSupervisor

ROOT = Path(__file__).parents[2]

RUNS = "ActiveState=active\nNRestarts=0\nResult=success\nExecMainStatus=0\n"
CRASHES = "ActiveState=activating\nNRestarts=3\nResult=exit-code\nExecMainStatus=1\n"
REFUSES = "ActiveState=failed\nNRestarts=5\nResult=start-limit-hit\nExecMainStatus=2\n"
HANGS = "ActiveState=activating\nNRestarts=1\nResult=watchdog\nExecMainStatus=6\n"


class Recorder(StandInService):
    """Has been running for as long as the test says."""

    def __init__(self) -> None:
        super().__init__()
        self.uptime_s = 0.0

    async def status(self) -> StatusAnswer:
        return replace(await super().status(), uptime_s=self.uptime_s)


class Machine:
    """One boot of a machine whose systemd says what the test wants it to."""

    def __init__(self, folder: Path, running: contextlib.ExitStack) -> None:
        self._running = running
        self.socket = folder / "control.sock"
        self.boots = Boots(folder / "system" / "boots.json")
        self.boots.write([Boot("before", 0, ending="good"), Boot(SystemClock().boot_id, 60)])
        self.systemctl = folder / "systemctl"
        self.systemd_says(RUNS)

    def systemd_says(self, shown: str) -> None:
        self.systemctl.write_text(f"#!/bin/sh\ncat <<'END'\n{shown}END\n")
        self.systemctl.chmod(0o755)

    def health(self, *more: str) -> "subprocess.Popen[str]":
        argv = [sys.executable, "-m", "appliance.boot.health", "--socket", str(self.socket), "--look-every", "0.05"]
        files = ["--boots", str(self.boots._path), "--systemctl", str(self.systemctl)]
        started = subprocess.Popen([*argv, *files, *more], cwd=ROOT, stderr=subprocess.PIPE, text=True)
        self._running.enter_context(started)
        self._running.callback(started.kill)
        return started

    @property
    def remembered(self) -> Boot:
        return self.boots.read()[-1]


@pytest.fixture
def boot(tmp_path: Path, running: contextlib.ExitStack) -> Machine:
    return Machine(tmp_path, running)


@pytest.fixture
def recorder(boot: Machine) -> Iterator[Recorder]:
    service = Recorder()
    with StandInSupervisor(boot.socket, service):
        yield service


def ended(process: "subprocess.Popen[str]") -> str:
    _, said = process.communicate(timeout=60)
    assert process.returncode == 0, said
    return said


def test_a_minute_makes_a_good_boot(boot: Machine, recorder: Recorder) -> None:
    recorder.uptime_s = 61
    assert "this boot: good" in ended(boot.health())
    assert [one.ending for one in boot.boots.read()] == ["good", "good"]


def test_what_is_on_trial_is_confirmed_before_the_boot_is_good(boot: Machine, recorder: Recorder) -> None:
    confirmed: list[tuple[str, Ending]] = []

    def broken(version: str) -> None:
        raise RuntimeError("the other room fails")

    recorder.uptime_s = 61
    Health(
        boots=boot.boots,
        boot_id=SystemClock().boot_id,
        confirmations=(broken, lambda version: confirmed.append((version, boot.remembered.ending))),
        socket_path=str(boot.socket),
        systemctl=str(boot.systemctl),
    ).attend(0.01)
    assert confirmed == [("0", "open")]
    assert boot.remembered.ending == "good"


def test_who_was_up_for_a_while_is_remembered_at_once(boot: Machine, recorder: Recorder) -> None:
    recorder.uptime_s = 11
    process = boot.health()
    assert process.stderr is not None
    assert process.stderr.readline() == "this boot: well\n"
    process.kill()
    process.wait()
    assert boot.remembered.ending == "well", "a pulled plug changes nothing"


@pytest.mark.parametrize(
    ("up_s", "systemd", "ending", "why"),
    [
        (3, RUNS, "clean", ""),
        (3, CRASHES, "clean", ""),  # it was started anew, and is up
        (3, REFUSES, "unwell", "its settings were refused, or something that it needs is missing: look through"),
        (30, RUNS, "well", ""),
        (30, REFUSES, "unwell", "its settings were refused"),
    ],
)
def test_switched_off_before_a_minute(
    boot: Machine, recorder: Recorder, *, up_s: float, systemd: str, ending: str, why: str
) -> None:
    recorder.uptime_s = up_s
    boot.systemd_says(systemd)
    if up_s >= UP_AFTER_S:
        boot.boots.mark(SystemClock().boot_id, "well")
    ended(boot.health("--stopped"))
    assert boot.remembered.ending == ending
    assert boot.remembered.why.startswith(why)


@pytest.mark.parametrize(("systemd", "ending"), [(RUNS, "clean"), (CRASHES, "unwell"), (REFUSES, "unwell")])
def test_switched_off_while_nobody_answers(boot: Machine, systemd: str, ending: str) -> None:
    boot.systemd_says(systemd)
    ended(boot.health("--stopped"))
    assert boot.remembered.ending == ending


def test_a_good_boot_stays_good_whatever_fails_later(boot: Machine) -> None:
    boot.boots.mark(SystemClock().boot_id, "good")
    boot.systemd_says(REFUSES)
    ended(boot.health("--stopped"))
    assert boot.remembered.ending == "good"


# The judgement


looks = st.lists(st.tuples(st.floats(0, 30), st.one_of(st.none(), st.floats(0, 200))), max_size=40)


@given(looks)
def test_good_needs_a_minute_and_well_is_said_once(seen: list[tuple[float, float | None]]) -> None:
    vigil = Vigil(0.0)
    now_s = 0.0
    said: list[Ending] = []
    for passes_s, up_s in seen:
        now_s += passes_s
        ending = vigil.look(now_s, up_s)
        assert (ending == "good") == (up_s is not None and up_s >= GOOD_AFTER_S)
        if ending == "unwell":
            assert now_s >= GIVE_UP_AFTER_S
        if ending == "well":
            assert up_s is not None
            assert up_s >= UP_AFTER_S
        if ending:
            said.append(ending)
        if ending in {"good", "unwell"}:
            break
    assert said.count("well") <= 1


def test_a_recorder_that_comes_up_late_is_still_good() -> None:
    vigil = Vigil(1000.0)
    assert vigil.look(1000.0 + GIVE_UP_AFTER_S - 1, 59) == "well"
    assert vigil.look(1000.0 + GIVE_UP_AFTER_S + 1, 61) == "good"


# Asking


@pytest.mark.parametrize(
    ("shown", "life"),
    [
        (RUNS, Life(has_failed=False, was_restarted=False, why="it ran but did not answer")),
        (CRASHES, Life(has_failed=False, was_restarted=True, why="it ended by itself again and again")),
        (HANGS, Life(has_failed=False, was_restarted=True, why="it hung")),
        ("", Life(has_failed=False, was_restarted=False, why="it ran but did not answer")),
        ("nonsense\nActiveState\n=\n", Life(has_failed=False, was_restarted=False, why="it ran but did not answer")),
    ],
)
def test_what_systemd_shows(shown: str, life: Life) -> None:
    assert life_of(shown) == life


def test_without_systemd_nothing_is_held_against_the_recorder(tmp_path: Path) -> None:
    assert ask_systemd(str(tmp_path / "absent")) == life_of("")


def test_nobody_answers(tmp_path: Path) -> None:
    assert ask_recorder(str(tmp_path / "absent"), 1) is None
    (tmp_path / "file").touch()
    assert ask_recorder(str(tmp_path / "file"), 1) is None


def test_a_recorder_of_another_version_is_understood(tmp_path: Path, say: Callable[[bytes], Path]) -> None:
    later = b'{"is":"status","version":"9.1","uptime_s":12.5,"recording":{"state":"dreaming"},"new":[1]}\n'
    assert ask_recorder(str(say(later)), 30) == Word(12.5, "9.1")
    assert ask_recorder(str(say(b'{"is":"refused","sentence":"no"}\n')), 30) is None
    assert ask_recorder(str(say(b"")), 30) is None


@pytest.fixture
def say(tmp_path: Path) -> Iterator[Callable[[bytes], Path]]:
    """A socket at which every client is told the same."""
    opened: list[tuple[socket.socket, threading.Thread]] = []

    def serve(line: bytes) -> Path:
        path = tmp_path / f"s{len(opened)}"
        listening = socket.socket(socket.AF_UNIX)
        listening.bind(str(path))
        listening.listen()

        def answer() -> None:
            client, _ = listening.accept()
            with client:
                client.recv(1000)
                client.sendall(line)

        thread = threading.Thread(target=answer)
        thread.start()
        opened.append((listening, thread))
        return path

    yield serve
    for listening, thread in opened:
        thread.join()
        listening.close()
