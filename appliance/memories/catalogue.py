"""The catalogue of memories: SQLite, because a power cut may come in the middle of a line.

The folder is the truth; the catalogue can be made again from it (`archive.py`).
"""

import sqlite3
from pathlib import Path

import msgspec

from appliance.decoding import decoded_or_none
from appliance.memories.model import Entry

FILE = ".catalogue.sqlite"
_SCHEMA = """
create table if not exists memories (
    name text primary key,
    id text not null,
    pressed_wall_s real not null,
    entry text not null
) strict;
create index if not exists memories_by_press on memories (pressed_wall_s desc, name desc);
create index if not exists memories_by_id on memories (id);
"""


class Catalogue:
    """Blocks; belongs to one thread, the one that made it."""

    def __init__(self, folder: Path) -> None:
        try:
            self._database = _open(folder / FILE)
        except sqlite3.OperationalError:
            raise  # the disk's fault: it may be well again at the next start
        except sqlite3.DatabaseError:
            for ending in ("", "-wal", "-shm"):
                (folder / f"{FILE}{ending}").unlink(missing_ok=True)
            self._database = _open(folder / FILE)

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def entries(self) -> list[Entry]:
        """All entries, newest press first. One that another version of us wrote in its own words is left out."""
        rows = self._database.execute("select entry from memories order by pressed_wall_s desc, name desc")
        return [entry for (text,) in rows if (entry := _read(text))]

    def page(self, before: tuple[float, str] | None, limit: int) -> list[Entry]:
        """At most so many entries, newest press first; `before`: press and name of the one that the page follows."""
        wall_s, name = before or (float("inf"), "")
        rows = self._database.execute(
            "select entry from memories where (pressed_wall_s, name) < (?, ?) "
            "order by pressed_wall_s desc, name desc limit ?",
            (wall_s, name, limit),
        )
        return [entry for (text,) in rows if (entry := _read(text))]

    def count(self) -> int:
        """How many files are kept."""
        (count,) = self._database.execute("select count(*) from memories").fetchone()
        return int(count)

    def entries_of(self, identity: str) -> list[Entry]:
        """The files of one memory, in order of their parts."""
        rows = self._database.execute("select entry from memories where id = ?", (identity,))
        return sorted((entry for (text,) in rows if (entry := _read(text))), key=lambda entry: entry.part)

    def entry(self, name: str) -> Entry | None:
        """The entry of one file."""
        row = self._database.execute("select entry from memories where name = ?", (name,)).fetchone()
        return _read(row[0]) if row else None

    def replace(self, gone: list[str], new: list[Entry]) -> None:
        """Take entries out by name and put others in, both or neither."""
        with self._database:
            self._database.execute("begin immediate")
            self._database.executemany("delete from memories where name = ?", [(name,) for name in gone])
            self._database.executemany(
                "insert or replace into memories values (?, ?, ?, ?)",
                [(e.name, e.id, e.press.wall_s, msgspec.json.encode(e).decode()) for e in new],
            )


def _open(path: Path) -> sqlite3.Connection:
    """Open the database.

    Raises:
        sqlite3.DatabaseError: if it is damaged.
    """
    database = sqlite3.connect(path, isolation_level=None)
    try:
        database.execute("pragma journal_mode = wal")
        database.execute("pragma synchronous = full")
        database.executescript(_SCHEMA)
        if database.execute("pragma quick_check").fetchone() != ("ok",):
            raise sqlite3.DatabaseError(f"{path} is damaged")
    except sqlite3.Error:
        database.close()
        raise
    database.text_factory = bytes  # of a text that is no UTF-8, sqlite3 would keep every row back
    return database


def _read(text: bytes) -> Entry | None:
    return decoded_or_none(text, Entry)
