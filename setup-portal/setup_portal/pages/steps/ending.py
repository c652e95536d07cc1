"""The end: what is set up, what was left for later, and where the pages are from now on."""

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from setup_portal import guard
from setup_portal.pages.steps.showing import home_address, network, show, steps_left, wizard


def end() -> ResponseReturnValue:
    """Show it; once it is seen, the first page is the box's."""
    if request.method == "POST":
        wizard().finish()
        return redirect(url_for("front"), 303)
    links, code = home_address()
    now = network()
    attempt = None if now is None else now.attempt
    return show(
        "end",
        left=steps_left(now),
        links=links,
        qr=code,
        proven=attempt if attempt is not None and attempt.state == "proven" else None,
        has_password=guard.keys().has_password,
        hotspot=None if now is None else now.hotspot,
    )
