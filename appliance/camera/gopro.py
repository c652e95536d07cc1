"""An Open GoPro camera (HERO9 and later), by wire or by its Wi-Fi. Its attendant (`appliance/gopro`) speaks with it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from appliance.camera.attendant import attended
from appliance.camera.mpegts_udp import MpegtsUdpCamera, mpegts_input
from appliance.camera.network_footage import network_footage
from appliance.camera.probe import StreamFacts
from appliance.camera.radio import Radio
from appliance.camera.source import CameraTroubleError, Footage

STREAM_PORT = 8554
_LOOK_S = 5.0


class GoProCamera:
    """`address`: where it is, "" to have it found. `port`: where its stream arrives; only newer models know another.

    `radio`: takes this box into the camera's Wi-Fi once that is on; without it, somebody else has to. A stream that
    stops for 3 s ends the epoch: its time stamps begin anew when it is started again, which the next one does.
    """

    latency_s = 1.0
    start_limit_s = 80.0
    """It may have to be looked for, to be woken by Bluetooth, and to be joined in its Wi-Fi before it sends."""

    def __init__(
        self, *, address: str = "", audio: str = "auto", port: int = STREAM_PORT, radio: Radio | None = None
    ) -> None:
        self.name = f"GoPro at {address}" if address else "GoPro"
        self._arguments = ["--port", str(port), *(["--address", address] if address else [])]
        self._audio = audio
        self._radio = radio
        self._told = ""

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Footage]:
        try:
            async with self._connected() as footage:
                yield footage
        except CameraTroubleError as trouble:
            self._told = str(trouble)
            raise

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[Footage]:
        async with attended("appliance.gopro", self._arguments, self.name, self._radio) as attendant:
            report = await attendant.streaming(self.start_limit_s - _LOOK_S, self._told)
            self.name, self._told = report.camera or self.name, ""
            url = f"udp://0.0.0.0:{report.port}"
            if report.codec:
                facts = StreamFacts(report.codec, None)
                yield network_footage(mpegts_input(url, facts), facts, has_sound=False)
                return
            stream = MpegtsUdpCamera(url=url, audio=self._audio, look_limit_s=_LOOK_S, name=self.name)
            async with stream.connect() as footage:
                yield footage
