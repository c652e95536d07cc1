"""The bench of cameras that are talked to, as it is run; how fast it was is no test's business."""

from pathlib import Path

import msgspec

from appliance.bench.report import Report
from tests.bench.test_bench import bench, of


def test_a_gopro_is_recorded_beside_a_bare_ffmpeg_and_kept_alive_beside_busy_processes(tmp_path: Path) -> None:
    done = bench("--quick", "--json", "--only", "n,o", "--directory", str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert not list(tmp_path.iterdir()), "it leaves nothing behind"
    report = msgspec.json.decode(done.stdout, type=Report)

    recording = {one.what: one for one in of(report, "n").rows}
    assert all(one.measured > 0 for one in recording.values())
    assert recording["its ffmpeg"].bound == "ratio ≤ 1.10"
    assert recording["its ffmpeg"].reference
    assert 5 < recording["its attendant, RSS"].measured < 200

    alive = {one.what: one for one in of(report, "o").rows}
    judged = alive["between two keep-alives, p99"]
    assert judged.bound == "≤ 3.2 s"
    assert judged.reference
    assert alive["between two keep-alives, p50"].measured > 2.3, "it is said every 2.5 s"
