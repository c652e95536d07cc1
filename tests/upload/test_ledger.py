"""What survives: on a real disk, in the catalogue's own file."""

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.memories.catalogue import FILE, Catalogue
from appliance.upload.entering import job_of
from appliance.upload.ledger import Ledger
from appliance.upload.model import Cause, Job, Trouble
from appliance.upload.queue import Changes
from tests.stands.upload_entries import entry

PROJECT_ROOT = Path(__file__).parents[2]
REMOTE = "garage:moments"
GATE = Trouble(Cause("world", "The network is away.", "dial tcp"), 2, 60.0, 160.0, "boot")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    Catalogue(tmp_path).close()
    ledger = Ledger(tmp_path)
    ledger.open()
    yield ledger
    ledger.close()


def again(tmp_path: Path) -> Ledger:
    """The ledger of another life of the process."""
    ledger = Ledger(tmp_path)
    ledger.open()
    return ledger


def jobs(*claims: str) -> list[Job]:
    return [job_of(entry(claim)) for claim in claims]


def test_the_next_life_reads_what_was_written(ledger: Ledger, tmp_path: Path) -> None:
    one, other = jobs("a", "b")
    ledger.write(Changes([one, other], [], GATE), REMOTE)
    ledger.write(Changes([], [other.key], GATE), REMOTE)

    later = again(tmp_path)
    kept = later.read(REMOTE)
    assert (kept.jobs, kept.gate, kept.told) == ([one], GATE, [])
    assert later.read("attic:moments").gate is None, "a gate is one storage's"
    later.close()


def test_an_open_gate_is_written_too(ledger: Ledger) -> None:
    ledger.write(Changes([], [], GATE), REMOTE)
    ledger.write(Changes([], [], None), REMOTE)

    assert ledger.read(REMOTE).gate is None


def test_bytes_are_counted_by_month(ledger: Ledger, tmp_path: Path) -> None:
    assert ledger.spend("2026-11", 5) == 5
    assert ledger.spend("2026-11", 7) == 12
    assert ledger.spent_bytes("2026-12") == 0
    later = again(tmp_path)
    assert later.spent_bytes("2026-11") == 12
    later.close()


def test_what_cannot_be_read_is_left_out_and_told(ledger: Ledger, tmp_path: Path) -> None:
    (one,) = jobs("a")
    ledger.write(Changes([one], [], GATE), REMOTE)
    database = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    database.execute('insert into uploads values (\'b#1\', 0, 0, \'{"key":"b#1","size_bytes":"many"}\')')
    database.execute("insert into uploads values ('c#1', 0, 0, 'no JSON')")
    database.execute("update upload_meta set value = '{}'")
    database.close()

    kept = ledger.read(REMOTE)

    assert kept.jobs == [one]
    assert kept.gate is None
    assert [sentence.split(" cannot")[0] for sentence in kept.told] == [
        "What was noted of the upload b#1",
        "What was noted of the upload c#1",
    ]


def test_a_table_of_another_shape_is_begun_anew(tmp_path: Path) -> None:
    database = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    database.execute("create table uploads (name text primary key)")
    database.close()

    ledger = again(tmp_path)
    assert ledger.read(REMOTE).told == ["The notes on uploads are of another version: they are made anew."]
    ledger.write(Changes(jobs("a"), [], None), REMOTE)
    assert ledger.read(REMOTE).jobs == jobs("a")
    ledger.close()


def test_a_call_that_changed_nothing_writes_nothing(ledger: Ledger, tmp_path: Path) -> None:
    ledger.write(Changes([], [], GATE), REMOTE)
    log = tmp_path / f"{FILE}-wal"
    before = log.stat().st_size
    ledger.write(Changes([], [], GATE), REMOTE)
    assert log.stat().st_size == before
    ledger.write(Changes([], [], None), REMOTE)
    assert log.stat().st_size > before


WRITER = """
import itertools, sys
from pathlib import Path
from appliance.upload.entering import job_of
from appliance.upload.ledger import Ledger
from appliance.upload.queue import Changes
from tests.stands.upload_entries import entry
ledger = Ledger(Path(sys.argv[1]))
ledger.open()
for number in itertools.count():
    pair = [job_of(entry(f"{number}", part=part)) for part in (1, 2)]
    ledger.write(Changes(pair, [], None), "garage:moments")
    print(number, flush=True)
"""


def test_what_was_written_survives_the_end_of_the_process_at_any_instant(tmp_path: Path) -> None:
    Catalogue(tmp_path).close()
    argv = [sys.executable, "-c", WRITER, str(tmp_path)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, cwd=PROJECT_ROOT) as writer:
        assert writer.stdout
        for number in range(10):
            assert writer.stdout.readline() == f"{number}\n"
        writer.kill()
        acknowledged = 10 + len(writer.stdout.readlines())

    ledger = again(tmp_path)
    keys = {job.key for job in ledger.read(REMOTE).jobs}
    ledger.close()
    assert keys >= {f"{number}#{part}" for number in range(acknowledged) for part in (1, 2)}
    assert len(keys) in {2 * acknowledged, 2 * acknowledged + 2}, "both files of a memory, or none"


def test_the_catalogue_may_write_at_the_same_time(ledger: Ledger, tmp_path: Path) -> None:
    def write() -> None:
        catalogue = Catalogue(tmp_path)
        for number in range(20):
            catalogue.replace([], [entry(f"c{number}")])
        catalogue.close()

    writer = threading.Thread(target=write)
    writer.start()
    for number in range(20):
        ledger.write(Changes(jobs(f"j{number}"), [], None), REMOTE)
    writer.join()

    catalogue = Catalogue(tmp_path)
    assert (len(catalogue.entries()), len(ledger.read(REMOTE).jobs)) == (20, 20)
    catalogue.close()


def test_what_was_never_opened_can_be_closed(tmp_path: Path) -> None:
    """A recorder that is stopped before its shelf is known."""
    Ledger(tmp_path).close()
    assert list(tmp_path.iterdir()) == []
