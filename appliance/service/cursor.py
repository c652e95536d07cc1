"""Where a page of memories ends: the instant and the name of its last one, whatever goes meanwhile."""

from appliance.control.errors import RefusedError


def write_cursor(at_s: float, name: str) -> str:
    """What a client says to get the page after the one of this instant and name: by these the list is in order."""
    return f"{at_s!r} {name}"


def read_cursor(said: str | None) -> tuple[float, str] | None:
    """The instant and the name; None for the first page.

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
