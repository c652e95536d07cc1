"""(k) What a first visit costs the phone, and what the pages' process holds once it has shown everything."""

import asyncio
from collections import deque
from contextlib import AsyncExitStack

from msgspec import Struct

from appliance.bench.kept import lay_memories
from appliance.bench.players import BEGIN
from appliance.bench.processes import Memory, memory_mib
from appliance.bench.report import Measurement, Row, row
from appliance.bench.served import Pages, served
from appliance.bench.stage import Stage
from appliance.bench.supervised import supervised
from appliance.bench.visitor import Visitor, links, parts, pictures

MOST_KB = 60
MOST_REQUESTS = 3
MOST_PSS_MIB = 45
_MOST_PAGES = 120
_CAMERA = 'kind = "test-pattern"'


class Weight(Struct, frozen=True):
    """What went over the wire for one page, and in how many requests; `picture_kb`: for what is looked at beside it."""

    kb: float
    requests: int
    picture_kb: float


class Walk(Struct, frozen=True):
    """What was asked for, and what the pages' process held afterwards."""

    pages: int
    memory: Memory


async def measure(stage: Stage) -> Measurement:
    """A phone at the set-up, then at home, then everywhere."""
    folder, count = stage.new_folder("pages"), stage.size(200, 30)
    await lay_memories(stage, folder / "memories", count)
    async with AsyncExitStack() as closing:
        supervisor = await closing.enter_async_context(supervised(folder, stage.new_folder("ring"), _CAMERA))
        await supervisor.wait_until_recording()
        await asyncio.sleep(stage.size(12, 7))  # or nothing could be looked back at
        pages = await closing.enter_async_context(served(folder / "portal", supervisor.socket_path))
        fresh = memory_mib(pages.pid)
        visitor = Visitor(pages.port)
        closing.callback(visitor.close)
        set_up = await asyncio.to_thread(weigh, visitor, "/set-up/welcome")
        await asyncio.to_thread(visitor.come_in)
        home = await asyncio.to_thread(weigh, visitor, "/")
        stage.say("walking through all pages")
        walk = await asyncio.to_thread(_walk, visitor, pages)
    return Measurement(
        "k",
        "First page, and memory of the pages",
        [
            *_weight_rows("first page of the set-up", set_up),
            *_weight_rows("first page of the box", home),
            row("the camera's picture beside it", home.picture_kb, "kB"),
            row("the pages' process after a walk through them, PSS", walk.memory.pss_mib, "MiB", at_most=MOST_PSS_MIB),
            row(
                "the same, RSS",
                walk.memory.rss_mib,
                "MiB",
                reference=fresh.rss_mib,
                reference_is="when it had just begun",
            ),
        ],
        [
            (
                "Over the wire: status line, fields and body of the page, its style and its script, for a browser "
                "that has none of them yet and takes gzip. The picture is taken by the camera while the page "
                "stands already; what changes comes over one more connection, which stays open."
            ),
            (
                f"The walk: {walk.pages} pages and pictures, by their links from the first one on, the password "
                "hashed and asked for, a segment and pieces of film, as the owner of a box that records a test pattern "
                f"and has {count} memories. PSS shares Python with this bench and the supervisor: alone on a board "
                "the truth lies between PSS and RSS."
            ),
        ],
    )


def weigh(visitor: Visitor, path: str) -> Weight:
    """A page and all that a browser fetches for it."""
    page = visitor.get(path)
    assert page.status == 200, (path, page.status)  # noqa: PLR2004 - HTTP's
    needed = [page, *(visitor.get(part) for part in parts(page.text))]
    beside = [visitor.get(picture) for picture in pictures(page.text)]
    return Weight(
        kb=sum(reply.wire_bytes for reply in needed) / 1000,
        requests=len(needed),
        picture_kb=sum(reply.wire_bytes for reply in beside) / 1000,
    )


def _weight_rows(what: str, weight: Weight) -> list[Row]:
    return [
        row(f"{what}: over the wire", weight.kb, "kB", at_most=MOST_KB),
        row(f"{what}: requests", weight.requests, "requests", at_most=MOST_REQUESTS),
    ]


def _walk(visitor: Visitor, pages: Pages) -> Walk:
    seen, waiting = set[str](), deque(["/"])
    while waiting and len(seen) < _MOST_PAGES:
        path = waiting.popleft()
        if path in seen:
            continue
        seen.add(path)
        reply = visitor.get(path)
        assert reply.status < 500, (path, reply.status)  # noqa: PLR2004 - HTTP's
        if reply.place:
            waiting.append(reply.place)
        elif reply.kind == "text/html":
            waiting.extend([*links(reply.text), *pictures(reply.text)])
    for begin in BEGIN.values():
        begin(visitor, "/look-back")
    return Walk(len(seen) + len(BEGIN), memory_mib(pages.pid))
