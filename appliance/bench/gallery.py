"""(m) Pages of a gallery with 10,000 memories."""

import asyncio
from contextlib import AsyncExitStack

from msgspec import Struct, field

from appliance.bench.kept import lay_memories
from appliance.bench.processes import cpu_s
from appliance.bench.report import Measurement, Row, median, percentile, row
from appliance.bench.served import Pages, served
from appliance.bench.stage import Stage
from appliance.bench.supervised import Supervised, supervised
from appliance.bench.visitor import Reply, Visitor, after, links, pictures

MOST_MS = 150
FEW = 50
_CAMERA = 'kind = "mpegts-udp"\nurl = "udp://127.0.0.1:9"'
"""None that sends anything: it is the gallery that is looked at."""
_WAITING = """[upload]
remote = "bench:there"
rclone_config = '{config}'
behaviour = "manual"
"""
_STORAGE = "[bench]\ntype = webdav\nurl = http://127.0.0.1:9/\nvendor = other\n"
_GALLERY = "/memories"


class Box(Struct, frozen=True):
    """One with memories, and somebody who looks at them."""

    supervisor: Supervised
    pages: Pages
    visitor: Visitor


class Times(Struct):
    """Milliseconds a page, by which one it is; `processor_ms`: of the pages' process and of the recorder, a page."""

    by_place: dict[str, list[float]] = field(default_factory=dict)
    all_pages: list[float] = field(default_factory=list)
    processor_ms: tuple[float, float] = (0.0, 0.0)


async def measure(stage: Stage) -> Measurement:
    """The first, the middle and the last page, beside the first page of a box with few."""
    count, repeats = stage.size(10_000, 150), stage.size(40, 3)
    async with AsyncExitStack() as closing:
        few, many = [await _box(stage, closing, number) for number in (FEW, count)]
        stage.say(f"turning the pages of {count:,} memories")
        times = await asyncio.to_thread(_look, few, many, count, repeats)
    rows = [_place_row(name, times, count) for name in ("first", "middle", "last")]
    whole = times.all_pages
    return Measurement(
        "m",
        f"Gallery with {count:,} memories",
        [
            *rows,
            row(f"its {len(whole) - 1} pages after the first, p99", percentile(whole[1:], 99), "ms", at_most=MOST_MS),
            row("the very first page that the pages' process makes", whole[0], "ms"),
            row("processor time of the pages' process, a page", times.processor_ms[0], "ms"),
            row("processor time of the recorder, a page", times.processor_ms[1], "ms"),
            row("one memory's own page, p50", median(times.by_place["one"]), "ms"),
            row("its small picture, p50", median(times.by_place["picture"]), "ms"),
        ],
        [
            (
                "The HTML of 24 memories for somebody who has come in, from asking to the last byte, over loopback: "
                f"every page once, each by the link of the one before, then {repeats} times each, the two boxes "
                f"taking turns, p50. Few: a box with {FEW} memories."
            ),
            (
                "The memories are small films in a real folder, entered by the archive itself; all of them wait for a "
                "storage, so that each page tells of every memory why it is not there yet."
            ),
        ],
    )


async def _box(stage: Stage, closing: AsyncExitStack, count: int) -> Box:
    folder = stage.new_folder("gallery")
    await lay_memories(stage, folder / "memories", count)
    config = folder / "rclone.conf"
    config.write_text(_STORAGE, encoding="utf-8")
    more = _WAITING.format(config=config)
    supervisor = await closing.enter_async_context(supervised(folder, stage.new_folder("ring"), _CAMERA, more))
    await supervisor.wait_until_it_has(count)
    pages = await closing.enter_async_context(served(folder / "portal", supervisor.socket_path))
    visitor = Visitor(pages.port)
    closing.callback(visitor.close)
    await asyncio.to_thread(visitor.come_in)
    return Box(supervisor, pages, visitor)


def _look(few: Box, many: Box, count: int, repeats: int) -> Times:
    times = Times()
    addresses = _turn_all(many, times)
    assert len(addresses) == -(-count // 24), len(addresses)
    places = {"first": addresses[0], "middle": addresses[len(addresses) // 2], "last": addresses[-1]}
    page = many.visitor.get(_GALLERY).text
    one = next(link for link in links(page) if link.startswith(f"{_GALLERY}/2"))
    asked = {**places, "one": one, "picture": pictures(page)[0]}
    for _ in range(repeats):
        times.by_place.setdefault("few", []).append(_ms(few.visitor.get(_GALLERY)))
        for name, address in asked.items():
            times.by_place.setdefault(name, []).append(_ms(many.visitor.get(address)))
    return times


def _turn_all(box: Box, times: Times) -> list[str]:
    """From the first page to the last; their addresses."""
    pids = box.pages.pid, box.supervisor.pid
    before, addresses, address = [cpu_s(pid) for pid in pids], list[str](), _GALLERY
    while address:
        reply = box.visitor.get(address)
        times.all_pages.append(_ms(reply))
        addresses.append(address)
        address = after(reply.text)
    spent = [(cpu_s(pid) - was) * 1000 / len(addresses) for pid, was in zip(pids, before, strict=True)]
    times.processor_ms = spent[0], spent[1]
    return addresses


def _ms(reply: Reply) -> float:
    assert reply.status == 200, reply.status  # noqa: PLR2004 - HTTP's
    return reply.took_s * 1000


def _place_row(name: str, times: Times, count: int) -> Row:
    return row(
        f"{name} page of {count:,}, p50",
        median(times.by_place[name]),
        "ms",
        reference=median(times.by_place["few"]),
        reference_is="few, first page",
        at_most=MOST_MS,
    )
