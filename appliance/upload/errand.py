"""The transfer that is under way: whose it is, how far it is, and what holds it back."""

import asyncio
from typing import Protocol

from appliance.upload.model import Account, Job, Progress


class Brake(Protocol):
    """What slows transfers down; called at any time, and it holds for later transfers too."""

    def pause(self) -> None:
        """Stand still."""

    def resume(self) -> None:
        """Go on."""

    def throttle(self, *, on: bool) -> None:
        """Go at a quarter of the speed, or no longer."""


class Errand:
    """One job on its way. `task` ends with the job as it then is, or raises `StorageError`."""

    def __init__(self, job: Job, task: "asyncio.Task[Job]") -> None:
        self.job = job
        self.task = task
        self.progress: Progress | None = None
        self.spent_bytes = 0
        """Counted for the monthly cap before it was sent."""
        self._sent_bytes = 0

    @property
    def unspent_bytes(self) -> int:
        """What was sent and not counted yet; below 0 if less was sent."""
        return self._sent_bytes - self.spent_bytes

    async def ended(self) -> None:
        """Return when the task has ended, however that is; who is cancelled meanwhile cancels it first."""
        try:
            await asyncio.wait([self.task])
        except asyncio.CancelledError:
            self.call_off()
            await asyncio.wait([self.task])
            raise

    def call_off(self) -> None:
        """End it; what has been sent of it is swept at the next try."""
        self.task.cancel()

    def moved(self, progress: Progress) -> None:
        """Bytes have left the box."""
        before = self.progress.sent_bytes if self.progress else 0
        self._sent_bytes += max(0, progress.sent_bytes - before)
        self.progress = progress

    def account(self, *, is_paused: bool) -> Account:
        """What is told of it."""
        reason = "A press goes first." if is_paused else None
        return Account("uploading", reason, None, self.job.remote_path, self.job.remark, self.progress)
