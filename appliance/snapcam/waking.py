"""`python -m appliance.snapcam.waking [ADDRESS]`: has a SnapCam switch its Wi-Fi on, and becomes its viewer.

The viewer is another program in the same process, so that bleak does not stay in memory. Whoever listens to our words
takes this box into the camera's Wi-Fi meanwhile.
"""

import argparse
import os
import sys
import time
from collections.abc import Sequence

from appliance.attendance import AccessPoint, Report, say
from appliance.attending.serving import serve
from appliance.clock import Clock, SystemClock
from appliance.snapcam.bluetooth import wake
from appliance.snapcam.commands import Told

_JOIN_LIMIT_S = 50.0
"""The Wi-Fi comes on some seconds after it was asked for; then it has to be found and joined, by others."""


def main(argv: Sequence[str] | None = None) -> int:
    """Wake it, then view it; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m appliance.snapcam.waking")
    parser.add_argument("address", nargs="?", default="", help="Bluetooth address of the camera")
    parser.add_argument("--port", default="554")
    parser.add_argument("--patience", type=float, default=12.0, help="seconds to find it, and to be let in")
    parser.add_argument("--join", type=float, default=_JOIN_LIMIT_S, help="seconds until its server answers")
    given = parser.parse_args(argv)
    woken: list[Told] = []
    code = serve(_wake(given.address, given.patience, woken))
    if not woken:
        return code
    told = woken[0]
    warning = [f"--warning={told.warning}"] if told.warning else []
    options = [f"--port={given.port}", f"--patience={given.join}", *warning]
    os.execv(sys.executable, [sys.executable, "-m", "appliance.snapcam", *options, told.address])
    return code


def local_time(clock: Clock) -> time.struct_time | None:
    """What the camera's clock may be set to; None where ours is not trusted."""
    return time.localtime(clock.wall_s()) if clock.is_trusted() else None


async def _wake(address: str, patience_s: float, woken: list[Told]) -> None:
    say(Report("searching", "A SnapCam is looked for by Bluetooth."))
    told = await wake(address, local_time(SystemClock()), patience_s)
    say(Report("preparing", f"The Wi-Fi {told.ssid} is joined.", access_point=AccessPoint(told.ssid, told.password)))
    woken.append(told)


if __name__ == "__main__":
    sys.exit(main())
