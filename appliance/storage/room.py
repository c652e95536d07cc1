"""Everything that can be done with the owner's storages, in one place. While nobody uses it, nothing runs."""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec

from appliance.storage.asking import Queries, QueryError
from appliance.storage.backends import offered
from appliance.storage.command import CommandError, run
from appliance.storage.configuration import Configuration
from appliance.storage.model import Backend, Remote, Space, Step, StorageRefusedError, Tested
from appliance.storage.names import require_name, split_where
from appliance.storage.providers import Provider
from appliance.storage.rclone import Rclone
from appliance.storage.setup import IDLE_S, SetUps
from appliance.storage.signing_in import Explain
from appliance.storage.trial import Trial
from appliance.threads import in_thread

_LIST_LIMIT_S = 120.0
_LINK_LIMIT_S = 60.0
_REACH_LIMIT_S = 30.0
_NO_LINKS = "doesn't support public links"
"""What rclone says of the kinds that have none (fs/operations, PublicLink)."""
_IS_EMPTY = "directory not found"
"""What rclone says where a folder is yet to be made (fs, ErrorDirNotFound): the storage answered."""


class StorageRoom:
    """Lists, sets up, tests and removes storages.

    `on_change` is called in the loop when the configuration changed; `explain` makes one plain sentence of rclone's
    log. Everything that cannot be done raises StorageRefusedError with a sentence. Memory is short, so one storage is
    asked at a time.
    """

    def __init__(
        self, rclone: Rclone, on_change: Callable[[], None], *, explain: Explain, idle_s: float = IDLE_S
    ) -> None:
        self._rclone = rclone
        self._on_change = on_change
        self._explain = explain
        self._configuration = Configuration(rclone.config)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="storage")
        self._turn = asyncio.Lock()
        self._offered: list[Backend] = []
        self._trial = Trial(rclone, Queries(rclone))
        self._setups = SetUps(rclone.binary, self._keep, explain, idle_s)

    async def backends(self) -> list[Backend]:
        """What can be set up: the most used first, then by title. rclone takes seconds to tell, and is asked once."""
        if not self._offered:
            async with self._turn:
                self._offered = self._offered or await self._asked_backends()
        return self._offered

    async def _asked_backends(self) -> list[Backend]:
        try:
            told = await run(self._rclone, "config", "providers", limit_s=_LIST_LIMIT_S)
        except CommandError as error:
            raise StorageRefusedError(self._explain(str(error))) from error
        return offered(msgspec.json.decode(told, type=list[Provider]))

    async def remotes(self) -> list[Remote]:
        """What is set up."""
        return await in_thread(self._thread, self._configuration.remotes)

    async def test(self, name_or_path: str) -> Tested:
        """Write a small file into `name` or `name:folder`, read it back, delete it, and see how uploads are proven."""
        name, folder = split_where(name_or_path)
        await in_thread(self._thread, self._configuration.require, name)
        try:
            async with self._turn:
                return await self._trial.test(f"{name}:{folder}")
        except (CommandError, QueryError) as error:
            raise StorageRefusedError(self._explain(str(error))) from error

    async def free(self, name: str) -> Space:
        """How much room a storage has."""
        name, _ = split_where(name)
        await in_thread(self._thread, self._configuration.require, name)
        try:
            async with self._turn:
                return await self._trial.space(f"{name}:")
        except QueryError as error:
            raise StorageRefusedError(self._explain(str(error))) from error

    async def reaches(self, where: str) -> bool | None:
        """Whether the storage of `name` or `name:folder` answers, as it should, now; None if no such one is set up."""
        try:
            name, folder = split_where(where)
            await in_thread(self._thread, self._configuration.require, name)
        except StorageRefusedError:
            return None
        try:
            async with self._turn:
                await run(self._rclone, "lsjson", "--stat", f"{name}:{folder}", limit_s=_REACH_LIMIT_S)
        except CommandError as error:
            return _IS_EMPTY in str(error)
        except OSError:  # the machine is too short of something to ask
            return False
        return True

    async def link(self, path: str) -> str:
        """A public address of the file at `name:folder/file`: whoever has it sees the file."""
        name, _ = split_where(path)
        await in_thread(self._thread, self._configuration.require, name)
        try:
            async with self._turn:
                told = await run(self._rclone, "link", path, limit_s=_LINK_LIMIT_S)
        except CommandError as error:
            if _NO_LINKS in str(error):
                raise StorageRefusedError(
                    "This kind of storage makes no public links: share the file there, as you share others."
                ) from error
            raise StorageRefusedError(self._explain(str(error))) from error
        return told.decode(errors="replace").strip()

    async def begin(self, name: str, kind: str, parameters: Mapping[str, str] | None = None) -> Step:
        """Begin to set up a storage `name`. `parameters`: options of rclone that are known already, in clear.

        Nothing reaches the configuration before the last step. A session ends by itself when nobody answers.
        """
        require_name(name)
        await in_thread(self._thread, self._configuration.require_free, name)
        return await self._setups.begin(name, kind, parameters or {})

    async def answer(self, session: str, value: str) -> Step:
        """Answer the question, or give the address where the sign-in ended; the next step, or the same with trouble."""
        return await self._setups.answer(session, value)

    async def abort(self, session: str) -> None:
        """Leave nothing of a set-up behind; it may be over already."""
        await self._setups.abort(session)

    async def remove(self, name: str) -> None:
        """Forget a storage; what lies on it stays there."""
        await in_thread(self._thread, self._configuration.remove, require_name(name))
        self._on_change()

    async def close(self) -> None:
        """End every set-up."""
        await self._setups.close()
        self._thread.shutdown(wait=False)

    async def _keep(self, name: str, finished: Path) -> Remote:
        remote = await in_thread(self._thread, self._configuration.take, name, finished)
        self._on_change()
        return remote
