"""The finder of GoPros of the old kind (`appliance/found.py`): the one whose Wi-Fi this box is in, woken.

    python -m appliance.gopro_legacy.find [--seconds SECONDS]

They announce themselves nowhere, and their Bluetooth tells nothing of their kind.
"""

import argparse
import asyncio
import sys

import msgspec

from appliance.attending.interfaces import own_addresses
from appliance.found import Found
from appliance.gopro_addresses import ON_ITS_WIFI, OPEN_PORT, is_in_its_wifi
from appliance.gopro_legacy.control import Control, ControlError
from appliance.gopro_legacy.session import hindrance_of
from appliance.gopro_legacy.waking import wake

_PORT = 80
_AGAIN_S = 1.0
_ABILITIES = ("h264", "30/s")


def main() -> int:
    """Look for so long, and print what was found."""
    parser = argparse.ArgumentParser(prog="python -m appliance.gopro_legacy.find")
    parser.add_argument("--seconds", type=float, default=6.0)
    seconds = parser.parse_args().seconds
    found = asyncio.run(_look(seconds)) if is_in_its_wifi(own_addresses()) else None
    if found:
        sys.stdout.buffer.write(msgspec.json.encode(found) + b"\n")
        sys.stdout.flush()
    return 0


async def _look(seconds: float) -> Found | None:
    """Who answers where every GoPro is in its own Wi-Fi, if it is one of the old kind; it may take its time to wake."""
    old, new = Control(ON_ITS_WIFI, _PORT, "GoPro"), Control(ON_ITS_WIFI, OPEN_PORT, "GoPro")
    try:
        async with asyncio.timeout(seconds):
            while not await new.speaks_open():
                wake(ON_ITS_WIFI)
                if found := await _ask(old):
                    return found
                await asyncio.sleep(_AGAIN_S)
    except TimeoutError:
        pass
    return None


async def _ask(camera: Control) -> Found | None:
    try:
        status = await camera.status()
    except ControlError:
        return None
    name = (await camera.info()).model_name or "GoPro"
    return Found("gopro-legacy", name, ON_ITS_WIFI, _ABILITIES, hindrance_of(name, status))


if __name__ == "__main__":
    sys.exit(main())
