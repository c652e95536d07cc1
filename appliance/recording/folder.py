"""The ring on disk: a folder an epoch, with the segments, a description and an index of when each one ended.

    ring/00000012/epoch.json     written durably before the first segment
    ring/00000012/index          a line a closed segment: number, start, end (monotonic seconds), bytes; "cut" follows
                                 where the last frame may be cut off
    ring/00000012/000034.ts

The index needs no flush of its own: after a power cut at most its last lines are missing, and what they said
is then estimated.
"""

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

import msgspec

from appliance.durable import flush_file, flush_folder, unfinished_name, write_durably
from appliance.recording.segment import Epoch, Key, Segment
from appliance.recording.transport import Fingerprint, fingerprint

HEAD_BYTES = 65_536
"""Enough of a segment to find its tables and parameter sets."""

DESCRIPTION = "epoch.json"
INDEX = "index"
CUT = "cut"


class RingFolder:
    """Reads and writes the ring's folder. All methods block; the callers own the threads."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._root_text = str(root)

    def path(self, key: Key) -> Path:
        """Where a segment lies."""
        return self.root / key.path

    def address(self, file_name: str) -> str:
        """The same as text, by the segment's `file_name`: joining paths by pathlib takes longer than linking them."""
        return f"{self._root_text}/{file_name.replace('-', '/')}"

    def epoch_path(self, number: int) -> Path:
        """Where an epoch lies."""
        return self.root / f"{number:08d}"

    def describe(self, epoch: Epoch) -> None:
        """Write an epoch's description so that it survives a power cut; makes its folder when it is new."""
        folder = self.epoch_path(epoch.number)
        is_new = not folder.exists()
        folder.mkdir(exist_ok=True)
        write_durably(folder / DESCRIPTION, msgspec.json.encode(epoch))
        flush_folder(folder)
        if is_new:
            flush_folder(self.root)

    def settle(self, segment: Segment) -> Fingerprint | None:
        """Bring a closed segment to the card, then note it in the index (promise R6); tells what it is made of."""
        path = self.path(segment.key)
        flush_file(path)
        line = f"{segment.number} {segment.start_s:.3f} {segment.end_s:.3f} {segment.size_bytes}"
        with (path.parent / INDEX).open("a") as index:
            # after a power cut the line before may have no end
            index.write(f"{line}\n" if segment.is_whole else f"\n{line} {CUT}\n")
        return self.read_fingerprint(segment.key)

    def read_fingerprint(self, key: Key) -> Fingerprint | None:
        """What a segment is made of, from its first bytes."""
        with self.path(key).open("rb") as file:
            return fingerprint(file.read(HEAD_BYTES))

    def remove(self, segments: Iterable[Segment], empty_epochs: Iterable[int]) -> None:
        """Unlink evicted segments and the folders of epochs of which nothing is left."""
        for segment in segments:
            self.path(segment.key).unlink(missing_ok=True)
        for number in empty_epochs:
            self._remove_epoch(self.epoch_path(number))

    def _remove_epoch(self, folder: Path) -> None:
        with contextlib.suppress(OSError):  # a foreign file in it stays, and so does the folder
            for entry in os.scandir(folder):
                if entry.name in (DESCRIPTION, unfinished_name(DESCRIPTION), INDEX) or is_segment_name(entry.name):
                    Path(entry.path).unlink()
            folder.rmdir()


def is_segment_name(name: str) -> bool:
    """Whether a file's name is one that our cutter gives: six digits, and more only after a million segments."""
    number = name.removesuffix(".ts")
    return number.isascii() and number.isdecimal() and name == f"{int(number):06d}.ts"


def is_epoch_name(name: str) -> bool:
    """Whether a folder's name is an epoch's."""
    return len(name) == len("00000000") and name.isascii() and name.isdecimal()
