"""What `--json` prints: the contract with scripts. Pure ASCII, one document on one line."""

import json
from collections.abc import Sequence
from typing import Any

import msgspec

from appliance.control.messages import Done, MemoriesAnswer, SaveAnswer, StatusAnswer

_ONLY_WHEN_WHOLE = ("path", "got_s", "gaps", "sha256", "parts", "remark")


def status_document(answer: StatusAnswer) -> str:
    """`recording`, `ring`, `memories`, `upload`, `lamp`, `version`, `uptime_s`."""
    return document(answer)


def save_document(answer: SaveAnswer | Done, *, is_whole: bool) -> str:
    """`id`, `asked_s`, `available_s`, `secured_ms`, `state`, …; the file's own facts only when it `is_whole`."""
    return document(answer, without=() if is_whole else _ONLY_WHEN_WHOLE)


def memories_document(answer: MemoriesAnswer) -> str:
    """A list of memories, newest first."""
    return list_document(answer.memories)


def list_document(values: Sequence[msgspec.Struct]) -> str:
    """A list of objects."""
    return json.dumps(msgspec.to_builtins(values))


def document(answer: msgspec.Struct, without: tuple[str, ...] = ()) -> str:
    """The fields of an answer, without the tag of the socket."""
    fields: dict[str, Any] = msgspec.to_builtins(answer)
    return json.dumps({name: value for name, value in fields.items() if name not in {"is", *without}})
