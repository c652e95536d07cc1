"""Its card: what lies there, as the media list tells it (numbers are text), and files by pieces (RFC 9110, Range)."""

import re
from pathlib import Path
from typing import Any

FOLDER = "100GOPRO"
_RANGE = re.compile(r"bytes=(\d+)-(\d*)")


class Card:
    """The files in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def listed(self) -> dict[str, Any]:
        """The body of `/gopro/media/list`."""
        files = [self._entry(path) for path in sorted(self._folder.glob("G*.*"))]
        return {"id": "1554375628411872255", "media": [{"d": FOLDER, "fs": files}] if files else []}

    @staticmethod
    def _entry(path: Path) -> dict[str, str]:
        found = path.stat()
        when = str(int(found.st_mtime))
        return {"n": path.name, "cre": when, "mod": when, "glrv": "-1", "ls": "-1", "s": str(found.st_size)}

    def last(self) -> dict[str, str] | None:
        """The body of `/gopro/media/last_captured`; None when there is nothing yet."""
        files = sorted(self._folder.glob("G*.*"))
        return {"folder": FOLDER, "file": files[-1].name} if files else None

    def find(self, path: str) -> Path | None:
        """`100GOPRO/GX010001.MP4`; case matters."""
        folder, _, name = path.partition("/")
        return next((file for file in self._folder.glob("G*.*") if (folder, name) == (FOLDER, file.name)), None)

    def delete(self, path: str) -> bool:
        """Whether it was there."""
        found = self.find(path)
        if found:
            found.unlink()
        return found is not None


def asked_range(header: str | None, size: int) -> tuple[int, int] | None:
    """First byte and the one after the last; None for the whole file. Raises ValueError if it lies beyond the end."""
    found = _RANGE.fullmatch(header or "")
    if found is None:
        return None
    begin, end = int(found[1]), min(int(found[2] or size - 1) + 1, size)
    if begin >= size or begin >= end:
        raise ValueError(header)
    return begin, end
