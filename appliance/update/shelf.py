"""The folder `/data/app`: each change is one step that a power cut leaves either undone or done."""

import contextlib
import os
import shutil
from pathlib import Path
from typing import TypeVar

from appliance.decoding import UnreadableError, decoded
from appliance.durable import flush_folder, unfinished_name, write_durably

T = TypeVar("T")


class Steps:
    """Changes of the card, one method each, durable when it returns. A test may end the world before any of them."""

    def write(self, path: Path, content: bytes) -> None:
        """Put a whole file in its place, over an earlier one."""
        write_durably(path, content)
        flush_folder(path.parent)

    def link(self, path: Path, target: str) -> None:
        """Let the symbolic link `path` name `target`, at no moment nothing."""
        temporary = path.with_name(unfinished_name(path.name))
        temporary.unlink(missing_ok=True)
        temporary.symlink_to(target)
        temporary.replace(path)
        flush_folder(path.parent)

    def flush(self) -> None:
        """Bring all that was written so far to the card: one journal commit instead of one a file."""
        os.sync()

    def rename(self, path: Path, name: Path) -> None:
        """Give a finished folder its name. All that is in it must be on the card already."""
        path.rename(name)
        flush_folder(name.parent)

    def remove(self, path: Path) -> None:
        """Remove a file or link; it may be gone already."""
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
            flush_folder(path.parent)

    def remove_tree(self, path: Path) -> None:
        """Remove a folder that nobody may find half-empty under its name."""
        hidden = path.with_name(f".{path.name}.old")
        shutil.rmtree(hidden, ignore_errors=True)
        with contextlib.suppress(FileNotFoundError):
            path.rename(hidden)
            flush_folder(path.parent)
        shutil.rmtree(hidden, ignore_errors=True)


def read_json(path: Path, kind: type[T]) -> T | None:
    """What a file of ours holds; None where it is missing or not to be read, which then counts as never written."""
    try:
        return decoded(path.read_bytes(), kind)
    except (OSError, UnreadableError):
        return None


def make_folder(path: Path) -> None:
    """Make a folder that only its owner writes, and its parents, if it is missing."""
    path.mkdir(mode=0o755, parents=True, exist_ok=True)


def read_word(path: Path) -> str | None:
    """The only line of a small file."""
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return None
