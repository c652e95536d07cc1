"""A HERO5 that is none, on loopback. A real one streams to UDP port 8554 and to no other."""

import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from appliance.attending.outlet import LOOPBACK, free_ports
from appliance.camera.gopro_legacy import Ports
from appliance.demo.acting import Acting
from appliance.demo.misbehaving import Fault
from appliance.demo.place import Place
from appliance.standins.legacy_gopro import Faults, LegacyGoPro


@asynccontextmanager
async def legacy_gopro(_folder: Path, stream_port: int = Ports().stream) -> AsyncIterator[Acting]:
    """It films live. `stream_port`: where a real one sends to; this one elsewhere, if somebody listens there."""
    async with LegacyGoPro(stream_port=_stream_port(stream_port)).running() as camera:
        ports = Ports(
            control=camera.control_port,
            greeting=camera.greeting_port,
            wake=(camera.wake_port,),
            stream=camera.stream_port,
        )
        yield Acting(Place(address=camera.host, ports=ports), faults_of(camera))


def _stream_port(real: int) -> int:
    with socket.socket(type=socket.SOCK_DGRAM) as trying:
        try:
            trying.bind((LOOPBACK, real))
        except OSError:
            (other,) = free_ports()
            sys.stderr.write(
                f"Another program listens on UDP port {real}, the only one that a real camera of this kind sends to; "
                f"this one sends to {other}.\n"
            )
            return other
    return real


def faults_of(camera: LegacyGoPro) -> list[Fault]:
    """What it does wrong, in this order."""

    def suffer(faults: Faults) -> None:
        camera.faults = faults

    def heal() -> None:
        suffer(Faults())

    return [
        Fault("The camera falls asleep; a magic packet wakes it.", camera.fall_asleep, heal),
        Fault("The camera sends no more pictures.", lambda: suffer(Faults(is_silent=True)), heal),
        Fault(
            "The camera sends no more pictures, and answers 500 to everything.",
            lambda: suffer(Faults(is_silent=True, refuses=500)),
            heal,
        ),
        Fault(
            "Somebody presses the camera's shutter.", lambda: suffer(Faults(is_silent=True, is_recording=True)), heal
        ),
    ]
