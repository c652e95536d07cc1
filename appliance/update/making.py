"""Makers' side: an application folder becomes a signed bundle, the same bytes from the same folder.

usage: python -m appliance.update.making APP_FOLDER --key SECRET [--output FOLDER] [--architecture …] [--python …]
"""

import argparse
import hashlib
import io
import lzma
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import BinaryIO

import msgspec

from appliance.clock import SOFTWARE_WRITTEN_S
from appliance.update.bundle import MANIFEST, PAYLOAD, SIGNATURE, SUFFIX
from appliance.update.manifest import FORMAT, Manifest, Payload
from appliance.update.numbering import is_version
from appliance.update.unpacking import LARGEST_DICTIONARY_BYTES, member_trouble

OLDEST_BASE = "0.1.0"
"""The oldest card whose Debian packages suffice for the application as it is now."""

_HASH_BASED = 0b01
"""PEP 552: a compiled file with this flag does not go by its source's time, which a bundle does not keep."""


class UnfitFolderError(Exception):
    """No bundle can be made. The text is a sentence for the maker."""


def make_bundle(
    application: Path, key: Path, output: Path, *, architecture: str, python: str, oldest_base: str = OLDEST_BASE
) -> Path:
    """Make `output/moment-recorder-VERSION.update` of a folder with `lib/` and `version`; its path.

    minisign may ask the terminal for the key's password.

    Raises:
        UnfitFolderError: the folder is no application, or the key does not sign.
    """
    version = _version(application)
    bundle = output / f"moment-recorder-{version}{SUFFIX}"
    with tempfile.TemporaryDirectory(dir=output) as work:
        folder = Path(work)
        payload = _pack(application, folder / PAYLOAD)
        manifest = Manifest(FORMAT, version, architecture, python, oldest_base, payload)
        (folder / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest)) + b"\n")
        _sign(folder / MANIFEST, key, version)
        finished = folder / bundle.name
        with tarfile.open(finished, "w", format=tarfile.USTAR_FORMAT) as tar:
            for name in (MANIFEST, SIGNATURE, PAYLOAD):
                with (folder / name).open("rb") as file:
                    tar.addfile(_plain(tar.gettarinfo(fileobj=file, arcname=name)), file)
        finished.replace(bundle)
    return bundle


def _version(application: Path) -> str:
    try:
        version = (application / "version").read_text(encoding="utf-8").strip()
        package = (application / "lib" / "appliance" / "__init__.py").read_text(encoding="utf-8")
    except OSError as trouble:
        raise UnfitFolderError(f"{application} is no application folder: {trouble.filename} is missing.") from None
    told = re.search(r'^__version__ = "(.*)"$', package, re.MULTILINE)
    if not is_version(version) or told is None or told[1] != version:
        raise UnfitFolderError(
            f"{application}/version says {version!r} and the package in lib/ says {told[1] if told else None!r}: "
            "both must be the same number, such as 1.2.3, because that is how a box tells what runs."
        )
    return version


def _pack(application: Path, archive: Path) -> Payload:
    files = 0
    counted = _Counted()
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 9, "dict_size": LARGEST_DICTIONARY_BYTES}]
    with lzma.open(archive, "wb", check=lzma.CHECK_CRC64, filters=filters) as xz:
        counted.target = xz
        with tarfile.open(fileobj=counted, mode="w|", format=tarfile.GNU_FORMAT) as tar:
            for path in sorted(application.rglob("*"), key=lambda path: path.relative_to(application).parts):
                _add(tar, path, path.relative_to(application).as_posix())
                files += 1
    with archive.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Payload(archive.stat().st_size, digest, counted.bytes, files)


class _Counted(io.RawIOBase):
    """Hands on what is written, and counts it."""

    def __init__(self) -> None:
        super().__init__()
        self.target: BinaryIO | lzma.LZMAFile | None = None
        self.bytes = 0

    def write(self, data: bytes) -> int:  # type: ignore[override] # tarfile writes bytes
        assert self.target is not None
        self.bytes += len(data)
        return self.target.write(data)


def _add(tar: tarfile.TarFile, path: Path, name: str) -> None:
    member = _plain(tar.gettarinfo(path, name))
    if trouble := member_trouble(member):
        raise UnfitFolderError(f"{path} {trouble}: no box would take it.")
    if not member.isreg():
        tar.addfile(member)
        return
    with path.open("rb") as file:
        if path.suffix == ".pyc" and not file.read(8)[4] & _HASH_BASED:
            raise UnfitFolderError(
                f"{path} goes by the time of its source, which a bundle does not keep: "
                "compile with --invalidation-mode unchecked-hash."
            )
        file.seek(0)
        tar.addfile(member, file)


def _plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Without whatever differs from one maker's machine to the next."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mtime = int(SOFTWARE_WRITTEN_S)
    is_program = member.isdir() or bool(member.mode & 0o100)
    member.mode = 0o777 if member.issym() else 0o755 if is_program else 0o644
    if member.islnk():  # a second name of the same file is a file of its own here
        member.type, member.linkname = tarfile.REGTYPE, ""
    return member


def _sign(manifest: Path, key: Path, version: str) -> None:
    argv = ["minisign", "-S", "-s", str(key), "-m", str(manifest), "-x", str(manifest.with_name(SIGNATURE))]
    try:
        done = subprocess.run([*argv, "-t", f"moment-recorder {version}"], stdout=subprocess.DEVNULL, check=False)
    except FileNotFoundError:
        raise UnfitFolderError("minisign is not installed. Install it with: sudo apt install minisign") from None
    if done.returncode:
        raise UnfitFolderError(f"minisign does not sign with {key}: is it your secret key, and was its password right?")


def main() -> int:
    """Make one bundle and print where it lies."""
    parser = argparse.ArgumentParser(prog="bundle", allow_abbrev=False)
    parser.add_argument("application", metavar="APP_FOLDER", type=Path, help="with lib/ and version")
    parser.add_argument("--key", metavar="SECRET", type=Path, required=True, help="minisign's secret key")
    parser.add_argument("--output", metavar="FOLDER", type=Path, default=Path())
    parser.add_argument("--architecture", default="aarch64", help="as `uname -m` says it (default: aarch64)")
    parser.add_argument("--python", default="3.13", help="the Python of the card (default: 3.13)")
    parser.add_argument("--oldest-base", default=OLDEST_BASE, help=f"the oldest card it runs on ({OLDEST_BASE})")
    asked = parser.parse_args()
    try:
        bundle = make_bundle(
            asked.application,
            asked.key,
            asked.output,
            architecture=asked.architecture,
            python=asked.python,
            oldest_base=asked.oldest_base,
        )
    except UnfitFolderError as trouble:
        sys.stderr.write(f"{trouble}\n")
        return 1
    sys.stdout.write(f"{bundle}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
