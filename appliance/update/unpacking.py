"""The payload, proven by then, becomes a folder: little memory, known sizes, nothing but files, folders, near links."""

import lzma
import tarfile
from pathlib import Path
from typing import BinaryIO

from appliance.update.manifest import Payload
from appliance.update.refusal import RefusedBundleError

LARGEST_DICTIONARY_BYTES = 8 * 1024**2
_MEMORY_BYTES = 2 * LARGEST_DICTIONARY_BYTES
"""For xz in all: its dictionary, and some room."""

_CHUNK_BYTES = 64 * 1024
_LONGEST_NAME = 400


class _Bounded:
    """What an xz stream holds, never more than was told."""

    def __init__(self, file: BinaryIO, most_bytes: int) -> None:
        self._file = file
        self._remaining_bytes = most_bytes
        self._xz = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MEMORY_BYTES)

    def read(self, size: int) -> bytes:
        while not self._xz.eof:
            chunk = self._file.read(_CHUNK_BYTES) if self._xz.needs_input else b""
            if self._xz.needs_input and not chunk:
                raise EOFError("it is cut off")
            if data := self._xz.decompress(chunk, size):
                return self._counted(data)
        return b""

    def _counted(self, data: bytes) -> bytes:
        self._remaining_bytes -= len(data)
        if self._remaining_bytes < 0:
            raise tarfile.TarError("it is larger than its manifest says")
        return data


def unpack(archive: Path, payload: Payload, folder: Path) -> None:
    """Unpack into `folder`, which must be new and out of others' reach.

    Raises:
        RefusedBundleError: something in it has no place in an application.
        OSError: the card is full, or worse.
    """
    try:
        with archive.open("rb") as file:
            stream = _Bounded(file, payload.unpacked_bytes)
            with tarfile.open(fileobj=stream, mode="r|", errorlevel=2) as tar:  # type: ignore[call-overload] # it only reads
                _extract(tar, payload, folder)
    except (tarfile.TarError, lzma.LZMAError, EOFError) as trouble:
        raise RefusedBundleError(f"The update cannot be unpacked ({trouble}): ask its maker for another.") from None


def _extract(tar: tarfile.TarFile, payload: Payload, folder: Path) -> None:
    names: set[str] = set()
    for member in tar:
        if member.name in names or len(names) >= payload.files:
            raise tarfile.TarError("it holds more than its manifest says")
        if trouble := member_trouble(member):
            raise tarfile.TarError(f"{member.name[:_LONGEST_NAME]!r} {trouble}")
        names.add(member.name)
        tar.extract(member, folder, filter="data")


def member_trouble(member: tarfile.TarInfo) -> str | None:
    """What is wrong with one member, in words that follow its name; None if nothing is.

    Stricter than tarfile's own filter: a link may only name its neighbour, so no chain of links leads out.
    """
    parts = member.name.split("/")
    if not member.name.isprintable() or len(member.name) > _LONGEST_NAME:
        return "is no plain name"
    if {"", ".", ".."} & set(parts):
        return "leads out of the application"
    if member.issym():
        is_near = member.linkname not in {"", ".", ".."} and "/" not in member.linkname
        return None if is_near else "links to somewhere else"
    return None if member.isreg() or member.isdir() else "is neither a file nor a folder"
