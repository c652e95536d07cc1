"""Where a page of memories ends: the press and the name of its last one, whatever goes meanwhile."""

from appliance.control.errors import RefusedError
from appliance.memories.model import Entry


def write_cursor(last: Entry) -> str:
    """What a client says to get the page after `last`."""
    return f"{last.press.wall_s!r} {last.name}"


def read_cursor(said: str | None) -> tuple[float, str] | None:
    """Press (seconds since 1970) and name; None for the first page.

    Raises:
        RefusedError: it is none of ours.
    """
    if said is None:
        return None
    wall_s, _, name = said.partition(" ")
    try:
        return float(wall_s), name
    except ValueError:
        raise RefusedError("This page is not known: begin with the first one.") from None
