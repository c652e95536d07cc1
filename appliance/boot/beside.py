"""The recorder loads while `moment-boot.service` is at work, and waits here for its report before it reads anything."""

import os
import sys
import threading
from pathlib import Path

from msgspec import Struct
from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from appliance.boot.report import read_report
from appliance.notify import Notifier
from appliance.update.places import Places

SAFE = 75
"""The exit code of a recorder that loaded in a boot that records nothing; its unit does not start it again."""
LIMIT_S = 200.0
"""`moment-boot.service` has three minutes. One that never tells keeps nobody from recording."""


class Loaded(Struct, frozen=True):
    """Where a recorder was loaded from, and what decides whether it is the right one."""

    lib: Path = Path(__file__).resolve().parents[2]
    """The folder of its packages, itself and no link."""
    current: Path = Places().current
    """The link to the update in use."""
    command: Path = Path("/usr/bin/moment")
    """It chooses anew: the update in use, or else what came with the card."""

    @property
    def is_used(self) -> bool:
        """Whether the command would choose the same now."""
        used = self.current.resolve() / "lib"
        if (used / "appliance").is_dir():
            return used == self.lib
        return not self.lib.is_relative_to(self.current.parent.resolve())


def wait_for_turn(report: Path, notifier: Notifier, loaded: Loaded | None = None, within_s: float = LIMIT_S) -> bool:
    """Wait for the boot's report, `within_s` at the most; whether this boot records.

    Does not return if the boot has chosen another version than was loaded: that one begins in our place.
    """
    loaded = loaded or Loaded()
    if not report.exists():  # or this is a start later in the boot
        _wait_until_there(report, within_s)
    found = read_report(str(report))
    if found and found.mode == "safe":
        notifier.tell("READY=1")  # it did all that was asked of it: the unit has not failed
        return False
    if not loaded.is_used:
        os.execv(loaded.command, [str(loaded.command), "run", *sys.argv[1:]])
    return True


def _wait_until_there(file: Path, within_s: float) -> None:
    there = threading.Event()
    observer = Observer()
    try:
        observer.schedule(_Teller(file, there), str(file.parent))
        observer.start()
    except OSError:
        return  # no place for a report: nobody will leave one
    try:
        if not file.exists():  # it may have come before it was watched
            there.wait(within_s)
    finally:
        observer.stop()
        observer.join()


class _Teller(FileSystemEventHandler):
    def __init__(self, file: Path, there: threading.Event) -> None:
        self._file = file
        self._there = there

    def on_any_event(self, event: FileSystemEvent) -> None:  # noqa: ARG002 - the file is there, or it is not
        if self._file.exists():
            self._there.set()
