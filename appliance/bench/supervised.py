"""The real supervisor as a process of its own, on settings of ours."""

import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from appliance.bench.materials import SEGMENT_S, ToolFailedError
from appliance.bench.processes import children
from appliance.child import Child
from appliance.control.client import Client
from appliance.control.errors import NoSupervisorError
from appliance.control.messages import Status, StatusAnswer

_PATIENCE_S = 30.0


class Supervised:
    """A running supervisor."""

    def __init__(self, child: Child, socket_path: str, started_s: float) -> None:
        self._child = child
        self.socket_path = socket_path
        self.started_s = started_s
        """Monotonic instant just before it was started."""

    @property
    def pid(self) -> int:
        return self._child.pid

    @property
    def ffmpeg_pid(self) -> int:
        """The ffmpeg that records."""
        return next(pid for pid, name in children(self.pid).items() if name == "ffmpeg")

    @property
    def attendant_pid(self) -> int:
        """The program that speaks with a camera which is talked to."""
        return next(pid for pid, name in children(self.pid).items() if name.startswith("python"))

    async def wait_until_recording(self) -> StatusAnswer:
        """The first status that says `recording`.

        Raises:
            ToolFailedError: if it takes too long.
        """
        return await self._wait_until(lambda status: status.recording.state == "recording", "record")

    async def wait_until_it_has(self, memories: int) -> StatusAnswer:
        """The first status that knows of so many memories. Raises as the other does."""
        return await self._wait_until(lambda status: status.memories.count == memories, "know its memories")

    async def _wait_until(self, is_so: Callable[[StatusAnswer], bool], does: str) -> StatusAnswer:
        client: Client | None = None
        while time.monotonic() < self.started_s + _PATIENCE_S:
            await asyncio.sleep(0.01)
            try:
                client = client or Client(self.socket_path)
            except NoSupervisorError:
                continue
            status = client.ask(Status())
            if is_so(status):
                client.close()
                return status
        raise ToolFailedError(f"The supervisor did not {does} within {_PATIENCE_S:g} s: {self._child.last_words}")


@asynccontextmanager
async def supervised(folder: Path, ring: Path, camera: str, more: str = "") -> AsyncIterator[Supervised]:
    """Start a supervisor with its memories in `folder`; `camera` is what stands under `[camera]`, `more` below all."""
    with tempfile.TemporaryDirectory(prefix="moment-bench-") as short:  # a socket's path has 107 bytes
        socket_path = f"{short}/control.sock"
        config = folder / "moment.toml"
        config.write_text(
            f"[camera]\n{camera}\n[ring]\ndirectory = '{ring}'\nsegment_seconds = {SEGMENT_S}\n"
            f"[memories]\ndirectory = '{folder / 'memories'}'\n[control]\nsocket = '{socket_path}'\n{more}",
            encoding="utf-8",
        )
        started_s = time.monotonic()
        child = await Child.start([sys.executable, "-m", "appliance.supervise", "--config", str(config)])
        try:
            yield Supervised(child, socket_path, started_s)
        finally:
            await child.stop()
