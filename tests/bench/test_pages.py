"""The figures of the pages as the bench tells them. How fast it was is no test's business; weight and gaps are."""

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from appliance.bench.kept import lay_memories
from appliance.bench.long_ring import lay_laps
from appliance.bench.materials import SEGMENT_S, CutFootage
from appliance.bench.players import segments, sources
from appliance.bench.processes import ended_children_s
from appliance.bench.report import Measurement, Report
from appliance.bench.stage import Stage
from appliance.bench.steadiness import Steadiness, gaps_in, lengths_s
from appliance.bench.visitor import after, links, parts, pictures
from appliance.clock import SystemClock
from appliance.control.messages import RingAnswer, RingGap, RingSegment
from appliance.memories.archive import Archive
from appliance.recording.folder import RingFolder
from appliance.recording.rebuild import rebuild
from appliance.recording.store import describe_now
from tests.stands.campaign import IS_FULL

LETTERS = "k,l,m" if IS_FULL else "k,m"
"""(l) plays in real time beside a recorder, which wants a machine of its own."""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    folder = tmp_path_factory.mktemp("bench")
    command = [sys.executable, "-m", "appliance.bench", "--quick", "--json", "--only", LETTERS, "--directory"]
    done = subprocess.run([*command, str(folder)], capture_output=True, text=True, check=False, timeout=280)
    assert done.returncode == 0, done.stderr
    assert not list(folder.iterdir()), "it leaves nothing behind"
    return msgspec.json.decode(done.stdout, type=Report)


def of(report: Report, letter: str) -> Measurement:
    return next(one for one in report.measurements if one.letter == letter)


pytestmark = pytest.mark.timeout(300)


def test_every_figure_says_how_it_came_about(report: Report) -> None:
    assert [one.letter for one in report.measurements] == LETTERS.split(",")
    assert all(one.rows and one.remarks and one.took_s > 0 for one in report.measurements)
    told = of(report, "k").rows + of(report, "m").rows
    assert all(one.measured > 0 for one in told)


def test_pages_are_light_after_all_of_them(report: Report) -> None:
    judged = [one for one in of(report, "k").rows if one.is_met is not None]
    assert [one.bound for one in judged] == [*["≤ 60 kB", "≤ 3 requests"] * 2, "≤ 45 MiB"]
    assert all(one.is_met for one in judged), judged


@pytest.mark.skipif(not IS_FULL, reason="plays in real time: with MOMENT_CAMPAIGN=full")
def test_each_way_to_look_back_is_judged_and_the_recorder_beside_it(report: Report) -> None:
    rows = of(report, "l").rows
    assert sum(one.bound == "≤ 1 s" for one in rows) == 3
    lost = [one for one in rows if one.what.startswith(("late segments", "gaps"))]
    assert [one.bound for one in lost] == ["≤ 0 segments", "≤ 0 gaps"]
    assert all(one.reference is not None for one in lost)


def test_a_page_of_the_gallery_is_told_beside_that_of_a_small_one(report: Report) -> None:
    rows = [one for one in of(report, "m").rows if one.bound == "≤ 150 ms"]
    assert [one.what.partition(" ")[0] for one in rows] == ["first", "middle", "last", "its"]
    assert all(one.ratio for one in rows[:3])


def test_what_a_browser_fetches_for_a_page() -> None:
    page = (
        '<link rel="stylesheet" href="/static/a.css?v=1"><link rel="icon" href="data:,">'
        '<img class="picture" src="/a.jpg?b=1&amp;c=2" alt=""><a class="row" href="/there">x</a>'
        '<a href="/there">y</a><a href="https://elsewhere/">z</a><a href="/memories?before=1.5+x" rel="next">Older</a>'
        '<script src="/static/a.js?v=2" defer></script>'
    )
    assert parts(page) == ["/static/a.css?v=1", "/static/a.js?v=2"]
    assert pictures(page) == ["/a.jpg?b=1&c=2"]
    assert links(page) == ["/there", "/memories?before=1.5+x"]
    assert (after(page), after("<a href='/'>")) == ("/memories?before=1.5+x", "")


def test_what_a_player_asks_for() -> None:
    page = '<source src="/l.m3u8?since=1&amp;until=2" type="x"><source src="/f.mp4" type="y">'
    assert sources(page) == ("/l.m3u8?since=1&until=2", "/f.mp4")
    assert segments("#EXTM3U\n#EXTINF:5.000,\n/a.ts\n#EXTINF:5.000,\n/b.ts\n#EXT-X-ENDLIST\n") == ["/a.ts", "/b.ts"]


def test_a_long_ring_is_whole(tmp_path: Path) -> None:
    files = [tmp_path / f"{number}.ts" for number in range(4)]
    for file in files:
        file.write_bytes(b"x" * 188)
    (tmp_path / "ring").mkdir()
    clock = SystemClock()

    lay_laps(CutFootage(tmp_path, files, 600), tmp_path / "ring", 10, clock)

    found = rebuild(RingFolder(tmp_path / "ring"), describe_now(clock, 0, "", ""), SEGMENT_S)
    assert [(s.epoch, s.number) for s in found.segments] == [(n // 3, n % 3) for n in range(10)]
    assert [round(s.duration_s, 3) for s in found.segments] == [SEGMENT_S] * 10
    assert found.segments[-1].end_s - found.segments[0].start_s == pytest.approx(10 * SEGMENT_S, abs=0.01)
    assert found.left_out == []


async def test_laid_memories_are_what_the_folder_holds(tmp_path: Path) -> None:
    stage = Stage(tmp_path, is_quick=True, say=lambda _: None)
    await lay_memories(stage, tmp_path / "memories", 3)
    archive = Archive(tmp_path / "memories")
    assert len(archive.open()) == 3
    assert archive.reconcile(lambda _: None) == []
    assert all(archive.thumbnail(entry.name).exists() for entry in archive.entries())
    archive.close()


def test_what_ended_children_spent_is_known() -> None:
    before_s = ended_children_s(os.getpid())
    subprocess.run([sys.executable, "-c", "sum(range(10_000_000))"], check=True)
    assert ended_children_s(os.getpid()) - before_s >= 0.05


def segment(number: int, duration_s: float, *, is_open: bool = False) -> RingSegment:
    return RingSegment(1, number, 1000.0 + 5 * number, duration_s, "", 1, is_open)


@pytest.mark.parametrize(("open_s", "late"), [(3.0, 1), (9.0, 2)], ids=["on its way", "stuck"])
def test_late_is_what_took_too_long_closed_or_not(open_s: float, late: int) -> None:
    told = [segment(0, 5.0), segment(1, 5.4), segment(2, 5.6), segment(3, open_s, is_open=True)]
    assert Steadiness(lengths_s(told), 0, 0.0).late == late


def test_a_gap_counts_if_it_is_of_this_while() -> None:
    gaps = [RingGap(900.0, 50.0, "before"), RingGap(990.0, 20.0, "still then"), RingGap(1010.0, None, "in it")]
    assert gaps_in(RingAnswer("", [], gaps, 0.0, 1020.0, "trusted"), 1000.0) == 2
