"""The finder of Open GoPro cameras (`appliance/found.py`): at their usual addresses, announced, and near by Bluetooth.

python -m appliance.gopro.find [--seconds SECONDS]
"""

import argparse
import asyncio
import sys

import msgspec
from bleak.exc import BleakError

from appliance.attending.interfaces import own_addresses
from appliance.found import WIRED, Found
from appliance.gopro.client import TALK_ERRORS, GoProClient
from appliance.gopro.finding import find_announced
from appliance.gopro.http import CameraHttp
from appliance.gopro.models import Model, model_of
from appliance.gopro.waking import NONE, near_by, why_not
from appliance.gopro_addresses import is_over_usb, likely_addresses, with_port

_ANSWER_S = 2.0
_BUS_S = 4.0
"""Beyond its time: a bus waits longer for a daemon that does not come up."""


def main() -> int:
    """Look for so long, and print what was found."""
    parser = argparse.ArgumentParser(prog="python -m appliance.gopro.find")
    parser.add_argument("--seconds", type=float, default=6.0)
    return asyncio.run(_look(parser.parse_args().seconds))


async def _look(seconds: float) -> int:
    """By all means at once; one that answers is not listed again as one that sleeps."""
    reachable, asleep = await asyncio.gather(asyncio.to_thread(_reachable, seconds), _asleep(seconds))
    for found in reachable or ([asleep] if isinstance(asleep, Found) else []):
        sys.stdout.buffer.write(msgspec.json.encode(found) + b"\n")
    sys.stdout.flush()
    if isinstance(asleep, str):
        sys.stderr.write(f"{asleep}\n")
        return 1
    return 0


def _reachable(seconds: float) -> list[Found]:
    found = [one for address in likely_addresses(own_addresses()) if (one := _ask(with_port(address)))]
    if found:
        return found
    try:
        announced = find_announced(max(0.5, seconds - _ANSWER_S))
    except OSError:  # no network at all
        return []
    one = _ask(announced) if announced else None
    return [one] if one else []


def _ask(address: str) -> Found | None:
    """Who answers there, if it is an Open GoPro camera."""
    client = GoProClient(CameraHttp(address, _ANSWER_S))
    try:
        client.version()
        info = client.info()
    except TALK_ERRORS:
        return None
    model = model_of(info.firmware_version, info.model_name)
    is_wired = is_over_usb(address)
    abilities = (*_picture(model, is_wired=is_wired), "30/s", *([WIRED] if is_wired else []))
    return Found("gopro", info.name, address, abilities)


def _picture(model: Model, *, is_wired: bool) -> tuple[str, str]:
    if model.has_webcam and is_wired:
        return "h264", "1920x1080"
    return "hevc" if model.name == "HERO13" else "h264", "1280x720"


async def _asleep(seconds: float) -> Found | str | None:
    """One that is near; why it cannot be known, in a sentence."""
    try:
        async with asyncio.timeout(seconds + _BUS_S):
            device = await near_by(max(0.5, seconds - _ANSWER_S))
    except TimeoutError:
        return NONE
    except (BleakError, OSError, EOFError) as error:
        return why_not(error)
    return Found("gopro", device.name or "GoPro", "", ("h264", "1280x720", "30/s")) if device else None


if __name__ == "__main__":
    sys.exit(main())
