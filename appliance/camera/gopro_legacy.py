"""A GoPro of the old kind (HERO4 to HERO8) over its own Wi-Fi. Its attendant is `appliance.gopro_legacy`."""

import ipaddress
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from msgspec import Struct

from appliance.attending.outlet import LOOPBACK
from appliance.camera.attendant import attended
from appliance.camera.mpegts_udp import MpegtsUdpCamera
from appliance.camera.source import CameraTroubleError, Footage
from appliance.gopro_addresses import ON_ITS_WIFI

_START_S = 20.0
"""How long its attendant may take to begin, from a slow card, and to give up."""


class Ports(Struct, frozen=True):
    """Where a GoPro listens, and where its stream comes to; others only where it is not a real one."""

    control: int = 80
    greeting: int = 8554
    wake: tuple[int, ...] = (9, 7)
    stream: int = 8554

    def arguments(self) -> list[str]:
        """For its attendant."""
        wakes = [f"--wake-port={port}" for port in self.wake]
        return [
            f"--control-port={self.control}",
            f"--greeting-port={self.greeting}",
            *wakes,
            f"--stream-port={self.stream}",
        ]


class LegacyGoProCamera:
    """The GoPro at `address` (IPv4; "": where every GoPro is in its own network). `audio`: "none" drops the sound.

    `patience_s`: how long it may take to wake it and to have it stream.
    """

    latency_s = 1.5
    start_limit_s = 45.0

    def __init__(
        self, *, address: str = "", audio: str = "auto", ports: Ports | None = None, patience_s: float = 15.0
    ) -> None:
        self._address = address or ON_ITS_WIFI
        self._audio = audio
        self._patience_s = patience_s
        self._arguments = [self._address, f"--patience={patience_s}", *(ports or Ports()).arguments()]
        self.name = f"GoPro at {self._address}"

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Footage]:
        self._check_address()
        async with attended("appliance.gopro_legacy", self._arguments, self.name) as attendant:
            report = await attendant.streaming(self._patience_s + _START_S)
            url = f"udp://{LOOPBACK}:{report.port}"
            async with MpegtsUdpCamera(url=url, audio=self._audio, name=self.name).connect() as footage:
                yield footage

    def _check_address(self) -> None:
        try:
            ipaddress.IPv4Address(self._address)
        except ValueError:
            raise CameraTroubleError(f'camera.address is "{self._address}", not four numbers like 10.5.5.9.') from None
