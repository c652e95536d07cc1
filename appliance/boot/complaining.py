"""`moment-errors.txt`: what was wrong with the owner's files, beside them, to be read on any computer."""

from collections.abc import Sequence

from appliance.boot.scene import Action, Drop, Put, Scene

NAME = "moment-errors.txt"

_BEFORE = "Moment Recorder could not use everything that it found on this card:"
_AFTER = (
    "A file with a mistake in it is not used at all: the box goes on as it was set before.",
    "What to do: switch the box off, put the card into a computer again, correct the file with a plain text editor",
    "and save it under the same name. Put the card back into the box and switch it on.",
    "This file goes away by itself once all is right.",
)


def plan_complaint(scene: Scene, troubles: Sequence[str]) -> list[Action]:
    """The file says exactly this, and is not there when there is nothing to say."""
    if troubles:
        return [Put("firmware", NAME, _page(troubles))]
    return [Drop("firmware", NAME)] if NAME in scene.shelves["firmware"] else []


def _page(troubles: Sequence[str]) -> bytes:
    lines = [_BEFORE, "", *(f"- {sentence}" for sentence in troubles), "", *_AFTER, ""]
    return "\r\n".join(lines).encode()
