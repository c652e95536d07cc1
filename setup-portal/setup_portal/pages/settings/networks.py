"""The networks that the box joins by itself, their order, and its own set-up network."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from appliance.control.client import Client
from appliance.control.errors import RefusedError
from appliance.control.messages import Hotspot, NetworkAnswer, WifiForget, WifiKnown, WifiPrefer
from setup_portal.pages.steps.showing import network
from setup_portal.recorder import LONG_S, recorder
from setup_portal.words import say


def networks() -> ResponseReturnValue:
    """Show them, or change one thing about them."""
    if request.method == "GET":
        return _show(network())
    try:
        with recorder(LONG_S) as client:
            trouble = _do(client, request.form.get("do", ""), request.form.get("id", "")[:64])
    except RefusedError as refused:
        trouble = refused.sentence
    return _show(network(), trouble) if trouble else redirect(url_for("networks"), 303)


def _do(client: Client, what: str, identity: str) -> str | None:
    """The sentence of what is wrong; None if it is done."""
    if what in {"open", "close"}:
        client.ask(Hotspot(open=what == "open"))
        return None
    ids = [known.id for known in client.ask(WifiKnown()).networks]
    if identity not in ids:
        return say("The box does not know this network any more.")
    if what == "forget":
        client.ask(WifiForget(identity))
    elif what == "first":
        client.ask(WifiPrefer([identity, *(each for each in ids if each != identity)]))
    else:
        return say("Choose one of the answers.")
    return None


def _show(now: NetworkAnswer | None, trouble: str | None = None) -> ResponseReturnValue:
    known = []
    if now is not None:
        with recorder() as client:
            try:
                known = client.ask(WifiKnown()).networks
            except RefusedError as refused:
                trouble = trouble or refused.sentence
    page = render_template("settings/networks.html", now=now, known=known, trouble=trouble)
    return page, 409 if trouble else 200
