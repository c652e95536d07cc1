"""The command as a process of its own: exit codes, pipes, a terminal, signals."""

import json
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.control.messages import MemoryUpload, RecordingChanged, Save, Upload, UploadChanged, UploadProgress
from appliance.control.standin import StandInService, StandInSupervisor
from tests.stands.typed import MOMENT, Terminal, moment, surroundings


@pytest.fixture
def service() -> StandInService:
    return StandInService()


@pytest.fixture
def supervisor(tmp_path: Path, service: StandInService) -> Iterator[StandInSupervisor]:
    with StandInSupervisor(tmp_path / "control.sock", service) as supervisor:
        yield supervisor


def test_done_is_0_and_the_press_is_as_old_as_the_process(
    tmp_path: Path, supervisor: StandInSupervisor, service: StandInService
) -> None:
    before_s = time.monotonic()
    done = moment(tmp_path, "save", "--json")

    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["id"] == "m1"
    (request,) = service.asked
    assert isinstance(request, Save)
    assert request.pressed_at_s is not None
    assert before_s < request.pressed_at_s < time.monotonic()


def test_refused_is_1(tmp_path: Path, supervisor: StandInSupervisor) -> None:
    refused = moment(tmp_path, "memory", "delete", "x.mp4")

    assert (refused.returncode, refused.stdout, refused.stderr) == (1, "", "There is no memory x.mp4.\n")


def test_wrong_use_is_2(tmp_path: Path) -> None:
    assert moment(tmp_path, "dance").returncode == 2


def test_no_supervisor_is_3(tmp_path: Path) -> None:
    alone = moment(tmp_path, "status")

    assert (alone.returncode, alone.stdout) == (3, "")
    assert "Traceback" not in alone.stderr


def test_a_terminal_without_unicode_is_no_trouble(tmp_path: Path, supervisor: StandInSupervisor) -> None:
    (tmp_path / "é.toml").touch()

    checked = moment(tmp_path, "config", "check", "é.toml", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    moment(tmp_path, "save")
    listed = moment(tmp_path, "memories", PYTHONIOENCODING="ascii", PYTHONUTF8="0")

    assert (checked.returncode, checked.stdout) == (0, "?.toml is fine.\n")
    assert listed.returncode == 0
    assert listed.stdout.isascii()


@pytest.mark.parametrize("words", ["status --watch", "status --watch --json", "--help"])
def test_a_reader_that_has_seen_enough_is_no_trouble(tmp_path: Path, supervisor: StandInSupervisor, words: str) -> None:
    process = subprocess.Popen(
        [*MOMENT, *words.split()], cwd=tmp_path, env=surroundings(tmp_path), stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stderr is not None
    if "--watch" in words:
        assert process.stdout.readline()
    process.stdout.close()
    supervisor.publish(RecordingChanged("recording"))

    assert process.wait(30) == 0
    assert process.stderr.read() == b""
    process.stderr.close()


def test_watching_on_a_terminal_redraws_on_events_until_ctrl_c(tmp_path: Path, supervisor: StandInSupervisor) -> None:
    terminal = Terminal(tmp_path, "status", "--watch")
    terminal.read_until("recording, stand-in")
    supervisor.publish(RecordingChanged("stalled", "no fresh segment"))
    terminal.read_until("recording: stalled (no fresh segment)")

    assert terminal.end(signal.SIGINT) == 0
    assert "\x1b[" in terminal.shown
    assert "Traceback" not in terminal.shown


def test_watching_tells_each_upload_once_however_often_it_moves(tmp_path: Path, supervisor: StandInSupervisor) -> None:
    terminal = Terminal(tmp_path, "status", "--watch")
    terminal.read_until("recording, stand-in")
    for sent in range(3):
        supervisor.publish(UploadChanged("x.mp4", "uploading", None, UploadProgress(sent, 4, 2.0, 1.5)))
    supervisor.publish(UploadChanged("x.mp4", "parked", "The storage is full."))
    terminal.read_until("x.mp4: parked (The storage is full.)")

    assert terminal.end(signal.SIGINT) == 0
    assert "x.mp4: uploading" not in terminal.shown


def test_watching_ends_with_3_when_the_supervisor_ends(tmp_path: Path, service: StandInService) -> None:
    with StandInSupervisor(tmp_path / "control.sock", service):
        terminal = Terminal(tmp_path, "status", "--watch")
        terminal.read_until("Lamp")

    terminal.read_until("hung up")
    assert terminal.end() == 3


def test_a_waiting_save_shows_its_progress_on_a_terminal(tmp_path: Path, supervisor: StandInSupervisor) -> None:
    terminal = Terminal(tmp_path, "save", "--wait")
    terminal.read_until("It holds 2 min 30 s of 3 min.")

    assert terminal.end() == 0
    assert "making the file" in terminal.shown


def test_a_waiting_upload_shows_its_progress_on_a_terminal(
    tmp_path: Path, supervisor: StandInSupervisor, service: StandInService
) -> None:
    moment(tmp_path, "save")
    (memory,) = service.kept
    service.upload.is_frozen = True
    uploading = MemoryUpload("uploading", "It is on its way.", None, None, None, UploadProgress(1, 4, 2.0, 1.5))

    terminal = Terminal(tmp_path, "upload", "--wait")
    terminal.read_until("waiting for its turn")
    supervisor.call(service.upload.move, memory.name, uploading)
    terminal.read_until("25%, 1 B of 4 B, 2 B/s, 1.5 s left")
    supervisor.call(service.upload.move, memory.name, MemoryUpload("proven", None, "size", "garage:x.mp4"))
    terminal.read_until(f"{memory.name}: proven by its size, garage:x.mp4")

    assert terminal.end() == 0
    assert f"{memory.name} (0 of 1 done)" in terminal.shown
    assert Upload([]) in service.asked


def test_waiting_for_an_upload_may_be_stopped(
    tmp_path: Path, supervisor: StandInSupervisor, service: StandInService
) -> None:
    moment(tmp_path, "save")
    service.upload.is_frozen = True

    terminal = Terminal(tmp_path, "upload", "--wait")
    terminal.read_until("waiting for its turn")

    assert terminal.end(signal.SIGINT) == 130
    assert service.upload.of(service.kept[0].name).state == "waiting"


STAND_IN = """import os, sys
print(os.environ["MARK"], __name__, "rich" in sys.modules, sys.argv[1:])
raise SystemExit(7)
"""


@pytest.mark.parametrize(
    ("words", "module", "handed_on"),
    [
        ("run --config a.toml", "supervise.py", ["--config", "a.toml"]),
        ("demo", "supervise.py", ["--demo"]),
        ("bench --json -h", "bench.py", ["--json", "-h"]),
    ],
)
def test_the_process_is_replaced(tmp_path: Path, words: str, module: str, handed_on: list[str]) -> None:
    package = tmp_path / "appliance"  # python -m looks into the working directory first
    package.mkdir()
    (package / "__init__.py").touch()
    (package / module).write_text(STAND_IN)

    replaced = moment(tmp_path, *words.split(), MARK="here")

    assert (replaced.returncode, replaced.stderr) == (7, "")
    assert replaced.stdout == f"here __main__ False {handed_on}\n"
