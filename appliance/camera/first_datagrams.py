"""What an MPEG-TS stream consists of, from its first datagrams: sooner than ffprobe has loaded its libraries.

Only where nothing is left to doubt: H.264 or HEVC pictures, with no sound or with AAC that says its rate and its
channels. All else is ffprobe's. Sources: ISO/IEC 13818-1 table 2-34 (stream types), 2.4.3.6 (PES), ISO/IEC 13818-7
6.2 (ADTS).
"""

import asyncio
from typing import Any

from appliance.camera.probe import StreamFacts
from appliance.mpegts.packets import Packet, first_packet, packets
from appliance.mpegts.tables import PROGRAMMES_PID, ListedStream, listed_streams, programme_maps

ENOUGH_S = 1.0
"""Tables come several times a second; a stream that has not told by then is left to ffprobe."""

_PICTURES = {0x1B: "h264", 0x24: "hevc"}
_AAC = 0x0F
_ADTS_BYTES = 4
_PES_HEADER_BYTES = 9
_RATES = 13
"""ADTS knows 13 sampling rates."""


class FirstDatagrams:
    """Takes one datagram after the other. `facts` once they are certain; `is_doubtful` once they never will be."""

    def __init__(self) -> None:
        self.facts: StreamFacts | None = None
        self.is_doubtful = False
        self._map_pid: int | None = None
        self._picture: str | None = None
        self._sound_pid: int | None = None

    @property
    def is_done(self) -> bool:
        """Whether another datagram would tell nothing more."""
        return self.facts is not None or self.is_doubtful

    def take(self, datagram: bytes) -> None:
        """One more; what stands before its first packet (some cameras put a header there) is passed over."""
        start = first_packet(datagram)
        if start is None:
            return
        for packet in packets(datagram, start):
            if packet.starts_unit and not self.is_done:
                self._take_unit(datagram, packet)

    def _take_unit(self, data: bytes, packet: Packet) -> None:
        if packet.pid == PROGRAMMES_PID:
            self._take_programmes(programme_maps(data, packet))
        elif self._picture is None and packet.pid == self._map_pid:
            self._take_streams(listed_streams(data, packet))
        elif self._picture is not None and packet.pid == self._sound_pid:
            self._take_sound(data[packet.payload : packet.end])

    def _take_programmes(self, map_pids: list[int]) -> None:
        self._map_pid = map_pids[0] if len(map_pids) == 1 else None
        self.is_doubtful = len(map_pids) > 1

    def _take_streams(self, streams: list[ListedStream]) -> None:
        pictures = [_PICTURES[stream.kind] for stream in streams if stream.kind in _PICTURES]
        sounds = [stream.pid for stream in streams if stream.kind == _AAC]
        if not pictures or len(pictures) + len(sounds) < len(streams):
            self.is_doubtful = bool(streams)
        elif sounds:
            self._picture, self._sound_pid = pictures[0], sounds[0]
        else:
            self.facts = StreamFacts(pictures[0], None)

    def _take_sound(self, unit: bytes) -> None:
        if self._picture and _says_rate_and_channels(unit):
            self.facts = StreamFacts(self._picture, "aac")
        else:
            self.is_doubtful = True


def _says_rate_and_channels(unit: bytes) -> bool:
    """Whether a PES packet begins with an ADTS frame with both (old GoPros say "0 channels")."""
    if len(unit) < _PES_HEADER_BYTES or unit[:3] != b"\0\0\1":
        return False
    start = _PES_HEADER_BYTES + unit[8]
    frame = unit[start : start + _ADTS_BYTES]
    if len(frame) < _ADTS_BYTES or frame[0] != 0xFF or frame[1] & 0xF6 != 0xF0:  # noqa: PLR2004 - syncword, layer 0
        return False
    return (frame[2] >> 2 & 0x0F) < _RATES and bool((frame[2] & 1) << 2 | frame[3] >> 6)


async def listen(host: str, port: int, enough_s: float = ENOUGH_S) -> StreamFacts | None:
    """What comes to `host` (an IPv4 address of this machine) and `port`; None where ffprobe had better look.

    Waits for the first datagram for ever. The port is free again afterwards.
    """
    ear = _Ear()
    try:
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(lambda: ear, local_addr=(host, port))
    except OSError:
        return None
    try:
        await ear.heard.wait()
        async with asyncio.timeout(enough_s):
            await ear.done.wait()
    except TimeoutError:
        return None
    finally:
        transport.close()
        await asyncio.sleep(0)  # the loop closes the socket in its next round
    return ear.stream.facts


class _Ear(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.stream = FirstDatagrams()
        self.heard, self.done = asyncio.Event(), asyncio.Event()

    def datagram_received(self, data: bytes, _addr: tuple[str | Any, int]) -> None:
        self.heard.set()
        self.stream.take(data)
        if self.stream.is_done:
            self.done.set()
