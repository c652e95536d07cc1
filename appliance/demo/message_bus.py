"""A message bus for the stand-ins alone: the distribution's `dbus-daemon`."""

import secrets
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from shutil import which

from appliance.child import Child
from appliance.demo.acting import NoStageError
from appliance.tools import INSTALL

_PROGRAM = "dbus-daemon"


@asynccontextmanager
async def message_bus() -> AsyncIterator[str]:
    """Its address. It has no file that a kill would leave behind, and lets in nobody but this user.

    Raises:
        NoStageError: if there is no such program, or it does not work.
    """
    if which(_PROGRAM) is None:
        need = "The SnapCam's stand-in needs a message bus of its own"
        raise NoStageError(f"{need}, and {_PROGRAM} is not installed. {INSTALL} {_PROGRAM}")
    address = f"unix:abstract=moment-demo-{secrets.token_hex(8)}"
    argv = [_PROGRAM, "--session", "--nofork", "--nopidfile", "--nosyslog", "--print-address", f"--address={address}"]
    child = await Child.start(argv, output=PIPE)
    try:
        if not await child.output.readline():
            await child.wait()
            raise NoStageError(f"{_PROGRAM} does not start: {child.last_words or 'without a word'}.")
        yield address
    finally:
        await child.stop(0.5)
