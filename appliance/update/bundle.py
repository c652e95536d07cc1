"""The outer shell of a bundle: an uncompressed tar (POSIX ustar headers) of exactly three members, in this order.

It is read before anything is proven, so one header block at a time, with bounded sizes; nothing is unpacked by name.
"""

import hashlib
import tarfile
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from appliance.update.manifest import MOST_PAYLOAD_BYTES
from appliance.update.refusal import RefusedBundleError

SUFFIX = ".update"
MANIFEST = "manifest.json"
SIGNATURE = "manifest.json.minisig"
PAYLOAD = "application.tar.xz"

MOST_MANIFEST_BYTES = 64 * 1024
MOST_SIGNATURE_BYTES = 4 * 1024
_CHUNK_BYTES = 256 * 1024


class Head(Struct, frozen=True):
    """What stands before the payload. Nothing of it is trusted yet."""

    manifest: bytes
    signature: bytes
    payload_bytes: int


def read_head(file: BinaryIO, name: str) -> Head:
    """Read up to where the payload begins. `name`: what to call the bundle.

    Raises:
        RefusedBundleError: it is no bundle.
    """
    manifest = _member(file, name, MANIFEST, MOST_MANIFEST_BYTES)
    signature = _member(file, name, SIGNATURE, MOST_SIGNATURE_BYTES)
    return Head(manifest, signature, _size(file, name, PAYLOAD, MOST_PAYLOAD_BYTES))


def copy_payload(file: BinaryIO, head: Head, target: Path) -> str:
    """Copy the payload into a file of our own, whoever may still write the bundle; its SHA-256.

    Raises:
        RefusedBundleError: the bundle ends too early.
    """
    digest = hashlib.sha256()
    remaining_bytes = head.payload_bytes
    with target.open("xb") as copy:
        while remaining_bytes:
            chunk = file.read(min(_CHUNK_BYTES, remaining_bytes))
            if not chunk:
                raise RefusedBundleError("The update is cut off: copy it once more, from where you got it.")
            digest.update(chunk)
            copy.write(chunk)
            remaining_bytes -= len(chunk)
    return digest.hexdigest()


def _member(file: BinaryIO, name: str, member: str, most_bytes: int) -> bytes:
    size = _size(file, name, member, most_bytes)
    padded = file.read(size + -size % tarfile.BLOCKSIZE)
    if len(padded) < size:
        raise _no_bundle(name)
    return padded[:size]


def _size(file: BinaryIO, name: str, member: str, most_bytes: int) -> int:
    try:
        header = tarfile.TarInfo.frombuf(file.read(tarfile.BLOCKSIZE), "utf-8", "strict")
    except (tarfile.HeaderError, UnicodeDecodeError):
        raise _no_bundle(name) from None
    if header.name != member or not header.isreg() or not 0 < header.size <= most_bytes:
        raise _no_bundle(name)
    return header.size


def _no_bundle(name: str) -> RefusedBundleError:
    return RefusedBundleError(
        f"{name} is no update of Moment Recorder, or it is cut off: take a whole moment-recorder-VERSION{SUFFIX}."
    )
