"""What a file is called where it is downloaded: the owner's title, made safe for every system. Pure."""

import re
import unicodedata
from urllib.parse import quote

MOST_CHARACTERS = 80
_FORBIDDEN = re.compile(r'[/\\:*?"<>|%]+')
"""What Windows or FAT does not take, and what some browsers decode."""


def file_name(title: str, name: str) -> str:
    """`title` before the memory's own name, which keeps it unique; `name` alone where there is no title."""
    visible = "".join(" " if unicodedata.category(sign)[0] in "CZ" else sign for sign in title)
    plain = " ".join(_FORBIDDEN.sub(" ", visible).split())[:MOST_CHARACTERS].strip(" .")
    return f"{plain} {name}" if plain else name


def disposition(name: str) -> str:
    """A Content-Disposition field that saves a file under this name (RFC 6266; RFC 8187 for its letters)."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    simple = re.sub(r"[^A-Za-z0-9 ._()+-]", "", letters).strip(" .") or "memory.mp4"
    return f"attachment; filename=\"{simple}\"; filename*=UTF-8''{quote(name, safe='')}"
