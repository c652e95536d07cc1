"""What a boot found, told by root before the recorder starts and shown by it: one small JSON file."""

from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from appliance.decoding import UnreadableError, decoded
from appliance.durable import write_durably

Mode = Literal["normal", "safe"]

_READABLE = 0o644


class BootReport(Struct, frozen=True):
    """The findings of one boot."""

    mode: Mode = "normal"
    troubles: list[str] = []
    """What needs the owner, a sentence each."""
    taken: list[str] = []
    """What was taken over from the boot partition, a sentence each."""


def read_report(path: str) -> BootReport | None:
    """The report of this boot; None if `path` is empty, for a machine that is no box."""
    if not path:
        return None
    try:
        return decoded(Path(path).read_bytes(), BootReport)
    except FileNotFoundError:
        return BootReport()
    except (OSError, UnreadableError) as trouble:
        return BootReport(troubles=[f"What this boot found cannot be read ({trouble}): switch the box off and on."])


def write_report(path: Path, report: BootReport) -> None:
    """Leave the report for the recorder, whose user may read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_durably(path, msgspec.json.encode(report))
    path.chmod(_READABLE)
