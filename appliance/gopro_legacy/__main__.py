"""`python -m appliance.gopro_legacy ADDRESS`: the attendant's process. Says its words on standard output."""

import argparse
import sys
from collections.abc import Sequence

from appliance.attending.outlet import Outlet, free_ports
from appliance.attending.serving import serve
from appliance.gopro_legacy.attending import Attending, Place
from appliance.gopro_legacy.session import PATIENCE_S
from appliance.gopro_legacy.waking import PORTS


def main(argv: Sequence[str] | None = None) -> int:
    """Serve the camera at an address until SIGTERM, or until that cannot be done; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m appliance.gopro_legacy")
    parser.add_argument("address", help="the camera's IPv4 address")
    parser.add_argument("--control-port", type=int, default=80)
    parser.add_argument("--greeting-port", type=int, default=8554)
    parser.add_argument("--wake-port", type=int, action="append")
    parser.add_argument("--stream-port", type=int, default=8554)
    parser.add_argument("--patience", type=float, default=PATIENCE_S, help="seconds until pictures come")
    given = parser.parse_args(argv)
    place = Place(
        host=given.address,
        control_port=given.control_port,
        greeting_port=given.greeting_port,
        wake_ports=tuple(given.wake_port or PORTS),
        stream_port=given.stream_port,
        patience_s=given.patience,
    )
    with Outlet(free_ports()[0]) as outlet:
        attending = Attending(place, f"GoPro at {place.host}", outlet)
        return serve(attending.run(), attending.say_goodbye)


if __name__ == "__main__":
    sys.exit(main())
