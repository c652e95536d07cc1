"""What the boot found reaches the owner: the log, the lamp and the status."""

import time
from pathlib import Path

import msgspec
import pytest

from appliance.boot.beside import SAFE
from appliance.boot.report import BootReport, write_report
from appliance.control.messages import BoxStatus
from tests.system.conftest import BoxFactory

TROUBLE = "moment.toml, line 3: ring.capasity is not a setting."
TAKEN = "The Wi-Fi home is known from now on."


@pytest.mark.parametrize(("troubles", "lamp"), [([TROUBLE], "fault"), ([], "recording")])
def test_the_report_is_told_once_and_stands(box: BoxFactory, tmp_path: Path, troubles: list[str], lamp: str) -> None:
    (tmp_path / "report.json").write_bytes(msgspec.json.encode(BootReport(troubles=troubles, taken=[TAKEN])))
    recorder = box(box={"boot_report": str(tmp_path / "report.json")}).start()
    status = recorder.status()
    assert status.box == BoxStatus("normal", troubles, [TAKEN])
    assert status.lamp == lamp
    assert [recorder.log.count(sentence) for sentence in (TAKEN, TROUBLE)] == [1, len(troubles)]
    if troubles:
        recorder.save(wait=True)
        assert recorder.status().lamp in {"fault", "memory-ready", "got-it"}, "a memory that is fine puts nothing right"


def test_a_machine_that_is_no_box_tells_of_none(box: BoxFactory) -> None:
    assert box().start().status().box is None


def test_nothing_of_the_owner_s_is_read_before_the_boot_has_told(box: BoxFactory, tmp_path: Path) -> None:
    report = tmp_path / "boot" / "report.json"
    report.parent.mkdir()
    recorder = box(box={"boot_report": str(report)})
    config = tmp_path / "moment.toml"
    settings = config.read_text()
    config.write_text("the boot has not taken it over yet")
    recorder.start(state=None, after=report)
    time.sleep(1.0)  # it would have ended by now
    assert recorder.process.poll() is None

    config.write_text(settings)
    write_report(report, BootReport(taken=[TAKEN]))
    recorder.wait_for("recording")
    assert recorder.status().box == BoxStatus("normal", [], [TAKEN])


def test_in_a_safe_boot_the_recorder_leaves_its_place(box: BoxFactory, tmp_path: Path) -> None:
    report = tmp_path / "boot" / "report.json"
    report.parent.mkdir()
    recorder = box(box={"boot_report": str(report)}).start(state=None, after=report)
    write_report(report, BootReport(mode="safe"))
    assert recorder.process.wait(60) == SAFE
    assert not recorder.ring.exists()
