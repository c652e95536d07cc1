"""What is said about a key, and what is wrong with a path: shared by all checks."""

from typing import NamedTuple


class Complaint(NamedTuple):
    """One thing that is wrong, and the full path of the key to look at."""

    where: tuple[str, ...]
    sentence: str


def path_trouble(path: str) -> str | None:
    """What is wrong with a path, in words that follow the name of its key; None if nothing is."""
    if not path.strip():
        return "must not be empty"
    if not path.isprintable():
        return "must not hold line breaks or control characters"
    if path.startswith("~"):
        return 'must be written in full: "~" is not known here'
    return None
