"""Tries a storage with a small file of ours: written, read back, compared, deleted."""

import contextlib
import os
import secrets
import time
from pathlib import Path

import msgspec
from msgspec import Struct, field

from appliance.storage.asking import Queries, QueryError
from appliance.storage.command import CommandError, run
from appliance.storage.model import Space, StorageRefusedError, Tested
from appliance.storage.names import beneath, require_shell_safe
from appliance.storage.private_folder import private_folder
from appliance.storage.proof import usable_hashes
from appliance.storage.rclone import Rclone

LIMIT_S = 120.0
_FILE_BYTES = 4096
UNKNOWN = Space(None, None)


class _Features(Struct):
    hashes: list[str] | None = field(name="Hashes", default=None)


class Trial:
    """Tries storages; `limit_s` for each of the five or six commands."""

    def __init__(self, rclone: Rclone, queries: Queries, limit_s: float = LIMIT_S) -> None:
        self._rclone = rclone
        self._queries = queries
        self._limit_s = limit_s

    async def test(self, where: str) -> Tested:
        """Try the folder `remote:folder`, which need not exist yet.

        Raises:
            StorageRefusedError: if what came back is not what was written, or the folder has an unusual name.
            CommandError, QueryError: if a step failed; the text is rclone's log.
        """
        began_s = time.monotonic()
        require_shell_safe(where)
        with private_folder() as folder:
            file = folder / f"moment-test-{secrets.token_hex(6)}.bin"
            content = os.urandom(_FILE_BYTES)
            file.write_bytes(content)
            proof = await self._there_and_back(file, content, beneath(where, file.name))
        space = await self.space(where)
        return Tested(where, time.monotonic() - began_s, proof, space)

    async def space(self, where: str) -> Space:
        """How much room there is, where the storage tells.

        Raises:
            QueryError: if it could not be asked.
        """
        remote = where.partition(":")[0] + ":"
        try:
            return await self._queries.about(remote)
        except QueryError as error:
            if "doesn't support about" in str(error) or "not supported by" in str(error):
                return UNKNOWN
            raise

    async def _there_and_back(self, file: Path, content: bytes, remote_path: str) -> str:
        """How the copy can be proven. Whatever happens, it is deleted if that can be."""
        try:
            await self._run("copyto", "--inplace", str(file), remote_path)  # under no name but the one that we delete
            _require_same(content, await self._run("cat", remote_path), remote_path)
            proof = await self._proof(file, remote_path)
        except BaseException:
            with contextlib.suppress(CommandError):
                await self._delete(remote_path)
            raise
        await self._delete(remote_path)
        return proof

    async def _delete(self, remote_path: str) -> None:
        await self._run("deletefile", remote_path)

    async def _proof(self, file: Path, remote_path: str) -> str:
        """The best hash that the storage really tells for the file; it must be right."""
        features = await self._run("backend", "features", remote_path.partition(":")[0] + ":")
        kind = next(iter(usable_hashes(msgspec.json.decode(features, type=_Features).hashes or [])), None)
        told = await self._queries.hash(kind, remote_path) if kind else None
        if kind is None or told is None:
            return "size"
        if told != await self._queries.hash(kind, str(file)):
            raise StorageRefusedError(
                f"The storage tells a wrong {kind} hash of {remote_path}: it cannot be trusted with memories."
            )
        return kind

    async def _run(self, command: str, *arguments: str) -> bytes:
        return await run(self._rclone, command, *arguments, limit_s=self._limit_s)


def _require_same(written: bytes, read: bytes, remote_path: str) -> None:
    if written != read:
        raise StorageRefusedError(
            f"{remote_path} came back with other bytes than were written: this storage cannot be trusted with memories."
        )
