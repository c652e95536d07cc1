"""Beginning, going on where one was, and skipping."""

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from appliance.control.errors import RefusedError
from appliance.control.messages import SetClock
from setup_portal.pages.steps.showing import onward, show, wizard
from setup_portal.recorder import LONG_S, recorder
from setup_portal.wizard.clock import donated
from setup_portal.wizard.progress import STEPS, StepName
from setup_portal.words import say


def set_up() -> ResponseReturnValue:
    """Go on where the owner was."""
    return redirect(url_for(wizard().progress.at), 303)


def welcome() -> ResponseReturnValue:
    """Say what comes, and take the phone's clock."""
    if request.method == "GET":
        return show("welcome")
    form = request.form
    now, when, zone = (form.get(name, "")[:64].strip() for name in ("now", "when", "zone"))
    if not (now or when):
        return onward("welcome")
    clock = donated(now, when, zone or "UTC")
    if clock is None:
        trouble = say("This is no date with a time zone: write the zone as Europe/Berlin, or leave both empty.")
        return show("welcome", code=422, trouble=trouble, zone=zone, when=when)
    refusal = _set(clock)
    if refusal and when:  # the owner wrote it; what the phone gave unasked stops nobody
        return show("welcome", code=409, trouble=refusal, zone=zone, when=when)
    return onward("welcome")


def _set(clock: tuple[float, str]) -> str | None:
    """The sentence of a refusal; None if the clock is right now."""
    try:
        with recorder(LONG_S) as client:
            client.ask(SetClock(*clock))
    except RefusedError as refused:
        return refused.sentence
    return None


def skip() -> ResponseReturnValue:
    """Leave a step for later."""
    step = _step(request.form.get("step", ""))
    if step is None:
        abort(404)
    return redirect(url_for(wizard().move_on(step, is_done=False)), 303)


def _step(name: str) -> StepName | None:
    return next((step for step in STEPS[:-1] if step == name), None)
