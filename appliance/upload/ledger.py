"""What became of every upload, in the catalogue's own database: written before and after each step of a try.

The jobs can be made again from the catalogue's entries; what is on the storage already is then found there by its
hash. So a row that cannot be read is left out, and a table of another shape is begun anew.
"""

import sqlite3
from pathlib import Path

import msgspec
from msgspec import Struct

from appliance.decoding import decoded_or_none
from appliance.memories.catalogue import FILE
from appliance.upload.model import Job, Trouble
from appliance.upload.queue import Changes

_BUSY_S = 20.0
"""The catalogue writes into the same file from its own thread; a slow card may take seconds to flush."""

_TABLES = {
    "uploads": "key text primary key, is_proven integer not null, is_gone integer not null, job text not null",
    "upload_meta": "key text primary key, value text not null",
}


class Kept(Struct, frozen=True):
    """What an earlier life wrote down. `told`: a sentence for everything that could not be read."""

    jobs: list[Job]
    gate: Trouble | None
    told: list[str]


class Ledger:
    """Blocks; belongs to one thread, the one that called `open()`. Any call may raise `sqlite3.Error`."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._database: sqlite3.Connection | None = None
        self._told: list[str] = []
        self._gates: dict[str, Trouble | None] = {}
        """As they were written last."""

    def open(self) -> None:
        """Open the database, which the catalogue has made and found sound."""
        self._database = sqlite3.connect(self._path, timeout=_BUSY_S, isolation_level=None)
        self._database.text_factory = lambda raw: raw.decode(errors="replace")  # one bad row keeps no other back
        self._rows.execute("pragma journal_mode = wal")
        self._rows.execute("pragma synchronous = full")
        for table, columns in _TABLES.items():
            self._make(table, columns)

    def close(self) -> None:
        """Let go of the file, if it was opened."""
        if self._database is not None:
            self._database.close()

    def read(self, remote: str) -> Kept:
        """All jobs, and the gate of the storage `remote`."""
        told, self._told = self._told, []
        jobs: list[Job] = []
        for key, text in self._rows.execute("select key, cast(job as blob) from uploads"):
            job = decoded_or_none(text, Job)
            if job and job.key == key:
                jobs.append(job)
            else:
                told.append(f"What was noted of the upload {key} cannot be read: it is looked for on the storage.")
        gate = self._value(f"gate {remote}")
        return Kept(jobs, decoded_or_none(gate, Trouble) if gate else None, told)

    def write(self, changes: Changes, remote: str) -> None:
        """Write down what a call of the queue has changed, all of it or nothing; a card is not worn for nothing."""
        if not changes.saves and not changes.drops and self._gates.get(remote, changes) == changes.gate:
            return
        with self._rows:
            self._rows.execute("begin immediate")
            self._rows.executemany("delete from uploads where key = ?", [(key,) for key in changes.drops])
            self._rows.executemany(
                "insert or replace into uploads values (?, ?, ?, ?)",
                [(job.key, job.is_proven, job.is_gone, msgspec.json.encode(job).decode()) for job in changes.saves],
            )
            self._set_gate(remote, changes.gate)
        self._gates[remote] = changes.gate

    def spend(self, month: str, sent_bytes: int) -> int:
        """Count bytes that were sent in a month such as `2026-11`; what was sent in it so far."""
        spent_bytes = self.spent_bytes(month) + sent_bytes
        self._set(f"spent {month}", str(spent_bytes))
        return spent_bytes

    def spent_bytes(self, month: str) -> int:
        """What was sent in a month."""
        value = self._value(f"spent {month}")
        return int(value) if value and value.isdecimal() else 0

    @property
    def _rows(self) -> sqlite3.Connection:
        assert self._database is not None, "open() comes first"
        return self._database

    def _make(self, table: str, columns: str) -> None:
        names = [column.split()[0] for column in columns.split(", ")]
        found = [row[1] for row in self._rows.execute(f"pragma table_info({table})")]
        if found and found != names:
            self._rows.execute(f"drop table {table}")
            self._told.append("The notes on uploads are of another version: they are made anew.")
        self._rows.execute(f"create table if not exists {table} ({columns}) strict")

    def _set_gate(self, remote: str, gate: Trouble | None) -> None:
        key = f"gate {remote}"
        if gate is None:
            self._rows.execute("delete from upload_meta where key = ?", (key,))
        else:
            self._set(key, msgspec.json.encode(gate).decode())

    def _set(self, key: str, value: str) -> None:
        self._rows.execute("insert or replace into upload_meta values (?, ?)", (key, value))

    def _value(self, key: str) -> str | None:
        row = self._rows.execute("select value from upload_meta where key = ?", (key,)).fetchone()
        return row[0] if row else None
