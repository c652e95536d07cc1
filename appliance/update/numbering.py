"""Version numbers, and which of two is the newer one. Pure."""

import re

_NUMBER = re.compile(r"(?P<release>\d{1,6}(?:\.\d{1,6}){1,3})(?:\.?(?P<stage>dev|a|b|rc)(?P<count>\d{1,6}))?")
_STAGES = ("dev", "a", "b", "rc", None)

Order = tuple[tuple[int, ...], int, int]


def is_version(text: str) -> bool:
    """Whether it is a number such as `1.2`, `1.2.3` or `1.2.3rc4`: the plain part of what PEP 440 allows."""
    return _NUMBER.fullmatch(text) is not None


def order(version: str) -> Order:
    """What to sort versions by; `1.2` and `1.2.0` are equal.

    Raises:
        ValueError: it is no version.
    """
    found = _NUMBER.fullmatch(version)
    if found is None:
        raise ValueError(f"{version!r} is no version number")
    release = [int(part) for part in found["release"].split(".")]
    while release and release[-1] == 0:
        release.pop()
    return tuple(release), _STAGES.index(found["stage"]), int(found["count"] or 0)


def is_newer(version: str, other: str) -> bool:
    """Whether `version` comes after `other`."""
    return order(version) > order(other)
