"""The rooms' values become messages."""

from typing import TypeVar

import msgspec

T = TypeVar("T")


def as_message(value: object, kind: type[T]) -> T:
    """A room's value as the message `kind`, which has the same fields under the same names.

    Raises:
        msgspec.ValidationError: it has not.
    """
    return msgspec.convert(value, kind, from_attributes=True)
