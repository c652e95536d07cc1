"""(a) From the press to a claim that is durable, beside a bare function that makes the same links and flushes.

Both sides flush the open segment by its link in the claim. In the first rows all of its bytes are on the card, so
that links, claim file and folders are compared; what a megabyte of such bytes adds is told in rows of its own.
"""

from contextlib import AsyncExitStack
from itertools import chain

from msgspec import Struct, field

from appliance.bench.press_stand import Stand
from appliance.bench.report import Measurement, Row, median, percentile, row
from appliance.bench.stage import Stage

PRESS_MS = 10
RATIO_TO_BARE = 2.0
GROWTH = 1.2
DIRTY_BYTES = 1 << 20
"""What a camera of 8 Mbit/s brings in a second."""
SEGMENT_BYTES = 5 << 20
"""At worst: a whole segment of it, if the kernel has written back nothing of it."""
_WARM_UP = 5


class Times(Struct):
    """Milliseconds of many presses."""

    ours: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)


async def measure(stage: Stage) -> Measurement:
    """Presses of 1 and 10 steps with 1,600 and 25,600 segments in the ring."""
    counts = (stage.size(1600, 600), stage.size(25_600, 1600))
    rows: list[Row] = []
    async with AsyncExitStack() as closing:
        stands = [Stand(stage, count) for count in counts]
        for stand in stands:
            await stand.start(closing)
        for steps, presses in ((1, stage.size(400, 20)), (10, stage.size(200, 10))):
            stage.say(f"{presses} presses of {steps} steps, with {counts[0]:,} and {counts[1]:,} segments")
            times = await _press_all(stands, steps, presses, dirty_bytes=0)
            rows += chain.from_iterable(_clean_rows(stand, steps, times[stand.count]) for stand in stands)
            rows.append(_growth(steps, times[counts[0]], times[counts[1]], counts))
        stage.say("presses with a megabyte that is not on the card")
        times = await _press_all(stands[1:], 1, stage.size(100, 10), dirty_bytes=DIRTY_BYTES)
        what = "36 segments, 1 MiB of the open one not on the card"
        rows += [_beside_bare(f"{what}, p{percent}", times[counts[1]], percent) for percent in (50, 99)]
        for size_bytes in (DIRTY_BYTES, SEGMENT_BYTES):
            rows += _flush_rows(stands[1], size_bytes, stage.size(100, 10))
    return Measurement("a", "Press to durable claim", rows, list(_REMARKS))


_REMARKS = (
    (
        "Through the real keeper, from the call that a press makes to the instant the lamp is told; claims are dropped "
        "and the folder flushed between the presses, outside the measured time."
    ),
    (
        "Bare: mkdir, the same links, fdatasync of the open segment, claim file written and fsynced, folder fsynced, "
        "renamed, parent fsynced: one function, no threads, in the same run, taking turns. "
        "Where not told otherwise, the open segment's bytes are on the card already, for both sides."
    ),
    "The p99 of so few presses is the disk's more than ours: look at it beside the bare one.",
)


async def _press_all(stands: list[Stand], steps: int, presses: int, *, dirty_bytes: int) -> dict[int, Times]:
    """Every side of every stand takes its turn in every round; who begins changes."""
    times = {stand.count: Times() for stand in stands}
    for stand in stands:
        await stand.press(steps)
    for number in range(-_WARM_UP, presses):
        for stand in stands:
            ours_ms, bare_ms = await _press_once(stand, steps, dirty_bytes, ours_first=number % 2 == 0)
            if number >= 0:
                times[stand.count].ours.append(ours_ms)
                times[stand.count].bare.append(bare_ms)
    return times


async def _press_once(stand: Stand, steps: int, dirty_bytes: int, *, ours_first: bool) -> tuple[float, float]:
    if not ours_first:
        bare_ms = _press_barely(stand, steps, dirty_bytes)
    stand.dirty(dirty_bytes)
    ours_ms = await stand.press(steps)
    if ours_first:
        bare_ms = _press_barely(stand, steps, dirty_bytes)
    return ours_ms, bare_ms


def _press_barely(stand: Stand, steps: int, dirty_bytes: int) -> float:
    claim = stand.claim_of(steps)
    stand.dirty(dirty_bytes)
    return stand.press_barely(claim)


def _clean_rows(stand: Stand, steps: int, times: Times) -> list[Row]:
    what = f"{steps * 36} segments of {stand.count:,}"
    ours, bare = (percentile(values, 99) for values in (times.ours, times.bare))
    return [
        _beside_bare(f"{what}, p50", times, 50),
        row(
            f"{what}, p99",
            ours,
            "ms",
            reference=bare,
            reference_is="bare, p99",
            at_most=PRESS_MS,
            ratio_at_most=RATIO_TO_BARE,
        ),
    ]


def _beside_bare(what: str, times: Times, percent: int) -> Row:
    ours, bare = (percentile(values, percent) for values in (times.ours, times.bare))
    return row(what, ours, "ms", reference=bare, reference_is=f"bare, p{percent}")


def _growth(steps: int, small: Times, large: Times, counts: tuple[int, int]) -> Row:
    return row(
        f"{steps * 36} segments, p50 with {counts[1]:,} in the ring",
        median(large.ours),
        "ms",
        reference=median(small.ours),
        reference_is=f"with {counts[0]:,}",
        ratio_at_most=GROWTH,
    )


def _flush_rows(stand: Stand, size_bytes: int, repeats: int) -> list[Row]:
    times = [stand.flush(size_bytes) for _ in range(repeats)]
    what = f"flush of {size_bytes >> 20} MiB of the open segment and nothing else"
    return [
        row(f"{what}, p50", median(times), "ms"),
        row(f"{what}, p99", percentile(times, 99), "ms"),
    ]
