"""GoPro's own SDK drives the camera that is none, as it would a real one: nothing of it is changed, not its address."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from appliance.standins.gopro.paths import SERIAL
from tests.conftest import PROJECT_ROOT
from tests.stands.own_network import in_own_network

SDK = PROJECT_ROOT / "build" / "gopro-sdk"


def driven(serial: str, folder: Path) -> dict[str, Any]:
    """What the SDK made of it."""
    if not (SDK / "lock").exists():
        pytest.skip("GoPro's SDK is not there: scripts/gopro-sdk .venv/bin/python")
    standin = [sys.executable, "-m", "appliance.standins.gopro", "--host", "172.27.189.51", "--wired", "--announce"]
    standin += ["--size", "320x180", "--folder", str(folder)]
    driver = [str(SDK / "bin" / "python"), "tests/stands/gopro_sdk.py", serial, *standin]
    command = in_own_network(driver, "172.27.189.51/24")
    done = subprocess.run(command, cwd=PROJECT_ROOT, capture_output=True, text=True, timeout=110, check=False)
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def test_all_that_it_asks_is_answered_as_it_expects(tmp_path: Path) -> None:
    (tmp_path / "GX010001.MP4").write_bytes(bytes(100_000))
    assert driven(SERIAL, tmp_path) == {
        "announced": SERIAL,
        "info": "HERO12 Black",
        "keep_alive": True,
        "clock": True,
        "control": True,
        "owner": 2,
        "resolution": True,
        "8K": False,
        "presets": ["presetGroupArray"],
        "group": True,
        "preview": [True, True],
        "preview status": True,
        "shutter": [True, True],
        "encoding": True,
        "wire off": True,
        "webcam": [2, 0],
        "webcam exit": [True, True],
        "files": ["100GOPRO/GX010001.MP4"],
        "bytes": 100_000,
        "deleted": True,
        "left": 0,
    }
