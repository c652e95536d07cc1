"""A folder that only we can look into, for what is half made; nothing of it is left behind."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

_PREFIX = "moment-storage-"


@contextlib.contextmanager
def private_folder() -> Iterator[Path]:
    """A new folder of mode 0700, removed at the end. What a killed supervisor left is swept first."""
    folder = make_private_folder()
    try:
        yield folder
    finally:
        drop_private_folder(folder)


def make_private_folder() -> Path:
    """A new folder of mode 0700; the name tells which process it belongs to."""
    _sweep()
    return Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))


def drop_private_folder(folder: Path) -> None:
    """Remove it with all that is in it."""
    shutil.rmtree(folder, ignore_errors=True)


def _sweep() -> None:
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*-*"):
        owner = folder.name.removeprefix(_PREFIX).partition("-")[0]
        with contextlib.suppress(OSError):
            if folder.stat().st_uid == os.getuid() and not Path("/proc", owner).exists():
                drop_private_folder(folder)
