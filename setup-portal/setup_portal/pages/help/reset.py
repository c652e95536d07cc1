"""Beginning anew: asked twice, with a word to type; memories only where that is said twice, too."""

from typing import get_args

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from appliance.control.errors import RefusedError
from appliance.control.messages import FactoryReset
from appliance.control.messages.box import RESET_WORD, ResetPart
from setup_portal.recorder import recorder
from setup_portal.words import marked, say

PARTS: dict[ResetPart, str] = {
    "settings": marked("The settings, and the password of these pages"),
    "networks": marked("The Wi-Fi networks that it knows"),
    "storages": marked("The storages and their passwords"),
}
assert tuple(PARTS) == get_args(ResetPart)


def reset() -> ResponseReturnValue:
    """First what to reset, then whether that is truly meant."""
    parts = [part for part in PARTS if part in request.form.getlist("parts")]
    has_memories = "memories" in request.form
    if request.method == "GET":
        return _first()
    if not parts and not has_memories:
        return _first(say("Choose what to reset."))
    if request.form.get("do") != "reset":
        return _second(parts, has_memories=has_memories)
    if request.form.get("word", "").strip().casefold() != RESET_WORD:
        trouble = say("Nothing was reset: type the word %(word)s to confirm it.", word=RESET_WORD)
        return _second(parts, has_memories=has_memories, trouble=trouble)
    if has_memories and "surely" not in request.form:
        trouble = say("Nothing was reset: say that the memories shall be deleted, too, or go back and leave them.")
        return _second(parts, has_memories=has_memories, trouble=trouble)
    return _do(parts, has_memories=has_memories)


def _do(parts: list[ResetPart], *, has_memories: bool) -> ResponseReturnValue:
    try:
        with recorder() as client:
            client.ask(FactoryReset(parts, RESET_WORD, has_memories))
    except RefusedError as refused:
        return _second(parts, has_memories=has_memories, trouble=refused.sentence)
    return render_template("help/reset-begun.html", then=_then(parts))


def _then(parts: list[ResetPart]) -> list[str]:
    """How the box is reached afterwards, where that changes."""
    told = []
    if "networks" in parts:
        told.append(
            say(
                "Then it opens its own Wi-Fi with a new name and a new password, which stand in the file "
                "moment-wifi.txt on its card; a name that you gave it stays."
            )
        )
    if "settings" in parts:
        told.append(say("Until these pages have a new password, they open on the box's own Wi-Fi only."))
    if "settings" in parts and "networks" not in parts:
        told.append(
            say(
                "While it knows a network it joins that one: hold its upload button for 10 seconds, and it opens its "
                "own Wi-Fi, with the name and password in the file moment-wifi.txt on its card."
            )
        )
    return told


def _first(trouble: str | None = None) -> ResponseReturnValue:
    parts = {part: say(title) for part, title in PARTS.items()}
    return render_template("help/reset.html", resettable=parts, trouble=trouble), 422 if trouble else 200


def _second(parts: list[ResetPart], *, has_memories: bool, trouble: str | None = None) -> ResponseReturnValue:
    chosen = {part: say(PARTS[part]) for part in parts}
    page = render_template(
        "help/reset-surely.html",
        chosen=chosen,
        has_memories=has_memories,
        then=_then(parts),
        word=RESET_WORD,
        back=url_for("reset"),
        trouble=trouble,
    )
    return page, 422 if trouble else 200
