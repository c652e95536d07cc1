"""The first packets of a stream, at the port where it is to arrive; the port is free again when they are known."""

import asyncio
import socket

from appliance.camera.first_datagrams import listen
from appliance.gopro.steps import Heard, Silence, Taken

SILENCE_S = 3.0
"""A stream that has not begun by then is started anew."""
_ANYWHERE = "0.0.0.0"  # noqa: S104 - the camera sends to whichever address of ours asked it


def free_port(preferred: int, *, may_differ: bool) -> int | None:
    """Where this box can listen: `preferred`, else any port if the camera can be told; None if it cannot."""
    for port in (preferred, 0) if may_differ else (preferred,):
        with socket.socket(type=socket.SOCK_DGRAM) as trying:
            try:
                trying.bind((_ANYWHERE, port))
            except OSError:
                continue
            found: int = trying.getsockname()[1]
            return found
    return None


async def first_packets(port: int, limit_s: float = SILENCE_S) -> Heard | Silence | Taken:
    """Whether something comes, and of which codec it is."""
    if free_port(port, may_differ=False) is None:
        return Taken(port)
    try:
        async with asyncio.timeout(limit_s):
            facts = await listen(_ANYWHERE, port)
    except TimeoutError:
        return Silence()
    return Heard(port, facts.video_codec if facts and facts.audio_codec is None else "")
