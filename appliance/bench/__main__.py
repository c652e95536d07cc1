"""`python -m appliance.bench`, which is `moment bench`.

Exit codes: 0 measured (whatever came out), 1 it could not be measured, 2 wrong use.
"""

import argparse
import asyncio
import os
import signal
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import NoReturn

import msgspec

from appliance import __version__
from appliance.bench import (
    accuracy,
    assembly,
    first_page,
    gallery,
    gopro_recording,
    idleness,
    keeping_alive,
    looking_back,
    press,
    queue_operations,
    recording,
    start_up,
    throughput,
    transfer_memory,
)
from appliance.bench.machine import describe_machine
from appliance.bench.materials import ToolFailedError
from appliance.bench.report import Measurement, Report
from appliance.bench.stage import Stage
from appliance.bench.tables import markdown, show
from appliance.durable import UnusableFolderError, free_bytes, prepare_folder
from appliance.tools import MissingToolError, require_new_tools, require_tools

MEASUREMENTS: dict[str, Callable[[Stage], Awaitable[Measurement]]] = {
    "a": press.measure,
    "b": assembly.measure,
    "c": recording.measure_processor,
    "d": recording.measure_memory,
    "e": start_up.measure,
    "f": accuracy.measure,
    "g": throughput.measure,
    "h": transfer_memory.measure,
    "i": queue_operations.measure,
    "j": idleness.measure,
    "k": first_page.measure,
    "l": looking_back.measure,
    "m": gallery.measure,
    "n": gopro_recording.measure,
    "o": keeping_alive.measure,
}
NEEDED_BYTES = 7_000_000_000
NEEDED_QUICK_BYTES = 500_000_000


def main(argv: Sequence[str] | None = None) -> int:
    """Measure what is asked for and print it."""
    asked = _parser().parse_args(argv)
    signal.signal(signal.SIGTERM, _end)
    try:
        require_tools()
        require_new_tools()
        with _folder(asked.directory, NEEDED_QUICK_BYTES if asked.quick else NEEDED_BYTES) as folder:
            report = asyncio.run(_measure(Stage(folder, is_quick=asked.quick, say=_say), asked.only))
    except (MissingToolError, ToolFailedError, UnusableFolderError, NoRoomError) as error:
        _say(str(error))
        return 1
    if asked.json:
        sys.stdout.write(msgspec.json.encode(report).decode() + "\n")
    elif asked.markdown:
        sys.stdout.write(markdown(report))
    else:
        show(report)
    return 0


class NoRoomError(Exception):
    """The folder is too small. The text is a sentence."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="moment bench",
        description="Measure the recorder side by side with bare tools: a press to claim, b assembly, "
        "c processor, d memory, e start-up, f accuracy of joins; of the upload: g throughput, h memory, "
        "i its queue, j wake-ups; of the pages: k first page and memory, l looking back, m gallery; "
        "of a GoPro: n recording, o keep-alives. Takes about 20 minutes.",
        allow_abbrev=False,
    )
    parser.add_argument("--only", type=_letters, metavar="a,c", default=list(MEASUREMENTS), help="these only")
    parser.add_argument("--quick", action="store_true", help="shorter and smaller: a smoke test, no figures to quote")
    parser.add_argument("--directory", type=Path, metavar="DIR", default=Path("var/bench"), help="where to work")
    output = parser.add_mutually_exclusive_group()
    output.add_argument("--json", action="store_true", help="one JSON document instead of a table")
    output.add_argument("--markdown", action="store_true", help="a table in Markdown, for docs/performance.md")
    return parser


def _letters(text: str) -> list[str]:
    letters = text.split(",")
    if not set(letters) <= set(MEASUREMENTS):
        raise argparse.ArgumentTypeError(f"{text} is not made of {', '.join(MEASUREMENTS)}")
    return letters


@contextmanager
def _folder(directory: Path, needed_bytes: int) -> Iterator[Path]:
    """A folder of our own below `directory`, removed at the end."""
    prepare_folder(directory)
    if free_bytes(directory) < needed_bytes:
        raise NoRoomError(f"{directory} has less than {needed_bytes / 1e9:g} GB free: name another --directory.")
    with tempfile.TemporaryDirectory(dir=directory, prefix="run-") as folder:
        yield Path(folder).absolute()


async def _measure(stage: Stage, letters: list[str]) -> Report:
    began_s = time.monotonic()
    measurements = [await _measure_one(stage, letter) for letter in letters]
    return Report(
        version=__version__,
        measured_at=datetime.now().astimezone().isoformat(timespec="seconds"),
        is_quick=stage.is_quick,
        machine=describe_machine(stage.folder),
        measurements=measurements,
        took_s=round(time.monotonic() - began_s, 1),
    )


async def _measure_one(stage: Stage, letter: str) -> Measurement:
    began_s, load = time.monotonic(), os.getloadavg()[0]
    measured = await MEASUREMENTS[letter](stage)
    stage.say(f"({letter}) took {time.monotonic() - began_s:.0f} s")
    return msgspec.structs.replace(measured, took_s=round(time.monotonic() - began_s, 1), load_before=round(load, 2))


def _end(*_: object) -> NoReturn:
    raise SystemExit(1)


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)  # noqa: T201 - stdout belongs to the figures


if __name__ == "__main__":
    sys.exit(main())
