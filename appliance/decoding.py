"""JSON that lay on a card, or came from another program: understood as a whole, or not at all. Pure."""

from typing import TypeVar

import msgspec

T = TypeVar("T")


class UnreadableError(Exception):
    """The bytes are no JSON of the wanted kind. The text says what is wrong with them."""


def decoded(content: bytes | str, kind: type[T]) -> T:
    """The value in `content`, which may be anything: a worn-out card gives other bytes than it took.

    Raises:
        UnreadableError: and nothing else.
    """
    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as trouble:  # what is not UTF-8 is no DecodeError
        raise UnreadableError(str(trouble)) from trouble


def decoded_or_none(content: bytes | str, kind: type[T]) -> T | None:
    """The value in `content`; None if that cannot be understood."""
    try:
        return decoded(content, kind)
    except UnreadableError:
        return None
