"""The stand for looking back: a recorder at work, a ring of hours behind it, and somebody who may look."""

import asyncio
import time
from contextlib import AsyncExitStack

from msgspec import Struct

from appliance.bench.feeding import fed, free_ports, url
from appliance.bench.long_ring import lay_laps
from appliance.bench.materials import SEGMENT_S, short_footage
from appliance.bench.served import Pages, served
from appliance.bench.stage import Stage
from appliance.bench.steadiness import Watched
from appliance.bench.supervised import supervised
from appliance.bench.visitor import Visitor
from appliance.clock import SystemClock


class Stand(Struct, frozen=True):
    """A box that records, with a ring behind it and somebody who may look. `ring_s`: how much lay there before."""

    watched: Watched
    pages: Pages
    visitor: Visitor
    ring_s: int


async def make_stand(stage: Stage, closing: AsyncExitStack) -> Stand:
    """Lay two hours, begin to record, and come in."""
    clock, count = SystemClock(), stage.size(1440, 144)
    footage = await stage.once(short_footage)
    folder, ring, (port,) = stage.new_folder("back"), stage.new_folder("back-ring"), free_ports(1)
    stage.say(f"laying {count:,} segments")
    lay_laps(footage, ring, count, clock)
    camera = f'kind = "mpegts-udp"\nurl = "{url(port)}"'
    await closing.enter_async_context(fed(stage, [port]))
    supervisor = await closing.enter_async_context(supervised(folder, ring, camera))
    await supervisor.wait_until_recording()
    pages = await closing.enter_async_context(served(folder / "portal", supervisor.socket_path))
    visitor = Visitor(pages.port)
    closing.callback(visitor.close)
    await asyncio.to_thread(visitor.come_in)
    watched = Watched(supervisor)
    return Stand(watched, pages, visitor, count * SEGMENT_S)


def page_before(ago_s: float) -> str:
    """The page of looking back that begins so long ago."""
    return f"/look-back?at={time.time() - ago_s:.0f}"
