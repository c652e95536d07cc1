"""Tells of segments as ffmpeg opens and closes them: watchdog's observer (inotify), one folder at a time."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal, Self

from msgspec import Struct
from watchdog.events import FileClosedEvent, FileCreatedEvent, FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import ObservedWatch

from appliance.recording.folder import is_segment_name


class FileNews(Struct, frozen=True):
    """A segment's file was opened or closed by its writer."""

    what: Literal["opened", "closed"]
    number: int
    at_s: float
    """Monotonic, taken when the kernel's word arrived."""


class Watcher:
    """Watches one epoch's folder, inside a `with`. Its thread does one thing: hand the news to the loop."""

    def __init__(self) -> None:
        self._observer = Observer()
        self._watch: ObservedWatch | None = None

    def __enter__(self) -> Self:
        self._observer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._observer.stop()
        self._observer.join(2.0)

    def watch(self, folder: Path, tell: Callable[[FileNews], None]) -> None:
        """Tell of the segments of `folder` from now on, in the running loop, and of no other folder."""
        self.unwatch()
        handler = _Handler(asyncio.get_running_loop(), tell)
        # the kernel filters: a write event for every packet would wake us a hundred times a second
        self._watch = self._observer.schedule(handler, str(folder), event_filter=[FileCreatedEvent, FileClosedEvent])

    def unwatch(self) -> None:
        """Tell nothing any more."""
        if self._watch:
            self._observer.unschedule(self._watch)
            self._watch = None


class _Handler(FileSystemEventHandler):
    def __init__(self, loop: asyncio.AbstractEventLoop, tell: Callable[[FileNews], None]) -> None:
        self._loop = loop
        self._tell = tell

    def on_created(self, event: FileSystemEvent) -> None:
        self._hand_over("opened", event)

    def on_closed(self, event: FileSystemEvent) -> None:
        self._hand_over("closed", event)

    def _hand_over(self, what: Literal["opened", "closed"], event: FileSystemEvent) -> None:
        name = Path(str(event.src_path)).name
        if is_segment_name(name) and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._tell, FileNews(what, int(name.removesuffix(".ts")), time.monotonic()))
