"""In a network of its own: a stand-in at an address, and a source that is told nothing of it.

    python -m tests.stands.found_gopro [ADDRESS PORT [--announce]]

Without an address the camera is somebody else's business.

Prints what the source called it, and how long it took, as JSON; or its sentence.
"""

import asyncio
import contextlib
import json
import sys
import tempfile
import time
from pathlib import Path

from appliance.camera.gopro import GoProCamera
from appliance.camera.source import CameraTroubleError
from appliance.standins.gopro import GoProStandIn
from appliance.standins.gopro.announcement import Announcement
from appliance.standins.gopro.paths import SERIAL


async def find() -> str:
    """Its name, or why it was not found."""
    source = GoProCamera()
    try:
        async with source.connect():
            return source.name
    except CameraTroubleError as trouble:
        return str(trouble)


def main() -> None:
    """One camera, one search."""
    with contextlib.ExitStack() as stack:
        if sys.argv[1:]:
            host, port = sys.argv[1], int(sys.argv[2])
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            stack.enter_context(GoProStandIn(host=host, port=port, size="320x180", folder=folder))
            if "--announce" in sys.argv:
                stack.enter_context(Announcement(SERIAL, host, port))
        began_s = time.monotonic()
        found = asyncio.run(find())
        print(json.dumps({"found": found, "after_s": round(time.monotonic() - began_s, 2)}))  # noqa: T201


if __name__ == "__main__":
    main()
