"""An archive for whoever helps: how the recorder is and what happened, without any secret.

    status.json settings.toml versions.json boot-report.json events.log events.log.1 journal.txt

Every text goes through `scrubbed` before it is written.
"""

import asyncio
import io
import platform
import tarfile
from asyncio.subprocess import PIPE
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Executor
from pathlib import Path
from typing import NamedTuple

import msgspec

from appliance import __version__
from appliance.child import GENTLY, Child
from appliance.control.errors import RefusedError
from appliance.control.messages import DiagnosticsAnswer, StatusAnswer
from appliance.service.scrubbing import known_secrets, scrubbed, wifi_passwords
from appliance.settings.model import Settings
from appliance.settings.showing import show_settings
from appliance.threads import in_thread

FILE = "diagnostics.tar.gz"
JOURNAL_LINES = 1000
JOURNAL_LIMIT_S = 10.0
MOST_BYTES = 4_000_000
"""Of one file: the newest part of it."""


class Places(NamedTuple):
    """Where things lie. `folder`: where the archive is put, which the pages can read."""

    folder: Path
    event_log: Path | None
    boot_report: Path | None
    rclone_config: Path


async def read_journal() -> str:
    """The recorder's last lines, where its user may read them; otherwise why not."""
    command = ["journalctl", "--no-pager", "-o", "short-iso", "-n", str(JOURNAL_LINES), "-u", "moment-*"]
    try:
        child = await Child.start([*GENTLY, *command], output=PIPE)
    except OSError as error:
        return f"The journal cannot be read: {error.strerror}.\n"
    try:
        async with asyncio.timeout(JOURNAL_LIMIT_S):
            told = await child.output.read()
            await child.wait()
    except TimeoutError:
        return "The journal took too long to read.\n"
    finally:
        await child.stop(patience_s=1.0)
    return told.decode(errors="replace") or f"The journal shows nothing to this user. {child.last_words}\n"


class Diagnosis:
    """Puts the archive together; one after the other."""

    def __init__(
        self,
        settings: Settings,
        thread: Executor,
        status: Callable[[], StatusAnswer],
        journal: Callable[[], Awaitable[str]] = read_journal,
    ) -> None:
        self._settings = settings
        self._places = places_of(settings)
        self._thread = thread
        self._status = status
        self._journal = journal
        self._order = asyncio.Lock()

    async def make(self) -> DiagnosticsAnswer:
        """Write it.

        Raises:
            RefusedError: the disk does not take it.
        """
        async with self._order:
            texts = {
                "status.json": msgspec.json.format(msgspec.json.encode(self._status())).decode(),
                "settings.toml": show_settings(self._settings),
                "versions.json": msgspec.json.encode(versions()).decode(),
                "journal.txt": await self._journal(),
            }
            try:
                return await in_thread(self._thread, write_archive, self._settings, self._places, texts)
            except OSError as error:
                raise RefusedError(f"The archive cannot be written ({error.strerror}).") from error


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


def write_archive(settings: Settings, places: Places, texts: Mapping[str, str]) -> DiagnosticsAnswer:
    """Put all texts together, scrubbed. Blocks. Raises OSError."""
    found = {**texts, **_files(places)}
    known = known_secrets(settings, _read(places.rclone_config), wifi_passwords(settings.network))
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as archive:
        for name, text in found.items():
            data = scrubbed(text, known).encode()
            entry = tarfile.TarInfo(f"moment-diagnostics/{name}")
            entry.size, entry.mode = len(data), 0o644
            archive.addfile(entry, io.BytesIO(data))
    path = places.folder.absolute() / FILE
    new = path.with_name(f".{FILE}.new")
    new.write_bytes(content.getvalue())
    new.replace(path)
    return DiagnosticsAnswer(str(path), len(content.getvalue()))


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
