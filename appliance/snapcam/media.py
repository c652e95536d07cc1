"""What comes by UDP, put in order and handed over to ffmpeg: a bare transport stream, or RTP with its reports."""

import asyncio
import contextlib
import socket
import time
from collections.abc import Callable
from typing import Any

from appliance.attending.outlet import Outlet
from appliance.snapcam.rtp import Reordering, RtpPacket, read_rtp
from appliance.snapcam.sdp import Track

_QUEUE_BYTES = 4_194_304
_LONGEST = 65_536


class Media:
    """The packets of one track from `host`, as they come to `ear`. `heard` is called with each, in order or not."""

    def __init__(self, track: Track, host: str, ear: socket.socket, outlet: Outlet, heard: Callable[[], None]) -> None:
        self.order = Reordering()
        self._track = track
        self._host = host
        self._ear = ear
        self._outlet = outlet
        self._heard = heard
        self._source = 0
        asyncio.get_running_loop().add_reader(ear, self._read)

    def _read(self) -> None:
        """All that has come: none is given up for lost that waits to be read, and none while nothing comes.

        Where the camera has ended, the pictures behind a missing packet are not whole, and would be a memory's last.
        """
        with contextlib.suppress(BlockingIOError, ConnectionError):
            while True:
                datagram, sender = self._ear.recvfrom(_LONGEST)
                packet = read_rtp(datagram) if sender[0] == self._host else None
                if packet and packet.kind == self._track.payload:
                    self._take(packet)
        self._hand_over(self.order.overdue(time.monotonic()))

    def _take(self, packet: RtpPacket) -> None:
        self._source = packet.source
        self._heard()
        self._hand_over(self.order.take(packet, time.monotonic()))

    def close(self) -> None:
        """Tell ffmpeg that it was the last. What still waits lies behind a packet that is missing."""
        asyncio.get_running_loop().remove_reader(self._ear)
        self._ear.close()
        if not self._track.is_transport_stream:
            self._outlet.send(goodbye(self._source))

    def _hand_over(self, packets: list[RtpPacket]) -> None:
        for packet in packets:
            self._outlet.send(packet.payload if self._track.is_transport_stream else packet.raw)


class Reports(asyncio.DatagramProtocol):
    """The sender's reports of one track: by them ffmpeg keeps sound and picture together."""

    def __init__(self, host: str, outlet: Outlet) -> None:
        self._host = host
        self._outlet = outlet

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        if addr[0] == self._host:
            self._outlet.send(data)


def goodbye(source: int) -> bytes:
    """RTCP's BYE (RFC 3550, 6.6): ffmpeg ends at once."""
    return bytes([0x81, 203, 0, 1]) + source.to_bytes(4, "big")


def ears(address: str) -> tuple[socket.socket, socket.socket]:
    """An even port of ours and the next one. Raises OSError if there are none."""
    for _ in range(100):
        lower, upper = _socket(), _socket()
        lower.bind((address, 0))
        port: int = lower.getsockname()[1]
        try:
            upper.bind((address, port + 1))
        except (OSError, OverflowError):
            port = 1
        if port % 2 == 0:
            return lower, upper
        lower.close()
        upper.close()
    raise OSError("no two ports side by side")


def _socket() -> socket.socket:
    made = socket.socket(type=socket.SOCK_DGRAM)
    made.setblocking(False)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _QUEUE_BYTES)
    return made
