"""The real pages as a process of their own, before a supervisor."""

import asyncio
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from msgspec import Struct

from appliance.bench.materials import ToolFailedError
from appliance.child import Child

_PATIENCE_S = 60.0


class Pages(Struct, frozen=True):
    """The pages' process, and the port at which it serves this machine."""

    pid: int
    port: int


@asynccontextmanager
async def served(folder: Path, socket_path: str) -> AsyncIterator[Pages]:
    """Start them; what they remember is in `folder`."""
    port: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def hear(line: str) -> None:
        if not port.done() and (found := re.search(r"http://127\.0\.0\.1:(\d+)/", line)):
            port.set_result(int(found[1]))

    python = [sys.executable, "-m", "setup_portal", "--trust-loopback"]
    how = ["--state", str(folder), "--socket", socket_path, "--listen", "127.0.0.1:0"]
    child = await Child.start([*python, *how], hear=hear)
    try:
        await asyncio.wait([port], timeout=_PATIENCE_S)
        if not port.done():
            raise ToolFailedError(f"The pages do not serve: {child.last_words}")
        yield Pages(child.pid, port.result())
    finally:
        await child.stop()
