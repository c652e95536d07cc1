"""(l) Looking back at a ring of two hours: how soon it plays, and what the recorder notices of it."""

import asyncio
import time
from contextlib import AsyncExitStack

from msgspec import Struct

from appliance.bench.looking_back_stand import Stand, make_stand, page_before
from appliance.bench.materials import BITS_PER_S, SEGMENT_S, run
from appliance.bench.players import BEGIN, sources, watch_film, watch_list
from appliance.bench.processes import cpu_s, ended_children_s
from appliance.bench.report import Measurement, Row, median, row
from appliance.bench.stage import Stage
from appliance.bench.steadiness import Steadiness
from appliance.bench.visitor import Visitor

MOST_S = 1.0
_EARLIER_S = 300
"""The second viewer begins elsewhere than the first: nothing is in the kernel's memory for both."""


class Starts(Struct, frozen=True):
    """Seconds of each, and processor seconds of one: those of the pages and of the ffmpegs that they started."""

    times_s: list[float]
    processor_s: float


async def measure(stage: Stage) -> Measurement:
    """How soon it plays, then half a minute without viewers and half a minute with two."""
    seconds, repeats = stage.size(30, 7), stage.size(7, 2)
    async with AsyncExitStack() as closing:
        stand = await make_stand(stage, closing)
        stage.say(f"looking back, {repeats} times each")
        starts = {way: await asyncio.to_thread(_starts, stand, way, repeats) for way in BEGIN}
        decoded = [await _decoded(stand) for _ in range(repeats)]
        stage.say(f"recording for {seconds} s with nobody looking, then with two")
        alone = await stand.watched.over(asyncio.sleep(seconds))
        stood_s: list[float] = []
        seen = await stand.watched.over(_two_look(stand, seconds, stood_s))
    return Measurement(
        "l",
        f"Looking back at a ring of {stand.ring_s / 3600:g} h",
        [
            *(one for way, found in starts.items() for one in _start_rows(way, found)),
            row("page, ffmpeg as a player, its first picture decoded: median", median(decoded), "s"),
            *_steady_rows(seen, alone, stood_s),
        ],
        [
            (
                f"From asking for the page until the bytes of the first picture are there, over loopback: {repeats} "
                "times each at the newest ten minutes, in the middle and at the oldest, one request after the other. "
                "The segments have 8 Mbit/s and 5 s, and each is there as a whole; its first picture is there sooner."
            ),
            (
                "Head and piece are made by one ffmpeg each, here of H.264 as elsewhere of HEVC, and so is a film: at "
                "the lowest priority, so that beside other work they wait. Processor time tells what they need."
            ),
            (
                f"The recorder records 8 Mbit/s from UDP meanwhile. Late: a segment that took more than "
                f"{SEGMENT_S + Steadiness.LATE_S:g} s until it was closed, by the recorder's own account of its ring; "
                f"{len(alone.lengths_s)} segments were closed without viewers and {len(seen.lengths_s)} with two."
            ),
            "One viewer plays the list and one the film; each has 30 s in store at once, then takes what it shows.",
        ],
    )


def _starts(stand: Stand, way: str, repeats: int) -> Starts:
    """The places take turns."""
    places = ["/look-back", *(page_before(stand.ring_s * part) for part in (0.99, 0.5))] * repeats
    times, before_s = [], _spent_s(stand)
    for page in places:
        began_s = time.perf_counter()
        BEGIN[way](stand.visitor, page)
        times.append(time.perf_counter() - began_s)
    return Starts(times, (_spent_s(stand) - before_s) / len(places))


def _spent_s(stand: Stand) -> float:
    """Processor seconds of the pages and of whom they started."""
    return cpu_s(stand.pages.pid) + ended_children_s(stand.pages.pid)


async def _decoded(stand: Stand) -> float:
    """Seconds until a real player has shown its first picture, its own start included."""
    began_s, host = time.perf_counter(), f"http://127.0.0.1:{stand.pages.port}"
    page = await asyncio.to_thread(stand.visitor.get, "/look-back")
    words = ["ffmpeg", "-nostdin", "-loglevel", "error", "-headers", f"Cookie: {stand.visitor.cookie}\r\n"]
    await run([*words, "-i", host + sources(page.text)[0], "-map", "0:v:0", "-frames:v", "1", "-f", "null", "-"])
    return time.perf_counter() - began_s


async def _two_look(stand: Stand, seconds: int, stood_s: list[float]) -> None:
    viewers = [Visitor(stand.pages.port, address=f"127.0.0.{number}", cookie=stand.visitor.cookie) for number in (2, 3)]
    by_list = asyncio.to_thread(watch_list, viewers[0], "/look-back", seconds)
    earlier = page_before(stand.ring_s / 2 + _EARLIER_S)
    by_film = asyncio.to_thread(watch_film, viewers[1], earlier, seconds, BITS_PER_S / 8)
    stood_s += await asyncio.gather(by_list, by_film)
    for viewer in viewers:
        viewer.close()


def _start_rows(way: str, starts: Starts) -> list[Row]:
    return [
        row(f"page, {way}: median", median(starts.times_s), "s"),
        row(f"page, {way}: slowest", max(starts.times_s), "s", at_most=MOST_S),
        row(f"page, {way}: processor time", starts.processor_s, "s"),
    ]


def _steady_rows(seen: Steadiness, alone: Steadiness, stood_s: list[float]) -> list[Row]:
    nobody = "nobody looks"
    return [
        row(
            "late segments while two look", seen.late, "segments", reference=alone.late, reference_is=nobody, at_most=0
        ),
        row("gaps while two look", seen.gaps, "gaps", reference=alone.gaps, reference_is=nobody, at_most=0),
        row(
            "longest segment",
            max(seen.lengths_s, default=0.0),
            "s",
            reference=max(alone.lengths_s, default=0.0),
            reference_is=nobody,
        ),
        row(
            "supervisor",
            seen.supervisor_percent,
            "% of a core",
            reference=alone.supervisor_percent,
            reference_is=nobody,
        ),
        row("pictures that stood still, both viewers", sum(stood_s), "s"),
    ]
