"""What every message is: a request of a client, or an answer of the supervisor."""

import re
from typing import Annotated

from msgspec import Meta, Struct

FileName = Annotated[str, Meta(min_length=1, max_length=255, pattern=r"^[^/\x00]+$")]
"""A memory's file name, which is a name and never a path."""

Title = Annotated[str, Meta(max_length=200)]
"""What the owner calls a memory: any text."""

PageSize = Annotated[int, Meta(ge=1, le=1000)]
"""How many of a long list are told at a time."""

Cursor = Annotated[str, Meta(max_length=320)]
"""Where a page of a long list ended, as its answer says."""

FileNames = Annotated[list[FileName], Meta(max_length=1000)]


def _tag(name: str) -> str:
    """`CancelUpload` is said `cancel-upload`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower()


class Request(Struct, frozen=True, forbid_unknown_fields=True, tag_field="do", tag=_tag):
    """Asked by a client."""


class Answer(Struct, frozen=True, tag_field="is", tag=_tag):
    """Says the supervisor, once for every request."""


class Subscribe(Request, frozen=True):
    """Send every event from now on; there is no answer line."""


class Done(Answer, frozen=True):
    """It is done."""

    sentence: str


class Refused(Answer, frozen=True):
    """It was not done; one sentence says why and what helps."""

    sentence: str
