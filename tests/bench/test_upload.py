"""The figures of the upload as the bench tells them. How fast it was is no test's business; memory and wake-ups are."""

import os
import subprocess
import sys
import time

import msgspec
import pytest

from appliance.bench.catalogued import entries
from appliance.bench.processes import anonymous_mib, wake_ups
from appliance.bench.report import Measurement, Report, Row
from appliance.bench.storages import lies_in_memory, where_it_lies

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    folder = tmp_path_factory.mktemp("bench")
    command = [sys.executable, "-m", "appliance.bench", "--quick", "--json", "--only", "g,h,i,j", "--directory"]
    done = subprocess.run([*command, str(folder)], capture_output=True, text=True, check=False, timeout=280)
    assert done.returncode == 0, done.stderr
    assert not list(folder.iterdir()), "it leaves nothing behind"
    return msgspec.json.decode(done.stdout, type=Report)


def of(report: Report, letter: str) -> Measurement:
    return next(one for one in report.measurements if one.letter == letter)


def judged(report: Report, letter: str) -> list[Row]:
    return [one for one in of(report, letter).rows if one.is_met is not None]


def test_every_figure_says_how_it_came_about(report: Report) -> None:
    assert [one.letter for one in report.measurements] == ["g", "h", "i", "j"]
    assert all(one.rows and one.remarks and one.took_s > 0 for one in report.measurements)


def test_a_transfer_is_told_beside_a_bare_one(report: Report) -> None:
    rows = judged(report, "g")
    assert [one.reference_is for one in rows] == ["bare, defaults", "bare, defaults, at our priority"]
    for one in rows:
        assert one.reference
        assert one.ratio == pytest.approx(one.measured / one.reference)
        assert one.bound == "ratio ≤ 1.05"


def test_a_delivery_tells_how_often_rclone_was_started(report: Report) -> None:
    (whole, rest, starts) = of(report, "g").rows[-3:]
    assert whole.what == "webdav: whole delivery, proven by size"
    assert whole.measured > rest.measured > 0
    assert starts.what == "webdav: starts of rclone for that, 5 of them", "look, look, look, move, look"


def test_the_transfer_child_stays_small(report: Report) -> None:
    rows = judged(report, "h")
    assert [one.what.partition(":")[0] for one in rows] == ["webdav", "s3", "sftp"]
    for one in rows:
        assert one.is_met, one
        assert one.reference
        assert one.measured > 1, "it was seen while it was sending"


def test_every_step_of_the_queue_is_judged_in_memory_and_on_disk(report: Report) -> None:
    names = [one.what for one in judged(report, "i")]
    steps = ["a new memory enters", "one is asked for", "one has begun", "one has failed", "one is proven"]
    assert names[:10] == [f"{step}: {where}, p99" for step in steps for where in ("in memory", "on disk")]
    assert len(names) == 14, "and what is only asked"
    assert all(one.bound == "≤ 10 ms" and one.measured > 0 for one in judged(report, "i"))


def test_an_idle_upload_wakes_nobody_up(report: Report) -> None:
    rows = judged(report, "j")
    assert [one.what for one in rows] == ["caused by the upload"] * 2
    assert all(one.is_met for one in rows), rows


def test_memory_without_a_file_is_counted() -> None:
    before_mib = anonymous_mib(os.getpid())
    held = bytearray(b"x" * (64 << 20))
    assert anonymous_mib(os.getpid()) - before_mib > 50
    assert held


def test_who_has_ended_holds_no_memory() -> None:
    with subprocess.Popen(["true"]) as process:
        process.wait()
    assert anonymous_mib(process.pid) == 0


def test_who_slept_has_woken_up() -> None:
    before = wake_ups(os.getpid())
    for _ in range(5):
        time.sleep(0.001)
    assert wake_ups(os.getpid()) - before >= 5


def test_memories_of_the_catalogue_are_always_the_same() -> None:
    assert entries(5, after=3) == entries(8)[3:]
    assert len({one.name for one in entries(500)}) == 500


def test_a_storage_that_does_not_fit_into_memory_lies_on_the_disk() -> None:
    assert not lies_in_memory(1 << 60)
    assert "same disk" in where_it_lies(1 << 60)
