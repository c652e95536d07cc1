"""In which country the box is: that decides which channels its radio may use."""

from flask import request
from flask.typing import ResponseReturnValue

from appliance.control.errors import RefusedError
from appliance.control.messages import SetCountry
from setup_portal.countries import countries, is_country, likely
from setup_portal.pages.steps.showing import network, onward, show
from setup_portal.recorder import recorder
from setup_portal.words import language, say


def country() -> ResponseReturnValue:
    """Ask for the country."""
    if request.method == "GET":
        return _show()
    if request.form.get("do") == "next":
        return onward("country")
    code = request.form.get("country", "")
    if not is_country(code):
        return _show(say("Choose the country that the box is in."))
    try:
        with recorder() as client:
            client.ask(SetCountry(code))
    except RefusedError as refused:
        return _show(refused.sentence)
    return onward("country")


def _show(trouble: str | None = None) -> ResponseReturnValue:
    now = network()
    if now is None or not now.is_ours:
        return show("country", template="steps/no-wifi.html")
    chosen = now.country or likely(request.headers.get("Accept-Language", ""))
    return show(
        "country", code=422 if trouble else 200, trouble=trouble, chosen=chosen, countries=countries(language())
    )
