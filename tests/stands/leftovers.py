"""What a process holds while it should hold nothing, looked at again and again: does any of it grow?"""

import asyncio
import gc
import os
import statistics
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import asdict


class Held(Struct, frozen=True):
    """At one instant. `children`: living ones and such as wait to be buried; `blocks`: of Python's own memory."""

    files: int
    threads: int
    tasks: int
    children: int
    blocks: int
    resident_kib: int


def held() -> Held:
    """By this process now, with its garbage collected."""
    gc.collect()
    return Held(
        files=len(os.listdir("/proc/self/fd")),  # noqa: PTH208 - one open file, not one for each
        threads=threading.active_count(),
        tasks=len(asyncio.all_tasks()),
        children=sum(map(_children_of, Path("/proc/self/task").iterdir())),
        blocks=sys.getallocatedblocks(),
        resident_kib=_resident_kib(),
    )


def _children_of(thread: Path) -> int:
    return len((thread / "children").read_text().split())


def _resident_kib() -> int:
    words = Path("/proc/self/status").read_text().partition("VmRSS:")[2].split()
    return int(words[0])


def slope(values: Sequence[float]) -> float:
    """How much is gained from one value to the next, by the line that fits best."""
    return statistics.linear_regression(range(len(values)), values).slope


class Growth(Struct, frozen=True):
    """What many looks show. `begin`, `end`: the medians of the first and of the last third of them."""

    begin: float
    end: float
    by_slope: float
    """From the first look to the last, by the line that fits best."""


def growth(looks: Sequence[Held]) -> dict[str, Growth]:
    """Of everything that is held; the first quarter is warming up and does not count."""
    counted = [asdict(look) for look in looks[len(looks) // 4 :]]
    third = max(1, len(counted) // 3)
    found = {}
    for name in Held.__struct_fields__:
        values = [float(look[name]) for look in counted]
        ends = statistics.median(values[:third]), statistics.median(values[-third:])
        found[name] = Growth(*ends, slope(values) * (len(values) - 1))
    return found


def check_flat(looks: Sequence[Held], *, blocks_a_look: float, resident_kib: float) -> None:
    """Nothing is counted more at the end than at the beginning, and memory stays on its level.

    `blocks_a_look`: so much Python may keep for each look; `resident_kib`: so much may be added in all.
    """
    grown = growth(looks)
    told = {name: (one.begin, one.end, round(one.by_slope, 1)) for name, one in grown.items()}
    for name in ("files", "threads", "tasks", "children"):
        one = grown[name]
        assert one.end <= one.begin, (name, told)
        assert one.by_slope <= 2, (name, told)
    assert grown["blocks"].by_slope <= blocks_a_look * len(looks), told
    assert grown["resident_kib"].by_slope <= resident_kib, told
