"""Figures that a campaign tells in one line: told and judged, on whatever machine it runs."""

import statistics
from collections.abc import Sequence

from appliance.bench.report import percentile


def told(what: str, seconds: Sequence[float], *, p95_at_most_s: float) -> str:
    """Median, p95 and the most of them, with their count and the promise."""
    p95 = percentile(seconds, 95)
    judged = "kept" if p95 <= p95_at_most_s else "NOT KEPT"
    return (
        f"{what}: median {statistics.median(seconds):.2f} s, p95 {p95:.2f} s, most {max(seconds):.2f} s, "
        f"n={len(seconds)}; promised p95 ≤ {p95_at_most_s:g} s: {judged}"
    )
