"""What became of the last bundle: a small file that whoever handed it in waits for."""

from pathlib import Path
from typing import Literal

from msgspec import Struct

from appliance.decoding import UnreadableError, decoded

Result = Literal["installed", "waiting", "refused", "went-back", "overtaken"]
"""`waiting`: for the next boot. `overtaken`: by a card that was written anew."""


class Outcome(Struct, frozen=True):
    """`outcome.json`."""

    result: Result
    sentence: str
    version: str | None
    """What the bundle said it was; None when it was not even that far."""
    request: str
    """The bundle's name in the inbox."""
    when_s: float
    """By the wall clock, such as it is."""


def read_outcome(path: Path) -> Outcome | None:
    """The last outcome; None where there is none."""
    try:
        return decoded(path.read_bytes(), Outcome)
    except (OSError, UnreadableError):
        return None
