"""The save button on the page: held like the real one, or pressed with a choice of minutes."""

from flask import jsonify, render_template, request
from flask.typing import ResponseReturnValue

from appliance.control.errors import GoneError, NoSupervisorError, RefusedError
from appliance.control.messages import Hold, HoldAnswer, Save, SaveAnswer
from setup_portal.figures import number, rough_length
from setup_portal.recorder import LONG_S, recorder
from setup_portal.retelling import retold
from setup_portal.words import say

HOLD_S = 3.0
"""The page says it again twice a second while the finger is there: a phone that goes away lets go in so long."""
CHOICES = (3, 6, 10, 15, 30, 60)
_ENOUGH_S = 5.0
"""A memory is made of whole segments: so much is no lack."""


def press() -> ResponseReturnValue:
    """Keep the last minutes, as many as were chosen."""
    chosen = request.form.get("minutes", "")
    if chosen not in map(str, CHOICES):
        return render_template("trouble.html", sentence=say("Choose one of the answers.")), 422
    with recorder(LONG_S) as client:
        answer = client.ask(Save(int(chosen)))
    return render_template("kept.html", sentence=sentence_of(answer), remark=answer.remark)


def hold() -> ResponseReturnValue:
    """The finger is on the button (`is_down`), or has left it. For scripts: what to say."""
    asked = Hold(request.form.get("holder", "")[:40] or "?", HOLD_S if request.form.get("is_down") == "yes" else 0)
    try:
        with recorder(LONG_S) as client:
            answer = client.ask(asked)
    except RefusedError as refused:
        return jsonify(sentence=retold(refused.sentence), is_over=True, is_kept=False)
    except (NoSupervisorError, GoneError):
        return jsonify(sentence=say("NOT SAVED: the recorder does not answer."), is_over=True, is_kept=False), 503
    if isinstance(answer, HoldAnswer):
        return jsonify(sentence=counted(answer.minutes, is_limit=answer.is_limit), is_over=False, is_kept=False)
    return jsonify(sentence=sentence_of(answer), is_over=True, is_kept=True)


def counted(count: float, *, is_limit: bool) -> str:
    """What a held button asks for by now."""
    if is_limit:
        return say("The last %(minutes)s minutes: there is no more.", minutes=number(count))
    return say("The last %(minutes)s minutes.", minutes=number(count))


def sentence_of(answer: SaveAnswer) -> str:
    """What was kept, and how much of what was asked for."""
    if answer.available_s < answer.asked_s - _ENOUGH_S:
        kept, asked = rough_length(answer.available_s), rough_length(answer.asked_s)
        return say(
            "Kept: %(kept)s of the %(asked)s that you asked for, as %(name)s. There was no more.",
            kept=kept,
            asked=asked,
            name=answer.name,
        )
    return say("Kept: %(kept)s, as %(name)s.", kept=rough_length(answer.asked_s), name=answer.name)
