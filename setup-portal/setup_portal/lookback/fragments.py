"""One segment as a piece of fragmented MP4: Apple's players take HEVC in lists in no other way.

(HLS Authoring Specification for Apple Devices, 1.5.) A list names the head (`ftyp`, `moov`) once for a run, then the
pieces (`moof`, `mdat`), whose time stamps run on as those of the segments do: `-copyts`, and `frag_discont`, without
which each would begin at zero.
"""

import subprocess
from collections.abc import Generator, Iterator
from threading import BoundedSemaphore
from typing import IO, BinaryIO

from setup_portal.lookback.transport import HEAD_BYTES, kinds
from setup_portal.lookback.watching import GENTLY, adapted

MOST = 2
"""At a time: a piece is made in a moment, and the next visitor waits for it."""
WAIT_S = 20.0
_READ = ("ffmpeg", "-nostdin", "-loglevel", "error", "-threads", "1", "-copyts", "-f", "mpegts", "-i", "pipe:0")
_COPY = ("-map", "0:v:0", "-map", "0:a:0?", "-c", "copy", "-avoid_negative_ts", "disabled")
_FLAGS = "frag_keyframe+delay_moov+default_base_moof+frag_discont+skip_trailer"
"""`delay_moov`: the head waits for the first sound, whose description would be missing from it."""
_CHUNK_BYTES = 64 * 1024
_BOX_HEAD_BYTES = 8
_MOST_HEAD_BYTES = 1024 * 1024


class Fragments:
    """Makes them, few at a time."""

    def __init__(self, most: int = MOST) -> None:
        self._free = BoundedSemaphore(most)

    def of(self, file: BinaryIO) -> Generator[bytes]:
        """The head, then the rest as it comes; nothing where it is no footage. Closes the file."""
        with file:
            if not self._free.acquire(timeout=WAIT_S):
                return
            try:
                yield from _made(file)
            finally:
                self._free.release()


def _made(file: BinaryIO) -> Iterator[bytes]:
    streams = kinds(file.read(HEAD_BYTES))
    file.seek(0)
    argv = [*GENTLY, *_READ, *_COPY, *adapted(streams), "-f", "mp4", "-movflags", _FLAGS, "pipe:1"]
    with subprocess.Popen(argv, stdin=file, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        try:
            if head := _head(process.stdout):
                yield head
                while chunk := process.stdout.read(_CHUNK_BYTES):
                    yield chunk
        finally:
            process.kill()


def _head(stream: IO[bytes]) -> bytes:
    """Every box up to and with `moov` (ISO/IEC 14496-12, 4.2); nothing if there is none."""
    head = b""
    while len(head) < _MOST_HEAD_BYTES:
        begins = stream.read(_BOX_HEAD_BYTES)
        size = int.from_bytes(begins[:4], "big")
        if not _BOX_HEAD_BYTES <= size <= _MOST_HEAD_BYTES:
            return b""
        head += begins + stream.read(size - _BOX_HEAD_BYTES)
        if begins[4:] == b"moov":
            return head
    return b""
