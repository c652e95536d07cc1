"""The first page, and the state that scripts ask for."""

from flask import current_app, jsonify, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from appliance.control.errors import GoneError, NoSupervisorError, RefusedError
from appliance.control.messages import Status
from setup_portal import guard
from setup_portal.pages.steps.showing import TITLES, wizard
from setup_portal.pulse import Pulse
from setup_portal.recorder import recorder


def front() -> ResponseReturnValue:
    """How the recorder is; until the set-up is over, the step that the owner was at."""
    if not wizard().progress.is_over:
        return redirect(url_for("set_up"), 303)
    with recorder() as client:
        status = client.ask(Status())
    return render_template("front.html", status=status, steps=tuple(TITLES))


def state() -> ResponseReturnValue:
    """Whether the recorder answers: a page that waits for it asks here. Tells a stranger nothing else."""
    pulse: Pulse = current_app.extensions["pulse"]
    return jsonify(is_up=pulse.is_there(guard.now_s()))


def is_recorder_there() -> bool:
    """Ask it."""
    try:
        with recorder() as client:
            client.ask(Status())
    except (NoSupervisorError, GoneError, RefusedError):
        return False
    return True
