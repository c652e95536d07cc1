"""An RTSP camera: asked what it has, then read over TCP (or UDP, by setting)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal
from urllib.parse import urlsplit

import ffmpeg
import msgspec

from appliance.camera.encoding import PARAMETERS_IN_EVERY_KEY_FRAME
from appliance.camera.network_footage import network_footage
from appliance.camera.probe import LOOK_LIMIT_S, Probe
from appliance.camera.source import CameraTroubleError, Footage
from appliance.camera.troubles import without_secrets

_SILENCE_US = 3_000_000
"""ffmpeg gives up a connection that is silent for so long. `timeout` is its name since ffmpeg 5."""
_SOCKET_BYTES = 4_194_304
_ANALYSE_US = 3_000_000


class RtspCamera:
    """A camera that answers RTSP at `url`; a user name and a password may stand in it.

    `audio`: "none" drops the sound. `transport`: how the packets come. `look_limit_s`: how long a first look at it may
    take, by the wall clock.
    """

    latency_s = 2.0
    start_limit_s = 12.0

    def __init__(
        self,
        *,
        url: str,
        audio: str = "auto",
        transport: Literal["tcp", "udp"] = "tcp",
        look_limit_s: float = LOOK_LIMIT_S,
    ) -> None:
        self._url = url
        self._has_sound = audio != "none"
        self._options: dict[str, str | int] = {
            "rtsp_transport": transport,
            "timeout": _SILENCE_US,
            "analyzeduration": _ANALYSE_US,
            "buffer_size": _SOCKET_BYTES,
            "allowed_media_types": "video+audio" if self._has_sound else "video",
        }
        self.name = f"RTSP camera at {without_secrets(url)}"
        silent = f"{self.name} sends no picture; is it awake?"
        self._probe = Probe(url, self._options, name=self.name, if_silent=silent, limit_s=look_limit_s)

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Footage]:
        self._check_url()
        async with self._probe.epoch() as facts:
            camera = ffmpeg.input(self._url, f="rtsp", **self._options)
            footage = network_footage(camera, facts, has_sound=self._has_sound)
            if footage.options["c:v"] == "copy":
                footage = msgspec.structs.replace(footage, options=footage.options | PARAMETERS_IN_EVERY_KEY_FRAME)
            yield footage

    def _check_url(self) -> None:
        if any(c.isspace() for c in self._url):
            raise CameraTroubleError("camera.url must not hold blanks; write %20 for each.")
        try:
            address = urlsplit(self._url)
            is_good = address.scheme in {"rtsp", "rtsps"} and bool(address.hostname) and address.port != 0
        except ValueError:
            is_good = False
        if not is_good:
            raise CameraTroubleError(f'camera.url is "{without_secrets(self._url)}", not rtsp://ADDRESS/PATH.')
