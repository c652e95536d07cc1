"""What is asked of a storage and done there in one step: short-lived rclone children, each with a limit of ours."""

import asyncio
import hashlib
import posixpath
from asyncio.subprocess import PIPE
from collections import deque
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import Executor
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
from msgspec import Struct, field

from appliance.child import GENTLY, Child
from appliance.storage.proof import usable_hashes
from appliance.storage.rclone import ENVIRONMENT, Rclone
from appliance.threads import in_thread
from appliance.upload.backends import BY_PYTHON, is_atomic
from appliance.upload.causes import explain, read_cause, shortened
from appliance.upload.model import Cause, Facts, RemoteFile, StorageError

STEP_LIMIT_S = 120.0
SLOWEST_BYTES_S = 8_000
"""A storage that is slower than this is given up for now."""

_NOT_THERE = (3, 4)
"""Exit codes of rclone: directory or file not found (rclone, docs/content/docs.md, "Exit code")."""
_NEVER_MADE = ".moment-recorder-was-never-here"
"""Nobody has a file of this name: whoever says so is not the storage."""
_KEPT_LINES = 50
_BRIEFLY = {"GOMEMLIMIT": ENVIRONMENT["GOMEMLIMIT"]}
"""A collector as eager as a transfer's would double the little work that these children do."""
_BLOCK_BYTES = 1 << 20


class _Features(Struct, frozen=True, rename="pascal"):
    move: bool = False
    copy: bool = False
    partial_uploads: bool = False
    bucket_based: bool = False


class _Backend(Struct, frozen=True, rename="pascal"):
    name: str
    hashes: list[str] | None = None
    features: _Features = field(default_factory=_Features)


class _Item(Struct, frozen=True, rename="pascal"):
    size: int
    is_dir: bool = False
    mime_type: str = ""
    hashes: dict[str, str] = field(default_factory=dict)


class _Listed(Struct, frozen=True):
    name: str
    type: str


class _Known(Struct, frozen=True):
    facts: Facts
    has_folders: bool


class RemoteStore:
    """The owner's storage, as one asks it. Every method may raise StorageError; paths are `remote:folder/name`."""

    def __init__(
        self,
        rclone: Rclone,
        hasher: Executor,
        step_limit_s: float = STEP_LIMIT_S,
        prefix: Sequence[str] = GENTLY,
    ) -> None:
        self._rclone = rclone
        self._hasher = hasher
        self._step_limit_s = step_limit_s
        self._prefix = prefix
        self._known: dict[tuple[str, int], _Known] = {}

    async def facts(self, remote: str) -> Facts:
        """What a remote can do; asked anew when the configuration changed. `remote`: its name or a path on it."""
        return (await self._know(remote)).facts

    async def look(self, path: str, hash_name: str | None = None) -> RemoteFile | None:
        """What lies at a path; None only if the storage itself says that nothing does.

        A folder of that name is told as a file of -1 bytes.
        """
        known = await self._know(path)
        item = await self._stat(path, hash_name)
        if item is None or (item.is_dir and not known.has_folders):
            return None
        if item.is_dir or "html" in item.mime_type:
            await self.make_sure(path)
        told = item.hashes.get(hash_name, "") if hash_name else ""
        return RemoteFile(-1 if item.is_dir else item.size, told.lower() or None)

    async def make_sure(self, path: str) -> None:
        """That it is the storage that answers. The sign-in page of a Wi-Fi has everything that it is asked for."""
        known = await self._know(path)
        item = await self._stat(f"{_folder_of(path)}{_NEVER_MADE}", None)
        if item is not None and not (item.is_dir and not known.has_folders):
            raise StorageError(Cause("world", explain("<html>"), "it has a file that nobody ever made"))

    async def move(self, source: str, target: str) -> None:
        """Give a file another name; on the server's side, where the facts say that it can."""
        await self._run(source, "moveto", "--ignore-checksum", source, target)

    async def delete(self, path: str) -> None:
        """Remove one file; one that is not there is fine."""
        await self._run(path, "deletefile", path, fine=_NOT_THERE)

    async def partials(self, folder: str, suffix: str) -> list[str]:
        """The paths of the files in a folder whose names end with `suffix`, which holds no wildcard."""
        code, told = await self._run(folder, "lsf", "--files-only", f"--include=*{suffix}", folder, fine=_NOT_THERE)
        names = told.decode(errors="replace").splitlines() if code == 0 else []
        return [_folder_of(f"{folder}/") + name for name in names if name.endswith(suffix)]

    async def local_hash(self, file: Path, name: str) -> str:
        """The hash of a local file, in hexadecimal digits.

        Raises:
            OSError: if the file cannot be read.
            StorageError: if rclone cannot compute it.
        """
        if name in BY_PYTHON:
            return await in_thread(self._hasher, _digest, file, name)
        where, size_bytes = await in_thread(self._hasher, _measure, file)
        limit_s = self._step_limit_s + size_bytes / SLOWEST_BYTES_S
        _, told = await self._run("", "hashsum", name, where, limit_s=limit_s)
        return told.decode().split()[0].lower()

    async def reread_sha256(self, path: str, size_bytes: int) -> str:
        """The SHA-256 of what the storage gives back."""
        digest = hashlib.sha256()
        async with self._running(path, "cat", path, limit_s=self._step_limit_s + size_bytes / SLOWEST_BYTES_S) as child:
            while block := await child.output.read(_BLOCK_BYTES):
                digest.update(block)
        return digest.hexdigest()

    async def _know(self, path: str) -> _Known:
        remote = path.partition(":")[0]
        key = (remote, _changed_ns(self._rclone.config))
        if key not in self._known:
            known = await self._ask(remote)
            key = (remote, _changed_ns(self._rclone.config))  # rclone may note there what it found out
            self._known = {key: known}
        return self._known[key]

    async def _ask(self, remote: str) -> _Known:
        _, told = await self._run(remote, "backend", "features", f"{remote}:")
        backend = msgspec.json.decode(told, type=_Backend)
        _, listed = await self._run(remote, "listremotes", "--json")
        kinds = {one.name: one.type for one in msgspec.json.decode(listed, type=list[_Listed])}
        kind = kinds.get(backend.name, "")  # an alias gives the name of what it stands for
        features = backend.features
        facts = Facts(
            kind=kind,
            hashes=usable_hashes(backend.hashes or []),
            can_move=features.move or features.copy,
            is_atomic=is_atomic(kind, shows_partial_files=features.partial_uploads),
        )
        return _Known(facts, has_folders=not features.bucket_based)

    async def _stat(self, path: str, hash_name: str | None) -> _Item | None:
        hashing = ["--hash", f"--hash-type={hash_name}"] if hash_name else []
        code, told = await self._run(path, "lsjson", "--stat", *hashing, path, fine=_NOT_THERE)
        if code != 0:
            return None
        item = msgspec.json.decode(told, type=_Item | None)
        if item is None:
            raise StorageError(Cause("world", "The storage gave no answer.", shortened(told.decode(errors="replace"))))
        return item

    async def _run(
        self, path: str, command: str, *arguments: str, fine: tuple[int, ...] = (), limit_s: float | None = None
    ) -> tuple[int, bytes]:
        async with self._running(path, command, *arguments, fine=fine, limit_s=limit_s) as child:
            told = await child.output.read()
        return await child.wait(), told

    @asynccontextmanager
    async def _running(
        self, path: str, command: str, *arguments: str, fine: tuple[int, ...] = (), limit_s: float | None = None
    ) -> AsyncIterator[Child]:
        """A child whose output is read in the block; afterwards its exit code is 0 or one of `fine`."""
        storage = path.partition(":")[0]
        lines: deque[str] = deque(maxlen=_KEPT_LINES)
        argv = [*self._prefix, *self._rclone.argv(command, *arguments)]
        child = await Child.start(argv, output=PIPE, environment=_BRIEFLY, hear=lines.append)
        try:
            async with asyncio.timeout(limit_s or self._step_limit_s):
                yield child
                code = await child.wait()
        except TimeoutError:
            raise StorageError(read_cause(["timeout: ended by us", *lines], storage=storage)) from None
        finally:
            await child.stop()
        if code not in (0, *fine):
            raise StorageError(read_cause(lines, code, storage))


def _folder_of(path: str) -> str:
    """The folder of a path with its `/` or `:` at the end."""
    remote, _, inside = path.partition(":")
    folder = posixpath.dirname(inside)
    return f"{remote}:{folder}/" if folder else f"{remote}:"


def _changed_ns(file: Path) -> int:
    try:
        return file.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def _digest(file: Path, name: str) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, name).hexdigest()


def _measure(file: Path) -> tuple[str, int]:
    return str(file.absolute()), file.stat().st_size
