"""The program between power-on and the recorder: every step is taken, and it always ends with a report."""

import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from appliance.boot.__main__ import take
from appliance.boot.machine import BoxMachine
from appliance.boot.outcome import Outcome, Step, together
from appliance.boot.report import BootReport, read_report, write_report
from tests.conftest import PROJECT_ROOT
from tests.stands.boot_card import BootCard


def test_what_scripts_noted_earlier_is_told(card: BootCard) -> None:
    card.places.notes.mkdir(parents=True)
    (card.places.notes / "20-data.txt").write_text("The card is full.\n")
    (card.places.notes / "10-clock.txt").write_bytes(b"The clock\nis \xff wrong.\n")
    (card.places.notes / "30-empty.txt").write_text("\n")
    (card.places.notes / "readme").write_text("nothing")

    assert card.boot().troubles == ["The clock is \N{REPLACEMENT CHARACTER} wrong.", "The card is full."]


def test_the_report_is_left_for_the_recorders_user(card: BootCard) -> None:
    card.leave("[camra]\n")

    report = card.boot()

    assert read_report(str(card.places.report)) == report
    assert card.places.report.stat().st_mode & 0o777 == 0o644


def test_a_report_replaces_the_last_one(tmp_path: Path) -> None:
    path = tmp_path / "run" / "report.json"
    for report in (BootReport(mode="safe", troubles=["a"]), BootReport(taken=["b"])):
        write_report(path, report)
        assert read_report(str(path)) == report


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ValueError("secret12"), "The start could not do it (ValueError): switch the box off and on."),
        (OSError(28, "No space left on device"), "The start could not do it (No space left on device): switch"),
        (OSError("secret12"), "The start could not do it (OSError): switch the box off and on."),
    ],
)
def test_a_step_that_breaks_is_told_without_what_it_said(
    error: Exception, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(error: Exception) -> Outcome:
        raise error

    outcome = take(Step("do it", partial(broken, error)), otherwise=Outcome(taken=["a"]))

    assert (outcome.taken, outcome.mode) == (["a"], "normal")
    assert outcome.troubles[0].startswith(said)
    assert "secret12" not in caplog.text
    assert "in broken" in caplog.text


def test_outcomes_add_up() -> None:
    first, second = Outcome(["a"], ["b"], needs_restart=True), Outcome(["c"], ["d"], mode="safe")

    assert together(first, second) == Outcome(["a", "c"], ["b", "d"], mode="safe", needs_restart=True)
    assert together() == Outcome()


def test_a_country_that_is_none_is_not_set(card: BootCard) -> None:
    card.places.system.mkdir(parents=True)
    (card.places.system / "country").write_text("--help\n")

    card.boot()

    assert card.machine.countries == []


def test_the_program_on_a_machine_whose_data_part_is_not_mounted(tmp_path: Path) -> None:
    card = BootCard(tmp_path)
    card.leave("[wifi]\nssid = 'Home'\n")
    command = [sys.executable, "-m", "appliance.boot", "--root", str(tmp_path)]

    done = subprocess.run(command, cwd=PROJECT_ROOT, capture_output=True, text=True, check=False, timeout=60)

    assert (done.returncode, done.stderr.count("\n")) == (0, 1)
    assert "the card's data part cannot be mounted" in done.stderr
    assert read_report(str(card.places.report)) == BootReport("safe", [done.stderr.strip()])
    assert (card.places.report.parent / "safe").exists()
    assert not card.settings_file.exists()


def test_the_real_machine_tells_what_it_cannot(tmp_path: Path) -> None:
    machine = BoxMachine()

    assert not machine.is_mounted(tmp_path)
    with pytest.raises(OSError, match="mount") as caught:
        machine.remount(tmp_path, is_writable=True)
    assert caught.value.strerror
