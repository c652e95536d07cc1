"""What was measured, as values. Pure."""

from collections.abc import Sequence

from msgspec import Struct


class Row(Struct, frozen=True, kw_only=True):
    """One figure. `ratio`: measured to reference. `is_met`: None for a figure that is only told."""

    what: str
    measured: float
    unit: str
    reference: float | None = None
    reference_is: str = ""
    ratio: float | None = None
    bound: str | None = None
    is_met: bool | None = None


class Measurement(Struct, frozen=True):
    """One letter of the list (a to o): its figures, how they came about, and how busy the machine was."""

    letter: str
    title: str
    rows: list[Row]
    remarks: list[str]
    took_s: float = 0.0
    load_before: float = 0.0
    """Processes that wanted a processor in the last minute (load average), before the measurement began."""


class Machine(Struct, frozen=True):
    """Where it was measured."""

    processor: str
    cores: int
    memory_mib: int
    kernel: str
    python: str
    ffmpeg: str
    file_system: str


class Report(Struct, frozen=True):
    """A whole run. `is_quick`: shorter and smaller than promised, good for nothing but a look."""

    version: str
    measured_at: str
    is_quick: bool
    machine: Machine
    measurements: list[Measurement]
    took_s: float


def row(
    what: str,
    measured: float,
    unit: str,
    *,
    reference: float | None = None,
    reference_is: str = "",
    at_most: float | None = None,
    ratio_at_most: float | None = None,
) -> Row:
    """A figure beside its reference, judged by the bounds that are given."""
    ratio = measured / reference if reference else None
    bounds = [f"≤ {at_most:g} {unit}"] if at_most is not None else []
    bounds += [f"ratio ≤ {ratio_at_most:.2f}"] if ratio_at_most is not None else []
    is_kept = at_most is None or measured <= at_most
    is_kept = is_kept and (ratio_at_most is None or (ratio is not None and ratio <= ratio_at_most))
    return Row(
        what=what,
        measured=measured,
        unit=unit,
        reference=reference,
        reference_is=reference_is,
        ratio=ratio,
        bound=" and ".join(bounds) or None,
        is_met=is_kept if bounds else None,
    )


def median(values: Sequence[float]) -> float:
    """The value in the middle."""
    return percentile(values, 50)


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that `percent` of all values do not exceed (nearest rank)."""
    ordered = sorted(values)
    rank = max(1, -(-len(ordered) * percent // 100))
    return ordered[int(rank) - 1]
