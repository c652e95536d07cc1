"""What a stand-in films: ffmpeg's test picture, live, as MPEG-TS or as RTP."""

from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from msgspec import Struct

from appliance.child import Child
from appliance.mpegts.packets import PACKET_BYTES

PACKETS_A_DATAGRAM = 7


class Film(Struct, frozen=True):
    """The picture: `size` as WIDTHxHEIGHT, `rate` a second, a key frame each second. `has_sound`: AAC beside it."""

    size: str = "848x480"
    rate: int = 30
    has_sound: bool = False
    codec: str = "libx264"

    def source(self) -> Sequence[str]:
        """What ffmpeg is told, up to the encoders."""
        sound = ["-f", "lavfi", "-i", "sine=frequency=330:beep_factor=4:sample_rate=48000"] if self.has_sound else []
        picture = ["-re", "-f", "lavfi", "-i", f"testsrc2=size={self.size}:rate={self.rate}", *sound]
        encoder = ["-c:v", self.codec, "-preset", "ultrafast", "-tune", "zerolatency", "-g", str(self.rate)]
        heard = ["-c:a", "aac", "-b:a", "64k"] if self.has_sound else []
        return ["ffmpeg", "-nostdin", "-v", "error", *picture, *encoder, "-pix_fmt", "yuv420p", "-b:v", "1M", *heard]


@asynccontextmanager
async def transport_stream(film: Film) -> AsyncIterator[AsyncIterator[bytes]]:
    """Seven packets at a time, as fast as time goes by."""
    argv = [*film.source(), "-f", "mpegts", "-flush_packets", "1", "-"]
    child = await Child.start(argv, output=PIPE)
    try:
        yield _datagrams(child)
    finally:
        await child.stop(0.5)


async def _datagrams(child: Child) -> AsyncIterator[bytes]:
    while len(piece := await child.output.read(PACKET_BYTES)):
        rest = (PACKETS_A_DATAGRAM - 1) * PACKET_BYTES + PACKET_BYTES - len(piece)
        yield piece + await child.output.readexactly(rest)
