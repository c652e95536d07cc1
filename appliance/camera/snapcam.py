"""An iON SnapCam: woken by Bluetooth, joined in its own Wi-Fi, read by RTSP. Its attendant is `appliance.snapcam`."""

import base64
import ipaddress
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import ffmpeg
import msgspec

from appliance.attendance import Report
from appliance.attending.outlet import LOOPBACK
from appliance.camera.attendant import attended
from appliance.camera.encoding import PARAMETERS_IN_EVERY_KEY_FRAME
from appliance.camera.mpegts_udp import MpegtsUdpCamera
from appliance.camera.network_footage import network_footage
from appliance.camera.probe import StreamFacts
from appliance.camera.radio import Radio
from appliance.camera.source import CameraTroubleError, Footage

_BLUETOOTH_ADDRESS = re.compile(r"[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){5}")
_LOOK_S = 5.0
_SDP_INPUT: dict[str, str | int] = {
    "f": "sdp",
    "protocol_whitelist": "data,rtp,udp",
    "reorder_queue_size": 0,  # the attendant has put them in order
    "buffer_size": 4_194_304,
    "analyzeduration": 1_000_000,
}


class Patience(msgspec.Struct, frozen=True):
    """How long each part may take, in seconds: to find it by Bluetooth and to be let in, to join its Wi-Fi, to answer.

    `known_s`: to answer where it was viewed before; then it is woken.
    """

    bluetooth_s: float = 12.0
    join_s: float = 50.0
    answer_s: float = 10.0
    known_s: float = 2.0


class SnapCamera:
    """`address`: by Bluetooth ("D4:2C:3D:07:44:60"; "": any SnapCam); four numbers where its Wi-Fi is joined already.

    `audio`: "none" drops the sound. `radio`: takes this box into the camera's Wi-Fi once that is on; without it,
    somebody else has to. `port`: of its RTSP server.
    """

    latency_s = 2.5
    start_limit_s = 80.0

    def __init__(
        self,
        *,
        address: str = "",
        audio: str = "auto",
        radio: Radio | None = None,
        port: int = 554,
        patience: Patience | None = None,
    ) -> None:
        self.name = f"SnapCam {address}" if address else "SnapCam"
        self._address = address
        self._audio = audio
        self._radio = radio
        self._port = port
        self._patience = patience or Patience()
        self._seen_at: str | None = None
        """Where it was viewed last: its Wi-Fi may still be on and joined."""
        self._must_wake = False
        """Whether nothing came of looking there: somebody else may have that address by now."""

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Footage]:
        module, arguments = self._attendant()
        async with attended(module, [f"--port={self._port}", *arguments], self.name, self._radio) as attendant:
            self._must_wake = not self._must_wake  # if nothing comes of this way the other is next
            report = await attendant.streaming(self.start_limit_s - _LOOK_S)
            self._seen_at, self._must_wake = report.address, False
            if report.sdp:
                yield self._footage_of_rtp(report)
                return
            url = f"udp://{LOOPBACK}:{report.port}"
            async with MpegtsUdpCamera(url=url, audio=self._audio, name=self.name).connect() as footage:
                yield msgspec.structs.replace(footage, warning=report.warning or footage.warning)

    def _attendant(self) -> tuple[str, list[str]]:
        """What to start, and with which arguments."""
        patience = self._patience
        if _is_ipv4(self._address):
            return "appliance.snapcam", [f"--patience={patience.answer_s}", self._address]
        if self._address and not _BLUETOOTH_ADDRESS.fullmatch(self._address):
            raise CameraTroubleError(
                f'camera.address is "{self._address}", neither a Bluetooth address like D4:2C:3D:07:44:60 '
                "nor four numbers like 192.168.2.103."
            )
        if self._seen_at and not self._must_wake:
            return "appliance.snapcam", [f"--patience={patience.known_s}", f"--wake={self._address}", self._seen_at]
        waits = [f"--patience={patience.bluetooth_s}", f"--join={patience.join_s}"]
        return "appliance.snapcam.waking", [*waits, *([self._address] if self._address else [])]

    def _footage_of_rtp(self, report: Report) -> Footage:
        told = base64.b64encode(report.sdp.encode()).decode()
        camera = ffmpeg.input(f"data:application/sdp;base64,{told}", **_SDP_INPUT)
        facts = StreamFacts(report.codec, report.sound)
        footage = network_footage(camera, facts, has_sound=self._audio != "none")
        options = footage.options | PARAMETERS_IN_EVERY_KEY_FRAME
        return msgspec.structs.replace(footage, options=options, warning=report.warning or footage.warning)


def _is_ipv4(address: str) -> bool:
    try:
        ipaddress.IPv4Address(address)
    except ValueError:
        return False
    return True
