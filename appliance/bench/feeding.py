"""A camera that costs next to nothing: footage that is there already, played in real time over UDP."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import ffmpeg

from appliance.bench.materials import short_footage
from appliance.bench.stage import Stage
from appliance.child import Child


def url(port: int) -> str:
    """Where it arrives."""
    return f"udp://127.0.0.1:{port}"


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens at."""
    sockets = [socket.socket(type=socket.SOCK_DGRAM) for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports: list[int] = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


@asynccontextmanager
async def fed(stage: Stage, ports: list[int]) -> AsyncIterator[None]:
    """Play the short footage to every port, in their order, as one stream that begins anew when it is over."""
    footage = await stage.once(short_footage)
    playlist = footage.folder / "playlist.txt"
    playlist.write_text("".join(f"file:{path}\n" for path in footage.segments), encoding="utf-8")
    source = ffmpeg.input(f"concatf:{playlist}", re=None, stream_loop=-1)
    outputs = "|".join(f"[f=mpegts]{url(port)}?pkt_size=1316" for port in ports)
    playing = ffmpeg.output(source["v:0"], source["a:0"], outputs, c="copy", f="tee")
    child = await Child.start(playing.global_args("-nostdin", "-nostats", "-loglevel", "error").compile())
    try:
        yield
    finally:
        await child.stop()
