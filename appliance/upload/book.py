"""The queue's changes on their way to the ledger, in order, by the ledger's own thread."""

from concurrent.futures import Executor

from appliance.threads import in_thread
from appliance.upload.ledger import Kept, Ledger
from appliance.upload.queue import Changes


class Book:
    """Belongs to the loop. `remote`: the storage whose gate is written down."""

    def __init__(self, ledger: Ledger, thread: Executor, remote: str) -> None:
        self._ledger = ledger
        self._thread = thread
        self._remote = remote
        self._unwritten: list[Changes] = []
        self.spent_bytes = 0
        """Sent in the month that was asked for last."""

    async def open(self) -> Kept:
        """Read what an earlier life wrote.

        Raises:
            sqlite3.Error, OSError: if the disk does not let us.
        """
        self._unwritten.clear()
        await in_thread(self._thread, self._ledger.open)
        return await in_thread(self._thread, self._ledger.read, self._remote)

    async def close(self) -> None:
        """Let go of the file."""
        await in_thread(self._thread, self._ledger.close)

    def note(self, changes: Changes) -> None:
        """Have this written down at the next `written()`."""
        self._unwritten.append(changes)

    async def written(self) -> None:
        """Return when all that was noted is on the card. What cannot be written stays noted.

        Raises:
            sqlite3.Error, OSError: if the disk does not take it.
        """
        while self._unwritten:
            changes = self._unwritten[0]
            await in_thread(self._thread, self._ledger.write, changes, self._remote)
            if self._unwritten and self._unwritten[0] is changes:
                self._unwritten.pop(0)

    async def look_at_month(self, month: str) -> None:
        """Know what was sent in a month such as `2026-11`."""
        self.spent_bytes = await in_thread(self._thread, self._ledger.spent_bytes, month)

    async def spend(self, month: str, sent_bytes: int) -> None:
        """Count what was sent."""
        self.spent_bytes = await in_thread(self._thread, self._ledger.spend, month, sent_bytes)
