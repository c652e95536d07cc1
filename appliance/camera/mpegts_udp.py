"""A camera that sends MPEG-TS over UDP to this box (GoPro preview and webcam, encoders, multicast).

The input options were found on GoPros (Open GoPro issues, GoProStream issue 56) and tried on ffmpeg 5.1: the
FIFO must be large and must not end the stream when it overruns; `+discardcorrupt` would throw away a tenth of
the pictures at 1 % lost packets. Datagrams of any length will do: ffmpeg finds the packets by itself.
"""

import functools
import ipaddress
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import ffmpeg

from appliance.camera.first_datagrams import listen
from appliance.camera.network_footage import is_copied, network_footage
from appliance.camera.probe import LOOK_LIMIT_S, Glance, Probe
from appliance.camera.source import CameraTroubleError, Footage
from appliance.camera.troubles import without_secrets

_UDP_OPTIONS = {
    "overrun_nonfatal": "1",
    "fifo_size": "100000",  # packets of 188 bytes
    "buffer_size": "4194304",
    "timeout": "3000000",  # microseconds
}
_INPUT_OPTIONS: dict[str, str | int] = {"f": "mpegts", "fflags": "+genpts", "probesize": 1_000_000}
_QUICK_LOOK_US, _LOOK_US = 500_000, 2_000_000
"""ffmpeg always takes all of this time (`analyzeduration`), as it never knows whether another stream will come. What is
to be copied is known by its table and a first frame of sound; what is to be encoded may need a key frame."""


def listening_url(url: str) -> str:
    """`url` with our UDP options; options that the owner wrote into it are kept.

    Raises:
        ValueError: if it is not `udp://ADDRESS:PORT`.
    """
    address = urlsplit(url)
    if address.scheme != "udp" or not address.port or any(c.isspace() for c in url):
        raise ValueError(url)
    options = _UDP_OPTIONS | dict(parse_qsl(address.query, keep_blank_values=True))
    return urlunsplit(address._replace(query=urlencode(options)))


def plain_address(url: str) -> tuple[str, int] | None:
    """Address and port of a stream that is sent to this machine alone; None for a group, a name, or with options."""
    address = urlsplit(url)
    host = address.hostname or "0.0.0.0"  # noqa: S104 - what ffmpeg does with `udp://@:PORT`
    try:
        is_plain = not address.query and not ipaddress.IPv4Address(host).is_multicast
    except ValueError:
        return None
    return (host, address.port) if is_plain and address.port else None


class MpegtsUdpCamera:
    """Listens at `url`: `udp://0.0.0.0:8554`, `udp://@:8554`, or a multicast group.

    `audio`: "none" drops the sound. `look_limit_s`: how long a first look at it may take, by the wall clock.
    `name`: of the camera behind it, where it is known.
    """

    latency_s = 1.0
    start_limit_s = 12.0

    def __init__(
        self, *, url: str, audio: str = "auto", look_limit_s: float = LOOK_LIMIT_S, name: str | None = None
    ) -> None:
        self._url = url
        self._has_sound = audio != "none"
        self.name = name or f"MPEG-TS stream at {without_secrets(url)}"
        self._look_limit_s = look_limit_s
        self._probe: Probe | None = None

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Footage]:
        try:
            url = listening_url(self._url)
        except ValueError:
            shown = without_secrets(self._url)
            raise CameraTroubleError(f'camera.url is "{shown}", not udp://0.0.0.0:PORT.') from None
        async with self._ready_probe(url).epoch() as facts:
            look_us = _QUICK_LOOK_US if is_copied(facts) else _LOOK_US
            camera = ffmpeg.input(url, **_INPUT_OPTIONS, analyzeduration=look_us)
            yield network_footage(camera, facts, has_sound=self._has_sound)

    def _ready_probe(self, url: str) -> Probe:
        if self._probe is None:
            silent = f"{self.name} brings no picture; is the camera streaming to this box's address and port?"
            looks = [_INPUT_OPTIONS | {"analyzeduration": look_us} for look_us in (_QUICK_LOOK_US, _LOOK_US)]
            self._probe = Probe(
                url, *looks, name=self.name, if_silent=silent, glance=self._glance(), limit_s=self._look_limit_s
            )
        return self._probe

    def _glance(self) -> Glance | None:
        address = plain_address(self._url)
        return functools.partial(listen, *address) if address else None
