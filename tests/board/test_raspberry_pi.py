"""The very card in an emulated Raspberry Pi: its own device tree, SD card and partition table."""

import pytest

from tests.board.conftest import BenchFactory
from tests.board.machine import wait_until
from tests.board.owner import settings_file
from tests.board.steps import Steps

pytestmark = pytest.mark.board

RECORDING_LIMIT_S = 1200.0
"""It encodes its own test pattern, on emulated cores."""


@pytest.mark.timeout(2400)
def test_on_a_raspberry_pi(bench: BenchFactory, steps: Steps) -> None:
    """The card in a Raspberry Pi 3."""
    here = bench()
    here.card.write({"moment.toml": settings_file({"camera": {"kind": "test-pattern", "audio": "none"}})})
    with steps.step("power on, up to a root shell"), here.raspberry_pi() as box:
        with steps.step("it is a Pi, and its root and data are on its SD card"):
            assert "Raspberry Pi 3 Model B" in box.run("cat /proc/device-tree/model | tr -d '\\0'")
            mounted = "findmnt -no SOURCE /data | grep -q ^/dev/mmcblk"
            wait_until("/data is mounted", lambda: box.machine.shell.attempt(mounted)[0] == 0, 600, every_s=3.0)
        with steps.step("recording its test pattern, with its pins in use"):
            assert box.wait_until_recording(RECORDING_LIMIT_S).panel_trouble is None
        with steps.step("switched off in order"):
            box.machine.power_off()
