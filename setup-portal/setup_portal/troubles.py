"""What goes wrong, as a page with one sentence: nothing else about it leaves the box."""

import logging

from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from appliance.control.errors import GoneError, NoSupervisorError, RefusedError
from setup_portal.pages.steps.showing import show, step_of
from setup_portal.words import say

_log = logging.getLogger("moment.portal")
RETRY_S = 3


def install(app: Flask) -> None:
    """Answer every error with a page."""
    app.register_error_handler(HTTPException, _told)
    app.register_error_handler(RefusedError, _refused)
    app.register_error_handler(NoSupervisorError, _absent)
    app.register_error_handler(GoneError, _absent)
    app.register_error_handler(OSError, _full)
    app.register_error_handler(Exception, _broken)


def _told(error: HTTPException) -> ResponseReturnValue:
    return _page(_sentence(error), error.code or 500)


def _sentence(error: HTTPException) -> str:
    match error.code:
        case 403:
            return error.description or ""
        case 404:
            return say("There is no such page.")
        case 405:
            return say("This page cannot be asked for in this way.")
        case 413:
            return say("That was too much at once: nothing was taken.")
        case _:
            return say("The box did not understand what the browser sent.")


def _refused(error: RefusedError) -> ResponseReturnValue:
    """A step that cannot be taken now can still be left for later."""
    step = step_of(request.endpoint or "")
    if step is None:
        return _page(error.sentence, 409)
    return show(step, code=409, template="steps/refused.html", trouble=error.sentence)


def _absent(_error: Exception) -> ResponseReturnValue:
    """The page asks again by itself; what was sent is not sent twice."""
    rule = request.url_rule
    can_be_asked = rule is not None and "GET" in (rule.methods or ())
    page = render_template("down.html", retry_s=RETRY_S, again=request.path if can_be_asked else "/")
    return page, 503, {"Retry-After": str(RETRY_S)}


def _full(error: OSError) -> ResponseReturnValue:
    _log.error("The pages' folder cannot be written: %s.", error.strerror or error)
    return _page(say("The box could not write this down: its card is full or worn out. Nothing was changed."), 500)


def _broken(error: Exception) -> ResponseReturnValue:
    """A mistake of ours. Its kind and place go to the log, not its words: they might hold what was typed."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place else "?"
    _log.error("A page failed: %s at %s, asked for %s.", type(error).__name__, where, request.endpoint)
    return _page(say("This page failed, by a mistake of the box. Recording goes on. Go back and try again."), 500)


def _page(sentence: str, code: int) -> ResponseReturnValue:
    return render_template("trouble.html", sentence=sentence), code
