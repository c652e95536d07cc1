"""The catalogue of memories: SQLite, because a power cut may come in the middle of a line.

The folder is the truth; the catalogue can be made again from it (`archive.py`).
"""

import sqlite3
from pathlib import Path

import msgspec

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
"""


class Catalogue:
    """Blocks; belongs to one thread, the one that made it."""

    def __init__(self, folder: Path) -> None:
        self._database = sqlite3.connect(folder / FILE, isolation_level=None)
        self._database.execute("pragma journal_mode = wal")
        self._database.execute("pragma synchronous = full")
        self._database.executescript(_SCHEMA)

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def entries(self) -> list[Entry]:
        """All entries, newest press first."""
        rows = self._database.execute("select entry from memories order by pressed_wall_s desc, name desc")
        return [msgspec.json.decode(text, type=Entry) for (text,) in rows]

    def count(self) -> int:
        """How many files are kept."""
        (count,) = self._database.execute("select count(*) from memories").fetchone()
        return int(count)

    def replace(self, gone: list[str], new: list[Entry]) -> None:
        """Take entries out by name and put others in, both or neither."""
        with self._database:
            self._database.execute("begin immediate")
            self._database.executemany("delete from memories where name = ?", [(name,) for name in gone])
            self._database.executemany(
                "insert or replace into memories values (?, ?, ?, ?)",
                [(e.name, e.id, e.press.wall_s, msgspec.json.encode(e).decode()) for e in new],
            )
