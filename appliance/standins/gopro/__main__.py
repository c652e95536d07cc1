"""A stand-in by itself, until it is told to end. Prints where it listens."""

import argparse
import contextlib
import signal
import sys
import threading
from pathlib import Path

from appliance.standins.gopro.announcement import Announcement
from appliance.standins.gopro.kinds import KINDS
from appliance.standins.gopro.paths import SERIAL
from appliance.standins.gopro.standin import GoProStandIn


def main() -> int:
    """Serve until SIGTERM or Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m appliance.standins.gopro", description=__doc__)
    parser.add_argument("--model", choices=KINDS, default="HERO12")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("--stream-port", type=int, default=8554)
    parser.add_argument("--wired", action="store_true")
    parser.add_argument("--announce", action="store_true")
    parser.add_argument("--size", default="848x480", help="of its pictures")
    parser.add_argument("--folder", type=Path, help="for its card and its film")
    asked = parser.parse_args()
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    camera = GoProStandIn(
        KINDS[asked.model],
        host=asked.host,
        port=asked.port,
        stream_port=asked.stream_port,
        is_wired=asked.wired,
        folder=asked.folder,
        size=asked.size,
    )
    with contextlib.ExitStack() as stack:
        stack.enter_context(camera)
        if asked.announce:
            stack.enter_context(Announcement(SERIAL, asked.host, asked.port))
        sys.stdout.write(f"{camera.address}\n")
        sys.stdout.flush()
        over.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
