"""The bench as it is run: one JSON document, with the joins exact. How fast it was is no test's business."""

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from appliance.bench.accuracy import look
from appliance.bench.machine import file_system
from appliance.bench.report import Measurement, Report, median, percentile, row
from appliance.bench.tables import markdown, number


def bench(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "appliance.bench", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=110)


def report_of(letters: str, folder: Path) -> Report:
    done = bench("--quick", "--json", "--only", letters, "--directory", str(folder))
    assert done.returncode == 0, done.stderr
    assert not list(folder.iterdir()), "it leaves nothing behind"
    return msgspec.json.decode(done.stdout, type=Report)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    return report_of("a,f", tmp_path_factory.mktemp("bench"))


def of(report: Report, letter: str) -> Measurement:
    return next(one for one in report.measurements if one.letter == letter)


def test_one_document_tells_what_was_measured_where(report: Report) -> None:
    assert report.is_quick
    assert [one.letter for one in report.measurements] == ["a", "f"]
    assert all(one.rows and one.remarks and one.took_s > 0 for one in report.measurements)
    assert report.machine.cores >= 1
    assert report.machine.ffmpeg[0].isalnum()


def test_presses_are_told_beside_a_bare_function(report: Report) -> None:
    rows = of(report, "a").rows
    judged = [one for one in rows if one.what.endswith("p99") and one.is_met is not None]
    assert len(judged) == 4, "1 and 10 steps, in a small and in a large ring"
    for one in judged:
        assert one.reference is not None
        assert one.ratio == pytest.approx(one.measured / one.reference)
        assert one.bound == "≤ 10 ms and ratio ≤ 2.00"
    assert sum("in the ring" in one.what for one in rows) == 2
    assert all(one.measured > 0 for one in rows)


def test_joins_lose_and_double_nothing(report: Report) -> None:
    rows = {one.what: one for one in of(report, "f").rows if one.is_met is not None}
    assert len(rows) == 5
    assert all(one.is_met for one in rows.values()), rows


def test_markdown_holds_every_row(report: Report) -> None:
    page = markdown(report)
    assert "Do not quote it" in page
    assert all(f"| {one.what} |" in page for measured in report.measurements for one in measured.rows)


@pytest.mark.parametrize("arguments", [["--only", "a,x"], ["--json", "--markdown"], ["--frequently"]])
def test_wrong_use_ends_with_2(arguments: list[str]) -> None:
    done = bench(*arguments)
    assert done.returncode == 2
    assert "usage: moment bench" in done.stderr


def test_steady_time_stamps_are_found_steady() -> None:
    found = look([3000 * number for number in (0, 2, 1, 3)], 1 / 90_000, 1 / 30)
    assert (found.irregular, found.missing, found.doubled) == (0, 0, 0)
    assert found.span_s == pytest.approx(4 / 30)


@pytest.mark.parametrize(
    ("times", "irregular", "missing", "doubled"),
    [
        ([0, 3000, 9000, 12_000], 1, 1, 0),
        ([0, 3000, 3000, 6000], 1, 0, 1),
        ([0, 3000, 6012, 9012], 1, 0, 0),
        ([0, 3000, 3000, 9000], 2, 1, 1),
    ],
    ids=["a frame is missing", "a frame is there twice", "a step is uneven", "one for the other"],
)
def test_uneven_time_stamps_are_found(times: list[int], irregular: int, missing: int, doubled: int) -> None:
    found = look(times, 1 / 90_000, 1 / 30)
    assert (found.irregular, found.missing, found.doubled) == (irregular, missing, doubled)


def test_percentiles_are_measured_values() -> None:
    values = [float(value) for value in range(100, 0, -1)]
    assert median(values) == 50
    assert percentile(values, 99) == 99
    assert percentile([7.0], 99) == 7
    assert percentile([1.0, 2.0, 9.0], 99) == 9


def test_every_bound_must_be_kept() -> None:
    assert row("x", 5, "ms").is_met is None
    assert row("x", 5, "ms", at_most=5).is_met
    assert not row("x", 5, "ms", at_most=4, reference=4, ratio_at_most=2).is_met
    assert not row("x", 5, "ms", at_most=6, reference=2, ratio_at_most=2).is_met
    assert not row("x", 5, "ms", ratio_at_most=2).is_met, "a bound that cannot be judged is not kept"


def test_the_file_system_is_that_of_the_nearest_mount() -> None:
    mounts = "/dev/root / ext4 rw 0 0\ntmpfs /run tmpfs rw 0 0\n/dev/sda1 /run/media/disk vfat rw 0 0\n"
    assert file_system(Path("/run/media/disk/bench"), mounts) == "vfat on /dev/sda1"
    assert file_system(Path("/running"), mounts) == "ext4 on /dev/root"


def test_numbers_have_three_digits_that_matter() -> None:
    assert [number(value) for value in (0.0321, 1.234, 12.34, 1234.5, 0.0, 3.0)] == [
        "0.032",
        "1.23",
        "12.3",
        "1,234",
        "0",
        "3",
    ]
