"""What the recorder wishes of root, which has rights that it lacks: small files, and root's answers.

The recorder loads this and nothing else of what root does.
"""

from pathlib import Path
from typing import Literal

from msgspec import Struct

CLOCK = Path("/run/moment-recorder/clock-wish.json")
CLOCK_ANSWER = Path("/run/moment-clock/answer.json")
RESET = "reset.json"
"""Beside the owner's settings."""

Part = Literal["settings", "networks", "storages"]


class ClockWish(Struct, frozen=True):
    """`now_s`: seconds since 1970 at the monotonic instant `at_s`, by the owner's phone."""

    token: str
    zone: str
    now_s: float
    at_s: float


class ClockAnswer(Struct, frozen=True):
    """What became of the wish `token`; `trouble`: a sentence, or None."""

    token: str
    is_set: bool
    trouble: str | None = None


class ResetWish(Struct, frozen=True, forbid_unknown_fields=True):
    """`memories`: what was kept, and the last hours, too."""

    parts: list[Part]
    memories: bool
