"""In a network of its own: a GoPro of the old kind where such cameras are, and a finder that is told nothing of it.

    python -m tests.stands.found_legacy_gopro [--asleep | --recording | --hanging | --newer]

`--newer`: it speaks the newer language, too. Prints what the finders told, as JSON.
"""

import asyncio
import contextlib
import sys
import tempfile
from pathlib import Path

import msgspec

from appliance.camera.finders import FINDERS, Findings, look
from appliance.gopro_addresses import ON_ITS_WIFI, OPEN_PORT
from appliance.standins.gopro import GoProStandIn
from appliance.standins.legacy_gopro import LegacyGoPro

OLD = [finder for finder in FINDERS if finder.argv[-1] == "appliance.gopro_legacy.find"]


async def find() -> Findings:
    """What is found of one camera that is switched on; a sleeping one wakes for a magic packet alone."""
    gopro = LegacyGoPro(host=ON_ITS_WIFI, control_port=80, wake_port=9)
    gopro.faults.is_asleep = "--asleep" in sys.argv
    gopro.faults.is_recording = "--recording" in sys.argv
    gopro.faults.hangs = "--hanging" in sys.argv
    async with gopro.running():
        # a finder yields to everything else, so where all processors are busy it takes its time to load
        return await look(OLD, 4.0 if gopro.faults.hangs else 15.0, grace_s=150.0)


def main() -> None:
    """One camera, one search."""
    with contextlib.ExitStack() as stack:
        if "--newer" in sys.argv:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            stack.enter_context(GoProStandIn(host=ON_ITS_WIFI, port=OPEN_PORT, size="320x180", folder=folder))
        sys.stdout.buffer.write(msgspec.json.encode(asyncio.run(find())))


if __name__ == "__main__":
    main()
