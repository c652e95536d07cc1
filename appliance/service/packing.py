"""The archive for whoever helps, put together in a process of its own.

    python -m appliance.service.packing

reads one JSON document, `{"settings": …, "texts": {"status.json": "…", …}}`, and writes

    status.json settings.toml versions.json boot-report.json events.log events.log.1 journal.txt

into an archive; prints `{"path": …, "size_bytes": …}` or `{"trouble": "a sentence"}`. Every text goes through
`scrubbed` before it is written.
"""

import io
import platform
import sys
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec
from msgspec import Struct

from appliance import __version__
from appliance.decoding import decoded
from appliance.service.scrubbing import known_secrets, scrubbed, wifi_passwords
from appliance.settings.model import Settings
from appliance.settings.showing import show_settings

FILE = "diagnostics.tar.gz"
MOST_BYTES = 4_000_000
"""Of one file: the newest part of it."""


class Wanted(Struct, frozen=True):
    """`settings`: secrets included. `texts`: what only the recorder knows, by the names of the files."""

    settings: Settings
    texts: dict[str, str]


class Places(NamedTuple):
    """Where things lie. `folder`: where the archive is put, which the pages can read."""

    folder: Path
    event_log: Path | None
    boot_report: Path | None
    rclone_config: Path


def main() -> int:
    """Do as the input says."""
    wanted = decoded(sys.stdin.buffer.read(), Wanted)
    try:
        path = write_archive(wanted.settings, wanted.texts)
        answer: dict[str, str | int] = {"path": str(path), "size_bytes": path.stat().st_size}
    except OSError as error:
        answer = {"trouble": f"The archive cannot be written ({error.strerror})."}
    sys.stdout.buffer.write(msgspec.json.encode(answer))
    return 0


def write_archive(settings: Settings, texts: Mapping[str, str]) -> Path:
    """Put all texts together, scrubbed. Raises OSError."""
    places = places_of(settings)
    own = {"settings.toml": show_settings(settings), "versions.json": msgspec.json.encode(versions()).decode()}
    found = {**texts, **own, **_files(places)}
    known = known_secrets(settings, _read(places.rclone_config), wifi_passwords(settings.network))
    path = places.folder.absolute() / FILE
    new = path.with_name(f".{FILE}.new")
    try:
        with tarfile.open(new, mode="w:gz") as archive:
            for name, text in found.items():
                _add(archive, name, scrubbed(text, known).encode())
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)
    return path


def _add(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    entry = tarfile.TarInfo(f"moment-diagnostics/{name}")
    entry.size, entry.mode = len(data), 0o644
    archive.addfile(entry, io.BytesIO(data))


def places_of(settings: Settings) -> Places:
    """From the owner's words."""
    box = settings.box
    return Places(
        Path(settings.control.socket).parent,
        Path(box.event_log) if box.event_log else None,
        Path(box.boot_report) if box.boot_report else None,
        Path(settings.upload.rclone_config),
    )


def versions() -> dict[str, str]:
    """Of what we are made of."""
    return {"recorder": __version__, "python": platform.python_version(), "kernel": platform.release()}


def _files(places: Places) -> dict[str, str]:
    log = places.event_log
    paths = {"boot-report.json": places.boot_report, "events.log": log}
    paths["events.log.1"] = log.with_name(f"{log.name}.1") if log else None
    return {name: text for name, path in paths.items() if path and (text := _read(path))}


def _read(path: Path) -> str:
    try:
        return path.read_bytes()[-MOST_BYTES:].decode(errors="replace")
    except OSError:
        return ""


if __name__ == "__main__":
    sys.exit(main())
