"""The box itself: its clock, a report for whoever helps, and beginning anew."""

from typing import Annotated, Literal

from msgspec import Meta

from appliance.control.messages.base import Answer, Request

ResetPart = Literal["settings", "networks", "storages"]
RESET_WORD = "erase"
"""What the owner types, so that nothing is reset by a slip of the finger."""


class SetClock(Request, frozen=True):
    """The phone's clock, for a box that does not know it. `now_s`: since 1970; `zone`: such as `Europe/Berlin`."""

    now_s: Annotated[float, Meta(ge=1_790_000_000, le=4_102_444_800)]
    zone: Annotated[str, Meta(max_length=64, pattern=r"^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,3}\Z")]


class Diagnostics(Request, frozen=True):
    """Put together what somebody who helps needs to know, without any secret."""


class DiagnosticsAnswer(Answer, frozen=True, tag="diagnostics"):
    """To `Diagnostics`: a tar.gz that may be read by the recorder's group and is gone after the next start."""

    path: str
    size_bytes: int


class FactoryReset(Request, frozen=True):
    """Begin anew at the next start, which follows at once. `word`: "erase". `memories`: delete what was kept, too."""

    parts: Annotated[list[ResetPart], Meta(max_length=3)]
    word: Annotated[str, Meta(max_length=20)]
    memories: bool = False
