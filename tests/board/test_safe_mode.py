"""Three boots in a row failed: the next one records nothing, says so by its lamp and to a phone, and it ends."""

import time
from pathlib import Path

import pytest

from tests.board.box import Box
from tests.board.card import Card
from tests.board.conftest import BenchFactory, only_in_full
from tests.board.lamp import blinks_slowly, has_flickered
from tests.board.machine import wait_until
from tests.board.owner import CAMERA, HOME, PANEL, settings_file
from tests.board.payload import MOUNT, MOUNTED
from tests.board.phone import NO_CABLE, SET_UP_IS_OPEN, Phone, set_up_network
from tests.board.qemu import HOME_MAC
from tests.board.steps import Steps

pytestmark = [pytest.mark.board, only_in_full]

LIMIT_S = 480.0
NOT_SAVED_S = 8.0
THREE_FAILURES = """
systemctl stop moment-health moment-recorder
PYTHONPATH=/usr/lib/moment-recorder/lib python3 -B - <<END
import time
from pathlib import Path
from appliance.boot.boots import Boots
from appliance.boot.guard import Boot
failed = [Boot(name, time.time(), "normal", "unwell", "it hung") for name in ("one", "two", "three")]
Boots(Path("/data/system/boots.json")).write(failed)
END
"""
"""As if the recorder had not come up in the last three boots; what makes it so is told by tests/boot."""


@pytest.mark.timeout(1200)
def test_safe_mode(bench: BenchFactory, payload: Path, steps: Steps) -> None:
    """Safe mode."""
    here = bench(payload=payload)
    here.card.write({"moment.toml": settings_file(CAMERA, PANEL)})
    with steps.step("a first boot, and as if it and two more had failed"), here.board() as box:
        wait_until("the recorder answers", lambda: box.status() is not None, LIMIT_S, every_s=3.0)
        box.run(THREE_FAILURES)
        box.machine.power_off()
    with here.board() as box:
        _is_safe(box, steps)
        _is_told_to_a_phone(here.card, box, steps)
        with steps.step("switched off in order"):
            box.machine.power_off()
    with steps.step("off and on again: it tries to record"), here.board() as box:
        wait_until("it records again", lambda: _state(box) not in {"", "off"}, LIMIT_S, every_s=3.0)


def _is_safe(box: Box, steps: Steps) -> None:
    lamp = box.machine.wires.lamp
    with steps.step("nothing is recorded, and the box says why"):
        wait_until("somebody answers", lambda: _state(box) != "", LIMIT_S, every_s=3.0)
        status = box.status()
        assert status
        assert status.recording.state == "off"
        assert "it hung" in (status.recording.reason or "")
        assert box.run("systemctl show -P ActiveState moment-recorder.service").strip() == "inactive"
    with steps.step("its lamp blinks slowly"):
        since_s = time.monotonic()
        wait_until("it blinks slowly", lambda: blinks_slowly(lamp, since_s), LIMIT_S)
    with steps.step("a press, and the lamp flickers: not saved"):
        since_s = time.monotonic()
        box.machine.wires.hold("save", 0.5)
        time.sleep(NOT_SAVED_S)
        assert has_flickered(lamp, since_s)


def _is_told_to_a_phone(card: Card, box: Box, steps: Steps) -> None:
    with steps.step("the set-up network opens, for no other is known, and a phone is told why"):
        wait_until("NetworkManager", lambda: box.is_true("nmcli device"), LIMIT_S, every_s=3.0)
        box.run(f"{MOUNT} && {MOUNTED}/home-network '{HOME[0]}' '{HOME[1]}' {HOME_MAC}; {NO_CABLE}")
        wait_until("it is open", lambda: box.is_true(SET_UP_IS_OPEN), LIMIT_S, every_s=3.0)
        phone = Phone(box)
        phone.join(*set_up_network(card))
        page = phone.get("http://192.0.2.1/")
        assert (page.code, "it hung" in page.words) == (200, True), page


def _state(box: Box) -> str:
    status = box.status()
    return status.recording.state if status else ""
