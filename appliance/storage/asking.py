"""Asks rclone_python about storages, in a gentle process that is ended with all its children when time is up."""

import contextlib
import signal
import sys
from asyncio import timeout
from asyncio.subprocess import PIPE
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from appliance.child import GENTLY, Child
from appliance.decoding import UnreadableError, decoded
from appliance.storage.model import Space
from appliance.storage.names import is_shell_word, require_shell_safe
from appliance.storage.private_folder import private_folder
from appliance.storage.rclone import ENVIRONMENT, Rclone

LIMIT_S = 120.0
_HABITS = {
    "RCLONE_ASK_PASSWORD": "false",
    "RCLONE_RETRIES": "1",
    "RCLONE_LOW_LEVEL_RETRIES": "3",
    "RCLONE_CONTIMEOUT": "15s",
    "RCLONE_TIMEOUT": "60s",
    "RCLONE_USE_JSON_LOG": "true",
}
"""The same as `Rclone.argv`, where we do not compose the command line."""
T = TypeVar("T")


class QueryError(Exception):
    """A query failed; the text is rclone's log."""


class Listed(Struct, frozen=True, rename="pascal"):
    """One name in a folder. `size`: bytes, -1 for a folder."""

    name: str
    size: int
    is_dir: bool


class Checked(Struct, frozen=True):
    """How two folders compare. `signs` by name: `=` same, `*` differs, `+` missing in the target, `-` in the source."""

    is_same: bool
    signs: dict[str, str]


class _About(Struct):
    free: int | None = None
    total: int | None = None


class _Document(Struct):
    answer: Any = None
    failure: str | None = None


class Queries:
    """What can be asked. Every query raises StorageRefusedError for a path that is not asked about, and QueryError."""

    def __init__(self, rclone: Rclone, limit_s: float = LIMIT_S) -> None:
        self._rclone = rclone
        self._limit_s = limit_s

    async def remotes(self) -> list[str]:
        """The names of the storages, as rclone reads them."""
        return await self._ask(list[str], "remotes")

    async def about(self, remote: str) -> Space:
        """How much room a storage has, where it tells. `remote`: with its colon."""
        about = await self._ask(_About, "about", remote)
        return Space(about.free, about.total)

    async def ls(self, path: str) -> list[Listed]:
        """What is in a folder."""
        return await self._ask(list[Listed], "ls", path)

    async def hash(self, kind: str, path: str) -> str | None:
        """A file's hash of one kind, as the storage tells it; None where it has none."""
        return await self._ask(str | None, "hash", kind, path)  # type: ignore[arg-type] # a union is no type to mypy

    async def check(self, source: str, target: str) -> Checked:
        """Whether the files of two folders are the same, by hash or else by size."""
        return await self._ask(Checked, "check", source, target)

    async def _ask(self, kind: type[T], *words: str) -> T:
        for word in words:
            require_shell_safe(word)
        with self._paths() as (binary, config):
            document = await self._run(binary, config, *words)
        if document.failure is not None:
            raise QueryError(document.failure)
        try:
            return msgspec.convert(document.answer, kind)
        except msgspec.ValidationError as error:
            raise QueryError(str(error)) from error

    @contextlib.contextmanager
    def _paths(self) -> Iterator[tuple[str, str]]:
        """The program and its configuration by names that mean nothing to a shell."""
        binary, config = Path(self._rclone.binary).absolute(), self._rclone.config.absolute()
        if is_shell_word(str(binary)) and is_shell_word(str(config)):
            yield str(binary), str(config)
            return
        with private_folder() as folder:
            (folder / "rclone").symlink_to(binary)
            (folder / "rclone.conf").symlink_to(config)
            yield str(folder / "rclone"), str(folder / "rclone.conf")

    async def _run(self, *words: str) -> _Document:
        argv = [*GENTLY, sys.executable, "-m", "appliance.storage.queries", *words]
        child = await Child.start(argv, output=PIPE, environment={**ENVIRONMENT, **_HABITS})
        try:
            async with timeout(self._limit_s):
                printed = await child.output.read()
                await child.wait()
            return decoded(printed, _Document)
        except TimeoutError:
            raise QueryError(f"rclone did not answer within {self._limit_s:.0f} s: i/o timeout") from None
        except UnreadableError as error:
            raise QueryError(child.last_words) from error
        finally:
            child.send(signal.SIGKILL)
            await child.stop()
