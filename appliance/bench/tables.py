"""A report for human eyes: a table in the terminal, or in Markdown."""

from collections.abc import Iterator

from rich.console import Console
from rich.table import Table

from appliance.bench.report import Machine, Measurement, Report, Row

_COLUMNS = ("What", "Measured", "Beside", "Ratio", "Bound", "Met")
_QUICK = "A quick run: shorter and smaller than the figures are promised for. Do not quote it."
_HUNDRED, _TEN, _ONE = 100, 10, 1


def show(report: Report) -> None:
    """Print it to the terminal."""
    console = Console(highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console.width = 160
    if report.is_quick:
        console.print(_QUICK)
    for measured in report.measurements:
        console.print(_table(measured))
    console.print(about(report))


def _table(measured: Measurement) -> Table:
    table = Table(title=_title(measured), title_justify="left", caption=" ".join(measured.remarks))
    table.caption_justify = "left"
    for name in _COLUMNS:
        table.add_column(name, justify="right" if name in ("Measured", "Ratio") else "left")
    for one in measured.rows:
        table.add_row(*_cells(one))
    return table


def markdown(report: Report) -> str:
    """The same for a page of documentation."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    if report.is_quick:
        yield f"**{_QUICK}**\n"
    yield about(report)
    for measured in report.measurements:
        yield f"\n### {_title(measured)}\n"
        yield f"| {' | '.join(_COLUMNS)} |"
        yield "|---|---:|---|---:|---|---|"
        yield from (f"| {' | '.join(_cells(one))} |" for one in measured.rows)
        yield ""
        yield from (f"- {remark}" for remark in measured.remarks)


def _title(measured: Measurement) -> str:
    return f"({measured.letter}) {measured.title}"


def _cells(one: Row) -> tuple[str, ...]:
    beside = "" if one.reference is None else f"{number(one.reference)} {one.unit} ({one.reference_is})"
    met = {None: "told", True: "yes", False: "**NO**"}[one.is_met]
    ratio = "" if one.ratio is None else f"{one.ratio:.2f}"
    return one.what, f"{number(one.measured)} {one.unit}", beside, ratio, one.bound or "", met


def number(value: float) -> str:
    """Three digits that matter."""
    size = abs(value)
    if value == int(value):
        return f"{value:,.0f}"
    digits = 0 if size >= _HUNDRED else 1 if size >= _TEN else 2 if size >= _ONE else 3
    return f"{value:,.{digits}f}"


def about(report: Report) -> str:
    """When and where it was measured, and how busy the machine was."""
    loads = ", ".join(f"{one.letter} {one.load_before:.2f}" for one in report.measurements)
    return (
        f"Moment Recorder {report.version}, measured {report.measured_at} in {report.took_s:.0f} s on "
        f"{_machine(report.machine)}. Load average before each measurement: {loads}."
    )


def _machine(machine: Machine) -> str:
    return (
        f"{machine.processor} ({machine.cores} cores, {machine.memory_mib:,} MiB), Linux {machine.kernel}, "
        f"{machine.file_system}, Python {machine.python}, ffmpeg {machine.ffmpeg}"
    )
