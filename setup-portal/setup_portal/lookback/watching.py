"""A stretch as one film, for browsers that play no list: fragmented MP4 (ISO/IEC 14496-12, 8.8), made while watched.

ffmpeg copies the pictures as they are. Nothing is written to the card. It lives as long as somebody reads: a pipe that
nobody reads ends it, and so does the end of this process, however that comes (so there is no need of setpriv, which the
service's limits refuse).
"""

import subprocess
from collections.abc import Callable, Iterator, Sequence
from threading import Lock, Thread
from typing import IO, BinaryIO

from setup_portal.lookback.transport import AAC, HEAD_BYTES, HEVC, kinds

MOST = 2
"""Films at a time, for all visitors together: each takes a thread, and some of the processor."""
GENTLY = ("nice", "-n", "19", "ionice", "-t", "-c", "3")
_READ = (
    *("ffmpeg", "-nostdin", "-loglevel", "error", "-threads", "1"),
    *("-dts_delta_threshold", "1", "-f", "mpegts", "-i", "pipe:0"),
    *("-map", "0:v:0", "-map", "0:a:0?", "-c", "copy"),
)
"""`dts_delta_threshold`: where another epoch begins, time stamps jump; the film goes on without a pause."""
_WRITE = ("-f", "mp4", "-movflags", "frag_keyframe+delay_moov+default_base_moof", "pipe:1")
"""`delay_moov`: the head waits for the first sound, whose description would be missing from it."""
_CHUNK_BYTES = 64 * 1024


def command(streams: set[int]) -> list[str]:
    """What makes the film."""
    return [*GENTLY, *_READ, *adapted(streams), *_WRITE]


def adapted(streams: set[int]) -> list[str]:
    """What MP4 wants otherwise: AAC has other frames there; HEVC is called `hvc1`, or Apple's players show nothing."""
    sound = ["-bsf:a", "aac_adtstoasc"] if AAC in streams else []
    picture = ["-tag:v", "hvc1"] if HEVC in streams else []
    return [*sound, *picture]


class Film:
    """One film that is being made. `openers` give one file after the other; those that have gone are passed over."""

    def __init__(self, openers: Sequence[Callable[[], BinaryIO | None]]) -> None:
        self._openers = openers
        self._process = subprocess.Popen(
            command(_streams(openers)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._feeder = Thread(target=self._feed, name="film", daemon=True)

    def read(self) -> Iterator[bytes]:
        """The film, as fast as it is read; ends early where it is stopped."""
        self._feeder.start()
        assert self._process.stdout is not None
        while chunk := self._process.stdout.read(_CHUNK_BYTES):
            yield chunk

    def stop(self) -> None:
        """End it, wherever it is."""
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """End it, and leave nothing behind."""
        self.stop()
        if self._feeder.ident is not None:
            self._feeder.join()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None and not pipe.closed:
                _close(pipe)

    def _feed(self) -> None:
        into = self._process.stdin
        assert into is not None
        try:
            for opener in self._openers:
                file = opener()
                if file is not None:
                    _copy(file, into)
        except OSError:
            return  # nobody watches any more
        finally:
            _close(into)


def _streams(openers: Sequence[Callable[[], BinaryIO | None]]) -> set[int]:
    for opener in openers:
        file = opener()
        if file is not None:
            with file:
                return kinds(file.read(HEAD_BYTES))
    return set()


def _copy(file: BinaryIO, into: IO[bytes]) -> None:
    with file:
        while chunk := file.read(_CHUNK_BYTES):
            into.write(chunk)


def _close(pipe: IO[bytes]) -> None:
    try:
        pipe.close()
    except OSError:
        return  # what was not yet written has no reader


class Watching:
    """Who watches what. A visitor who asks for another film stops the one before."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._films: dict[str, Film] = {}
        self._lock = Lock()

    def is_full_for(self, visitor: str) -> bool:
        """Whether too many others watch."""
        with self._lock:
            return visitor not in self._films and len(self._films) >= self._most

    def watch(self, visitor: str, make: Callable[[], Film]) -> Film | None:
        """A film for this visitor; None while too many others watch."""
        with self._lock:
            if visitor in self._films:
                self._films[visitor].stop()
            elif len(self._films) >= self._most:
                return None
            self._films[visitor] = made = make()
            return made

    def leave(self, visitor: str, film: Film) -> None:
        """The visitor has gone, or has seen the end."""
        film.close()
        with self._lock:
            if self._films.get(visitor) is film:
                del self._films[visitor]
