"""The event log: what the supervisor says, also in a small file that outlives a power cut, unlike the journal.

    2026-10-01T18:03:12+02:00, 4211 s after power-on: no-camera: the RTSP camera at 10.0.0.5 does not answer

The file is written by a thread of its own, since a card may stall for a minute. A line costs one short write, which
the kernel brings to the card with others; only a trouble is brought there at once. Whatever goes wrong with the file,
such as a full disk, loses lines of it and nothing else.
"""

import logging
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from logging.handlers import QueueHandler, QueueListener, RotatingFileHandler
from pathlib import Path
from queue import Queue

MOST_BYTES = 1_000_000
MOST_WAITING = 1000
"""Lines that wait for a card that stalls; more are lost."""

MOST_REPEATS = 5
WINDOW_S = 600.0


@contextmanager
def event_log(path: str, is_trusted: Callable[[], bool]) -> Iterator[None]:
    """Keep what is logged in `path` too, of at most `MOST_BYTES`, with one older file beside it; "": nowhere.

    `is_trusted`: whether the wall clock is known to be right; a line says so when it is not.
    """
    if not path:
        yield
        return
    file = _File(Path(path))
    waiting = _Waiting(is_trusted)
    listener = QueueListener(waiting.queue, file)
    root = logging.getLogger()
    root.addHandler(waiting)
    listener.start()
    try:
        yield
    finally:
        root.removeHandler(waiting)
        listener.stop()
        with suppress(OSError):  # what a full disk did not take
            file.close()


class Repeats:
    """Which lines say too often what was said before. Pure.

    A camera that is away says so every few seconds: a line that repeats the last one is left out. One that comes and
    goes says two things in turn: each of them is written `MOST_REPEATS` times in `WINDOW_S` at most.
    """

    def __init__(self) -> None:
        self._last = ""
        self._counts: Counter[str] = Counter()
        self._began_s = -WINDOW_S

    def take(self, text: str, now_s: float) -> str | None:
        """The text as it is to be written, if it is."""
        if now_s - self._began_s >= WINDOW_S:
            self._counts.clear()
            self._began_s = now_s
        before, self._last = self._last, text
        if text == before:
            return None
        self._counts[text] += 1
        if self._counts[text] > MOST_REPEATS:
            return None
        return f"{text} (again and again: left out for now)" if self._counts[text] == MOST_REPEATS else text


class _Waiting(QueueHandler):
    """Puts the finished line into the queue, in the thread that said it."""

    queue: "Queue[logging.LogRecord]"

    def __init__(self, is_trusted: Callable[[], bool]) -> None:
        super().__init__(Queue())
        self._is_trusted = is_trusted
        self._repeats = Repeats()

    def emit(self, record: logging.LogRecord) -> None:
        text = self._repeats.take(self.format(record), time.monotonic())
        if text and self.queue.qsize() < MOST_WAITING:
            line = _line(text, record.created, is_trusted=self._is_trusted())
            self.queue.put_nowait(logging.makeLogRecord({"msg": line, "levelno": record.levelno}))


class _File(RotatingFileHandler):
    def __init__(self, path: Path) -> None:
        super().__init__(path, maxBytes=MOST_BYTES, backupCount=1, encoding="utf-8", errors="replace", delay=True)

    def emit(self, record: logging.LogRecord) -> None:
        super().emit(record)
        if record.levelno >= logging.WARNING and self.stream:
            try:
                os.fdatasync(self.stream.fileno())
            except OSError:
                self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name for it
        """The disk is full, or gone: this line is lost."""


def _line(text: str, wall_s: float, *, is_trusted: bool) -> str:
    when = datetime.fromtimestamp(wall_s, UTC).astimezone().isoformat(timespec="seconds")
    told = when if is_trusted else f"{when} (clock not set)"
    return f"{told}, {time.monotonic():.0f} s after power-on: {text}"
