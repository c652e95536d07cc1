"""`python -m appliance.snapcam HOST`: views a SnapCam whose Wi-Fi this box is in. Says its words on standard output.

With `--wake` it becomes `python -m appliance.snapcam.waking` when nobody answers there.
"""

import argparse
import os
import sys
from collections.abc import Sequence

from appliance.attending.serving import serve
from appliance.snapcam.streaming import AbsentError, Streaming


def main(argv: Sequence[str] | None = None) -> int:
    """View it until SIGTERM, or until that cannot be done; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m appliance.snapcam")
    parser.add_argument("host", help="the camera's IPv4 address")
    parser.add_argument("--port", type=int, default=554)
    parser.add_argument("--patience", type=float, default=10.0, help="seconds until its server answers")
    parser.add_argument("--warning", help="what the owner should know of it")
    parser.add_argument("--wake", metavar="ADDRESS", help='Bluetooth address of the camera to wake, "" for any')
    given = parser.parse_args(argv)
    streaming = Streaming(given.host, given.port, given.patience, given.warning)
    if given.wake is None:
        return serve(streaming.run())
    must_wake: list[bool] = []
    code = serve(_unless_absent(streaming, must_wake))
    if must_wake:
        arguments = [f"--port={given.port}", *([given.wake] if given.wake else [])]
        os.execv(sys.executable, [sys.executable, "-m", "appliance.snapcam.waking", *arguments])
    return code


async def _unless_absent(streaming: Streaming, must_wake: list[bool]) -> None:
    try:
        await streaming.run()
    except AbsentError:
        must_wake.append(True)


if __name__ == "__main__":
    sys.exit(main())
