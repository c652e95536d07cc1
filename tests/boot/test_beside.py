"""A recorder that loads beside the boot: it waits for the report, and does what that says."""

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.boot.beside import Loaded, wait_for_turn
from appliance.boot.report import BootReport, write_report
from appliance.notify import Notifier
from tests.system.conftest import environment

LATER_S = 0.3


@pytest.fixture
def report(tmp_path: Path) -> Path:
    """Of a boot that has not told yet."""
    (tmp_path / "run").mkdir()
    return tmp_path / "run" / "report.json"


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    """What listens to a service's words."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind(str(tmp_path / "notify"))
        line.setblocking(False)
        yield line


def leave_later(report: Path, found: BootReport) -> None:
    threading.Timer(LATER_S, write_report, (report, found)).start()


def test_it_waits_for_the_report(report: Path) -> None:
    began_s = time.monotonic()
    leave_later(report, BootReport())
    assert wait_for_turn(report, Notifier())
    assert report.exists()
    assert time.monotonic() - began_s >= LATER_S


def test_a_report_that_is_there_is_not_waited_for(report: Path) -> None:
    write_report(report, BootReport())
    began_s = time.monotonic()
    assert wait_for_turn(report, Notifier(), within_s=60)
    assert time.monotonic() - began_s < 30


@pytest.mark.parametrize("damaged", [None, b"", b"{"], ids=["none", "empty", "torn"])
def test_a_boot_that_tells_nothing_keeps_nobody_from_recording(report: Path, damaged: bytes | None) -> None:
    if damaged is not None:
        report.write_bytes(damaged)
    assert wait_for_turn(report, Notifier(), within_s=LATER_S)


def test_a_machine_without_a_place_for_reports_records_at_once(tmp_path: Path) -> None:
    assert wait_for_turn(tmp_path / "nowhere" / "report.json", Notifier(), within_s=3600)


def test_in_a_safe_boot_it_is_ready_and_goes(report: Path, manager: socket.socket) -> None:
    leave_later(report, BootReport(mode="safe"))
    assert not wait_for_turn(report, Notifier(manager.getsockname()))
    assert manager.recv(100) == b"READY=1"


@pytest.mark.parametrize(
    ("loaded", "current", "is_used"),
    [
        ("card", None, True),
        ("card", "2.0", False),
        ("data/app/versions/2.0", "2.0", True),
        ("data/app/versions/2.0", "3.0", False),
        ("data/app/versions/2.0", None, False),
        ("card", "gone", True),
        ("data/app/versions/2.0", "gone", False),
    ],
)
def test_it_knows_whether_the_command_would_choose_it_again(
    tmp_path: Path, loaded: str, current: str | None, *, is_used: bool
) -> None:
    link = tmp_path / "data" / "app" / "current"
    for version in ("2.0", "3.0"):
        (link.parent / "versions" / version / "lib" / "appliance").mkdir(parents=True)
    if current:
        link.symlink_to(f"versions/{current}")
    assert Loaded(tmp_path / loaded / "lib", link).is_used == is_used


def test_the_version_that_the_boot_has_chosen_begins_in_its_place(report: Path, tmp_path: Path) -> None:
    link = tmp_path / "app" / "current"
    (tmp_path / "app" / "2.0" / "lib" / "appliance").mkdir(parents=True)
    link.symlink_to("2.0")
    command = tmp_path / "moment"
    command.write_text('#!/bin/sh\necho $$ "$@"\n')
    command.chmod(0o755)
    write_report(report, BootReport())
    program = (
        "from pathlib import Path; from appliance.notify import Notifier; from appliance.boot.beside import *;"
        f"loaded = Loaded(current=Path({str(link)!r}), command=Path({str(command)!r}));"
        f"wait_for_turn(Path({str(report)!r}), Notifier(), loaded)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, "--after", str(report), "--base", "x"],
        env=environment(),
        stdout=subprocess.PIPE,
    ) as process:
        said, _ = process.communicate(timeout=60)
    assert said.decode().split() == [str(process.pid), "run", "--after", str(report), "--base", "x"]
