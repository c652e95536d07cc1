"""The attendant of one Open GoPro camera: finds it, wakes it, starts its stream, keeps it alive, until told to end.

    python -m appliance.gopro [--address ADDRESS[:PORT]] [--port PORT]

It says how it stands on its standard output (`appliance/attendance.py`). SIGTERM: it stops the stream and ends.
"""

import argparse
import asyncio
import contextlib
import signal
import sys

from appliance.attendance import Report, say
from appliance.clock import Clock, SystemClock
from appliance.gopro.attending import Attending
from appliance.gopro.line import HungError
from appliance.gopro.performing import Hands

STREAM_PORT = 8554
_HANGS = "The GoPro begins to answer and comes to no end: switch it off and on again."


def main() -> int:
    """Attend until told to end."""
    parser = argparse.ArgumentParser(prog="python -m appliance.gopro", description=__doc__)
    parser.add_argument("--address", default="")
    parser.add_argument("--port", type=int, default=STREAM_PORT)
    asked = parser.parse_args()
    asyncio.run(_until_told(asked.address, asked.port))
    return 0


async def _until_told(address: str, port: int) -> None:
    clock = SystemClock()
    hands = Hands(clock, port)
    task = asyncio.create_task(_attend(Attending(address, tells_time=clock.is_trusted()), hands, clock))
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def _attend(attending: Attending, hands: Hands, clock: Clock) -> None:
    told: Report | None = None
    try:
        while True:
            if attending.report != told:
                told = attending.report
                say(told)
            outcome = await hands.perform(attending.step)
            attending.done(outcome, clock.monotonic_s())
    except HungError:
        say(Report("trouble", _HANGS, told.camera if told else ""))
    except BrokenPipeError:  # whoever started us is gone
        pass
    finally:
        with contextlib.suppress(HungError):
            await hands.leave()


if __name__ == "__main__":
    sys.exit(main())
