"""Looking back: an hour of the ring on one page, and keeping a part of it."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from appliance.control.errors import RefusedError
from appliance.control.messages import Keep, Status
from setup_portal.lookback.footage import footage
from setup_portal.lookback.times import stretch
from setup_portal.pages.hour import Hour
from setup_portal.pages.playing import instant
from setup_portal.pages.pressing import sentence_of
from setup_portal.recorder import LONG_S, recorder
from setup_portal.words import say


def look_back() -> ResponseReturnValue:
    """An hour, or the last one, and where one can go from there."""
    return render_template("look-back.html", hour=_hour())


def keep_stretch() -> ResponseReturnValue:
    """Keep a part of it as a memory."""
    hour, form = _hour(), request.form
    chosen = stretch(
        form.get("day", ""), form.get("from", ""), form.get("to", ""), hour.offset_s, hour.window.since_s - 1
    )
    if chosen is None:
        trouble = say("Write from when to when as times of day, such as 14:05:00: the end comes after the beginning.")
        return render_template("look-back.html", hour=hour, trouble=trouble), 422
    try:
        with recorder(LONG_S) as client:
            answer = client.ask(Keep(*chosen, title=form.get("title", "").strip()[:200]))
    except RefusedError as refused:
        return render_template("look-back.html", hour=hour, trouble=refused.sentence), 409
    return render_template("kept.html", sentence=sentence_of(answer), remark=answer.remark, back=hour.address())


def _hour() -> Hour:
    with recorder() as client:
        machine = client.ask(Status()).machine
        ends = footage(client, 0, 1)  # the bounds of the ring, without its segments
        hour = Hour.chosen(ends, instant("from"), instant("at"), machine.utc_offset_s if machine else 0)
        return hour.with_footage(footage(client, hour.window.since_s, hour.window.until_s))
