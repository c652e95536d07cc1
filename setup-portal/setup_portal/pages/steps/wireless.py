"""The home Wi-Fi: choose, try, read what came of it, and join for good.

While a network is tried, the box's own is closed: the phone loses it, comes back by itself, and reads the outcome here.
"""

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from appliance.control.errors import RefusedError
from appliance.control.messages import (
    Attempt,
    HeardNetwork,
    NetworkAnswer,
    WifiDrop,
    WifiJoin,
    WifiKeep,
    WifiScan,
    WifiScanAnswer,
)
from setup_portal import guard
from setup_portal.pages.steps.showing import home_address, network, onward, show, wizard
from setup_portal.recorder import LONG_S, recorder
from setup_portal.words import say

MOST_NAME_BYTES = 32


def wifi() -> ResponseReturnValue:
    """What came of the last try, or the networks that are heard."""
    if request.method == "POST" and request.form.get("do") == "next":
        return onward("wifi")
    now = network()
    if now is None or not now.is_ours:
        return show("wifi", template="steps/no-wifi.html")
    attempt = now.attempt
    if attempt is not None and attempt.state in {"trying", "proven", "kept"} and "again" not in request.args:
        return _outcome(now, attempt)
    is_fresh = request.method == "POST" and request.form.get("do") == "listen"
    return _networks(now, is_fresh=is_fresh)


def _outcome(now: NetworkAnswer, attempt: Attempt) -> ResponseReturnValue:
    links, code = home_address()
    return show(
        "wifi",
        template=f"steps/wifi-{attempt.state}.html",
        attempt=attempt,
        now=now,
        links=links,
        qr=code,
        has_password=guard.keys().has_password,
    )


def _networks(now: NetworkAnswer, *, is_fresh: bool) -> ResponseReturnValue:
    try:
        with recorder(LONG_S) as client:
            scan = client.ask(WifiScan(fresh=is_fresh))
    except RefusedError as refused:
        scan = WifiScanAnswer([], None, refused.sentence)
    return show("wifi", now=now, scan=scan, attempt=now.attempt)


def wifi_join() -> ResponseReturnValue:
    """Ask for one network's password, and try it."""
    ssid = request.values.get("ssid", "")[:64]
    heard = _heard(ssid)
    if request.method == "GET":
        return show("wifi", template="steps/wifi-join.html", heard=heard, ssid=ssid)
    name = request.form.get("name", "")
    sent = ssid if heard is not None else name.encode("utf-8", "replace").hex()
    password = request.form.get("password", "")
    trouble = None if heard is not None else _trouble_with_name(name)
    trouble = trouble or (say("This password is longer than any Wi-Fi's.") if len(password) > 128 else None)  # noqa: PLR2004
    if trouble is None:
        trouble = _try(sent, password, is_hidden=heard is None, is_plain="wpa2" in request.form)
    if trouble is None:
        return redirect(url_for("wifi"), 303)
    return show("wifi", code=422, template="steps/wifi-join.html", heard=heard, ssid=ssid, name=name, trouble=trouble)


def wifi_outcome() -> ResponseReturnValue:
    """Join the proven network for good, or give it up."""
    identity = request.form.get("id", "")[:64]
    has_kept = request.form.get("do") == "keep"
    try:
        with recorder(LONG_S) as client:
            client.ask(WifiKeep(identity) if has_kept else WifiDrop(identity))
    except RefusedError as refused:
        return show("wifi", code=409, template="steps/wifi-refused.html", trouble=refused.sentence)
    if has_kept:
        wizard().move_on("wifi")
    return redirect(url_for("wifi"), 303)


def _try(ssid: str, password: str, *, is_hidden: bool, is_plain: bool) -> str | None:
    """The sentence of a refusal; None if it is being tried."""
    try:
        with recorder() as client:
            client.ask(WifiJoin(ssid, password, hidden=is_hidden, security="wpa2" if is_plain else None))
    except RefusedError as refused:
        return refused.sentence
    return None


def _trouble_with_name(name: str) -> str | None:
    if 0 < len(name.encode("utf-8", "replace")) <= MOST_NAME_BYTES:
        return None
    return say("Write the network's name, of at most 32 letters without accents.")


def _heard(ssid: str) -> HeardNetwork | None:
    if not ssid:
        return None
    with recorder(LONG_S) as client:  # it may have to listen first
        networks = client.ask(WifiScan()).networks
    return next((heard for heard in networks if heard.ssid == ssid and heard.obstacle is None), None)
