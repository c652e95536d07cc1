"""An archive for whoever helps: how the recorder is and what happened, without any secret.

It is put together by a process of its own (`appliance.service.packing`), so that the recorder carries nothing of that.
"""

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections.abc import Awaitable, Callable

import msgspec
from msgspec import Struct

from appliance.child import GENTLY, Child
from appliance.control.errors import RefusedError
from appliance.control.messages import DiagnosticsAnswer, StatusAnswer
from appliance.decoding import decoded_or_none
from appliance.settings.model import Settings

JOURNAL_LINES = 1000
JOURNAL_LIMIT_S = 10.0
PACKING_LIMIT_S = 90.0
"""Megabytes of logs are searched for secrets, gently, by a small computer."""


class Packed(Struct, frozen=True):
    """What the process prints. `trouble`: why there is no archive."""

    path: str = ""
    size_bytes: int = 0
    trouble: str = ""


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
    """Has the archive put together; one after the other."""

    def __init__(
        self,
        settings: Settings,
        status: Callable[[], StatusAnswer],
        journal: Callable[[], Awaitable[str]] = read_journal,
    ) -> None:
        self._settings = settings
        self._status = status
        self._journal = journal
        self._order = asyncio.Lock()

    async def make(self) -> DiagnosticsAnswer:
        """Write it.

        Raises:
            RefusedError: the disk does not take it, or it takes too long.
        """
        async with self._order:
            texts = {
                "status.json": msgspec.json.format(msgspec.json.encode(self._status())).decode(),
                "journal.txt": await self._journal(),
            }
            packed = await _pack(msgspec.json.encode({"settings": self._settings, "texts": texts}))
        if packed.trouble:
            raise RefusedError(packed.trouble)
        return DiagnosticsAnswer(packed.path, packed.size_bytes)


async def _pack(wanted: bytes) -> Packed:
    """The settings hold secrets: they go through a pipe, where no list of processes shows them."""
    argv = [*GENTLY, sys.executable, "-m", "appliance.service.packing"]
    child = await Child.start(argv, output=PIPE, told=wanted)
    try:
        async with asyncio.timeout(PACKING_LIMIT_S):
            printed = await child.output.read()
            await child.wait()
    except TimeoutError:
        return Packed(trouble="The archive took too long to write: try again when the box is less busy.")
    finally:
        await child.stop(patience_s=1.0)
    return decoded_or_none(printed, Packed) or Packed(
        trouble="The archive was not written, by a mistake of the box: its journal tells more, to who can read that."
    )
