"""The pages for the phone beside the demo, as a process of their own: on the box, systemd starts them."""

import contextlib
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from appliance.child import Child, Hear

ADDRESSES = ("127.0.0.1:8080", "127.0.0.1:0")
"""The first that is free is taken; 0: any port."""


@contextlib.asynccontextmanager
async def pages(socket_path: str, hear: Hear) -> AsyncIterator[None]:
    """Serve them to this machine alone; `hear` gets what they say, such as their address."""
    child = await Child.start(argv(socket_path), hear=hear)
    try:
        yield
    finally:
        await child.stop()


def argv(socket_path: str) -> Sequence[str]:
    """What is started. The pages remember in a folder beside the socket."""
    listening = [word for address in ADDRESSES for word in ("--listen", address)]
    folder = str(Path(socket_path).with_name("pages"))
    python = [sys.executable, "-m", "setup_portal"]
    return [*python, "--state", folder, "--socket", socket_path, "--trust-loopback", *listening]
