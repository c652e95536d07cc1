"""Which storages may be set up from a phone, and what they are called. Pure."""

import re
from collections.abc import Collection, Sequence

from appliance.control.messages import Backend

REFUSED = frozenset(
    {
        *("local", "memory", "alias", "archive", "cache", "chunker", "combine"),
        *("compress", "crypt", "hasher", "union", "http", "doi"),
    }
)
"""Each reads or writes the box's own files, or stands in front of one that does. The recorder refuses them, too."""
MOST_USED = 5


def allowed(backends: Sequence[Backend]) -> list[Backend]:
    """Those that may be set up here, the most used first."""
    offered = [backend for backend in backends if backend.kind not in REFUSED]
    return sorted(offered, key=lambda backend: (backend.rank is None, backend.rank or 0))


def most_used(backends: Sequence[Backend]) -> list[Backend]:
    """The first five."""
    return [backend for backend in allowed(backends) if backend.rank is not None][:MOST_USED]


def found(backends: Sequence[Backend], sought: str) -> list[Backend]:
    """All whose kind or title has every word that is sought; no word finds all."""
    words = sought.casefold().split()
    return [
        backend
        for backend in allowed(backends)
        if all(word in f"{backend.kind} {backend.title}".casefold() for word in words)
    ]


def name_for(kind: str, taken: Collection[str]) -> str:
    """A name that no other storage has: `drive`, `drive-2` and so on."""
    plain = re.sub(r"[^a-z0-9]+", "-", kind.casefold()).strip("-")[:40] or "storage"
    number = 1
    name = plain
    while name in taken:
        number += 1
        name = f"{plain}-{number}"
    return name


def is_no_folder(folder: str) -> bool:
    """Whether a folder's name cannot stand behind `name:` in the settings."""
    parts = folder.split("/")
    return not folder.isprintable() or len(folder) > 200 or ".." in parts or folder != folder.strip()  # noqa: PLR2004
