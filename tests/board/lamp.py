"""Pure: what the lamp showed, read from its changes as an owner reads it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

_GOT_IT_LIT_S = (0.8, 1.4)
_FRAME_S = 0.3
_SLOW_S = (0.7, 1.5)
_HURRIED_S = 0.2
_MANY = 30


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


def blinks_slowly(edges: Sequence[Edge], since_s: float) -> bool:
    """Whether the lamp was on and off for about a second each, three times and more, after `since_s`."""
    lengths_s = _lengths_s(edges, since_s)
    return len(lengths_s) >= 6 and all(_SLOW_S[0] <= length_s <= _SLOW_S[1] for length_s in lengths_s)


def has_flickered(edges: Sequence[Edge], since_s: float) -> bool:
    """Whether the lamp has shown the hurried flicker of *not saved* after `since_s`."""
    return sum(length_s <= _HURRIED_S for length_s in _lengths_s(edges, since_s)) >= _MANY


def _lengths_s(edges: Sequence[Edge], since_s: float) -> list[float]:
    late = [edge for edge in edges if edge.at_s >= since_s]
    return [after.at_s - before.at_s for before, after in pairwise(late)]
