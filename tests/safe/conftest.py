"""A box in a safe boot, and its process."""

import contextlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from appliance.boot.report import BootReport
from tests.system.conftest import as_toml, environment, wait_until

REASON = "Safe mode: nothing is recorded now, because it hung. It is tried again in ten minutes."
REPORT = BootReport("safe", troubles=["moment.toml, line 3: no.", REASON], taken=["The Wi-Fi home is known now."])

Run = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def box(tmp_path: Path) -> Path:
    """A folder with the box's own defaults, its pins mock ones, and the report of a safe boot."""
    (tmp_path / "report.json").write_bytes(msgspec.json.encode(REPORT))
    panel = {"kind": "gpio"}
    control = {"socket": str(tmp_path / "control.sock")}
    base = {"panel": panel, "control": control, "box": {"boot_report": str(tmp_path / "report.json")}}
    (tmp_path / "base.toml").write_text(as_toml(base))
    return tmp_path


@pytest.fixture
def safe(box: Path, running: contextlib.ExitStack) -> Run:
    """`safe(*arguments)`: the process, once it answers."""

    def start(*more: str, pins: str = "mock") -> "subprocess.Popen[bytes]":
        argv = [sys.executable, "-m", "appliance.safe", "--base", str(box / "base.toml"), *more]
        with (box / "log").open("wb") as log:
            process = running.enter_context(
                subprocess.Popen(argv, cwd=box, env=environment(GPIOZERO_PIN_FACTORY=pins), stderr=log)
            )
        running.callback(process.kill)
        wait_until("it answers", (box / "control.sock").exists, 60)
        return process

    return start
