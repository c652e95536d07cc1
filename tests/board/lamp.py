"""Pure: what the lamp showed, read from its changes as an owner reads it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

_GOT_IT_LIT_S = (0.8, 1.4)
_FRAME_S = 0.3


@dataclass(frozen=True)
class Edge:
    """The lamp was switched, at this monotonic instant."""

    at_s: float
    is_lit: bool


def got_it_at_s(edges: Sequence[Edge], since_s: float) -> float | None:
    """When, after `since_s`, the lamp had shown *got it* to its end: one long light, framed by dark; None if never.

    The board is emulated, so lengths are taken generously; they still tell it from every other pattern.
    """
    runs = [
        (before.is_lit, after.at_s - before.at_s, after.at_s)
        for before, after in pairwise(edges)
        if before.is_lit != after.is_lit
    ]
    for (lit_before, dark_s, _), (is_lit, lit_s, end_s) in pairwise(runs):
        is_framed = not lit_before and dark_s >= _FRAME_S
        if is_framed and is_lit and _GOT_IT_LIT_S[0] <= lit_s <= _GOT_IT_LIT_S[1] and end_s >= since_s:
            return end_s
    return None
