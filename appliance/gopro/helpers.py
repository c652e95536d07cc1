"""The attendant's own helpers: short-lived processes that load what is heavy, and are ended when they take too long."""

import asyncio
import sys
from asyncio.subprocess import PIPE

from appliance.attendance import AccessPoint
from appliance.child import Child
from appliance.decoding import decoded_or_none
from appliance.gopro.steps import Found, Missed, Woken

_FIND_LIMIT_S = 12.0
_WAKE_LIMIT_S = 35.0
_HANGS = "Bluetooth hangs in this box: switch the box off and on again if the GoPro is to be woken."


async def find_announced() -> Found | Missed:
    """A camera that announces itself in this network."""
    said, _ = await _helper("finding", _FIND_LIMIT_S)
    address = said.decode(errors="replace").strip()
    return Found(address) if address else Missed()


async def wake() -> Woken | Missed:
    """A camera that sleeps near by, woken."""
    said, words = await _helper("waking", _WAKE_LIMIT_S)
    if words is None:
        return Missed(_HANGS)
    access_point = decoded_or_none(said, AccessPoint)
    return Woken(access_point) if access_point else Missed(words.splitlines()[-1] if words else "")


async def _helper(name: str, limit_s: float) -> tuple[bytes, str | None]:
    """What it printed, and its last words; None instead of these if it had to be ended."""
    child = await Child.start([sys.executable, "-m", f"appliance.gopro.{name}"], output=PIPE)
    try:
        async with asyncio.timeout(limit_s):
            said = await child.output.read()
            await child.wait()
    except TimeoutError:
        return b"", None
    finally:
        await child.stop(patience_s=0.5)
    return said, child.last_words
