"""Which part of a file is asked for (RFC 9110, chapter 14). Pure.

One part is all that players and downloads ever want: of several at once, the whole is sent, which the RFC allows.
"""

import re

_ONE_PART = re.compile(r"[ \t]*bytes=[ \t,]*([0-9]{0,30})-([0-9]{0,30})[ \t,]*\Z", re.IGNORECASE | re.ASCII)


class UnsatisfiableError(Exception):
    """The part begins behind the end of the file: answer 416."""


def asked_part(field: str | None, size_bytes: int) -> range | None:
    """The bytes that a Range field asks for; None if the whole is to be sent.

    Raises:
        UnsatisfiableError: there are no such bytes.
    """
    found = _ONE_PART.match(field or "")
    if found is None or not (found[1] or found[2]):
        return None
    if not found[1]:
        return _ending(int(found[2]), size_bytes)
    first, last = int(found[1]), int(found[2]) if found[2] else size_bytes - 1
    if found[2] and last < first:
        return None  # no range at all: the RFC wants it ignored
    if first >= size_bytes:
        raise UnsatisfiableError
    return range(first, min(last + 1, size_bytes))


def _ending(length: int, size_bytes: int) -> range | None:
    """The last bytes of the file."""
    if length == 0:
        raise UnsatisfiableError
    return range(max(0, size_bytes - length), size_bytes) if size_bytes else None


def is_current(field: str | None, tag: str) -> bool:
    """Whether an If-Range field lets a part be sent: a file that has changed since is sent as a whole.

    We tell no dates of change, so a date never holds; nor does a weak tag (RFC 9110, 13.1.5).
    """
    return field is None or field.strip() == tag


def is_known(field: str | None, tag: str) -> bool:
    """Whether an If-None-Match field names this tag, so that nothing has to be sent (RFC 9110, 13.1.2)."""
    if field is None:
        return False
    return field.strip() == "*" or tag in {each.strip().removeprefix("W/") for each in field.split(",")}
