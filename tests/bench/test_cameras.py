"""The bench of cameras that are talked to, as it is run; how fast it was is no test's business."""

from pathlib import Path

import pytest

from tests.bench.test_bench import of, report_of
from tests.stands.campaign import IS_FULL


def test_a_gopro_is_recorded_beside_a_bare_ffmpeg(tmp_path: Path) -> None:
    recording = {one.what: one for one in of(report_of("n", tmp_path), "n").rows}

    assert all(one.measured > 0 for one in recording.values())
    assert recording["its ffmpeg"].bound == "ratio ≤ 1.10"
    assert recording["its ffmpeg"].reference
    assert 5 < recording["its attendant, RSS"].measured < 200


@pytest.mark.skipif(not IS_FULL, reason="keeps all processors busy: with MOMENT_CAMPAIGN=full")
def test_gopros_are_kept_alive_beside_busy_processes(tmp_path: Path) -> None:
    alive = {one.what: one for one in of(report_of("o", tmp_path), "o").rows}

    judged = alive["between two keep-alives, p99"]
    assert judged.bound == "≤ 3.2 s"
    assert judged.reference
    assert alive["between two keep-alives, p50"].measured > 2.3, "it is said every 2.5 s"
