"""The finder of SnapCams (`appliance/found.py`): near by Bluetooth.

python -m appliance.snapcam.find [--seconds SECONDS]
"""

import argparse
import asyncio
import sys

import msgspec

from appliance.attending.serving import TroubleError
from appliance.found import Found
from appliance.snapcam.bluetooth import near_by

_ABILITIES = ("h264", "1280x720", "30/s", "sound")


def main() -> int:
    """Look for so long, and print what was found."""
    parser = argparse.ArgumentParser(prog="python -m appliance.snapcam.find")
    parser.add_argument("--seconds", type=float, default=6.0)
    try:
        heard = asyncio.run(near_by(parser.parse_args().seconds))
    except TroubleError as trouble:
        sys.stderr.write(f"{trouble}\n")
        return 1
    for name, address in heard:
        sys.stdout.buffer.write(msgspec.json.encode(Found("snapcam", name, address, _ABILITIES)) + b"\n")
    sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
