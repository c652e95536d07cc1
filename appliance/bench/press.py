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
_WARM_UP = 5


class Times(Struct):
    """Milliseconds of many presses."""

    ours: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    flush: list[float] = field(default_factory=list)
    """Of the open segment's bytes alone."""


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
            rows.append(_growth(steps, *(times[count] for count in counts), counts))
        stage.say("presses with a megabyte that is not on the card")
        times = await _press_all(stands[1:], 1, stage.size(100, 10), dirty_bytes=DIRTY_BYTES)
        rows += _dirty_rows(times[counts[1]])
    return Measurement("a", "Press to durable claim", rows, list(_REMARKS))


_REMARKS = (
    "Through the real keeper, from the call that a press makes to the instant the lamp is told; claims are dropped "
    "and the folder flushed between the presses, outside the measured time.",
    "Bare: mkdir, the same links, fdatasync of the open segment, claim file written and fsynced, folder fsynced, "
    "renamed, parent fsynced: one function, no threads, same run, taking turns.",
    "The p99 of so few presses is the disk's more than ours: look at it beside the bare one.",
)


async def _press_all(stands: list[Stand], steps: int, presses: int, *, dirty_bytes: int) -> dict[int, Times]:
    """Every side of every stand takes its turn in every round; who begins changes."""
    times = {stand.count: Times() for stand in stands}
    for stand in stands:
        await stand.press(steps)
    for number in range(-_WARM_UP, presses):
        for stand in stands:
            found = await _press_once(stand, steps, dirty_bytes, ours_first=number % 2 == 0)
            if number >= 0:
                _note(times[stand.count], *found)
    return times


async def _press_once(stand: Stand, steps: int, dirty_bytes: int, *, ours_first: bool) -> tuple[float, float, float]:
    bare_ms: float | None = None
    if not ours_first:
        stand.dirty(dirty_bytes)
        bare_ms = stand.press_barely(stand.claim_of(steps))
    stand.dirty(dirty_bytes)
    ours_ms = await stand.press(steps)
    if bare_ms is None:
        stand.dirty(dirty_bytes)
        bare_ms = stand.press_barely(stand.claim_of(steps))
    stand.dirty(dirty_bytes)
    return ours_ms, bare_ms, stand.flush()


def _note(times: Times, ours_ms: float, bare_ms: float, flush_ms: float) -> None:
    times.ours.append(ours_ms)
    times.bare.append(bare_ms)
    times.flush.append(flush_ms)


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


def _dirty_rows(times: Times) -> list[Row]:
    flush = "flush of 1 MiB of the open segment alone"
    return [
        _beside_bare("36 segments, 1 MiB of the open one not on the card, p50", times, 50),
        _beside_bare("36 segments, 1 MiB of the open one not on the card, p99", times, 99),
        row(f"{flush}, p50", median(times.flush), "ms"),
        row(f"{flush}, p99", percentile(times.flush, 99), "ms"),
    ]
