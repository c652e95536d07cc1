"""What stands between a request and a page: who comes, whether they may, and what every answer carries."""

import time
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, abort, current_app, g, make_response, redirect, render_template, request, url_for
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response as AnyResponse

from setup_portal.arrival import Arrival, called_name
from setup_portal.catalogues import catalogue, chosen
from setup_portal.idle import Idle
from setup_portal.keys import COOKIE, LIFE_S, Keys
from setup_portal.words import say

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self' blob:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""`data:` is for the empty icon that saves a request."""
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), interest-cohort=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def keys() -> Keys:
    """The door's keys."""
    found: Keys = current_app.extensions["keys"]
    return found


def idle() -> Idle:
    """When the pages were visited last, and who stays on the set-up network."""
    found: Idle = current_app.extensions["idle"]
    return found


def arrival() -> Arrival:
    """Of the request that is being answered."""
    found: Arrival = request.environ["moment.arrival"]
    return found


def is_owner() -> bool:
    """Whether the visitor may command the box."""
    if keys().has_password:
        return bool(g.session)
    return is_first_run()


def is_first_run() -> bool:
    """Whether no password is set yet, and the visitor may set one: they knew the set-up network's passphrase."""
    is_trusted = arrival().place == "set-up" or (arrival().place == "here" and current_app.config["TRUSTS_LOOPBACK"])
    return not keys().has_password and is_trusted


def form_mark() -> str:
    """What every form of ours brings back."""
    return keys().mark(_holder())


def install(app: Flask) -> None:
    """Put the guard before every page."""
    app.before_request(_greet)
    app.before_request(_check)
    app.after_request(_send_off)
    app.context_processor(_words_of_pages)


def _greet() -> None:
    cookie = request.cookies.get(COOKIE, "")
    g.session = cookie if cookie and keys().knows(cookie) else ""
    g.language = chosen(request.headers.get("Accept-Language", ""))


def _check() -> AnyResponse | None:
    if isinstance(request.routing_exception, RequestRedirect):
        abort(404)  # a page has one address: no other one is put right with what the visitor calls us
    if request.endpoint is None:
        return None  # nobody's page: 404 or 405, which tell a stranger nothing
    if request.method not in {"GET", "HEAD", "OPTIONS"}:
        _refuse_foreign_forms()
    if current_app.extensions["needs"][request.endpoint] != "owner" or is_owner():
        return None
    if keys().has_password:
        return redirect(url_for("enter", then=_way_back()), 303)
    return make_response(render_template("closed.html"), 403)


def _way_back() -> str | None:
    return request.path if request.method == "GET" and request.path != "/" else None


def _refuse_foreign_forms() -> None:
    """A form of a stranger's page says where it comes from, where the browser tells; and it never has the mark."""
    origin = request.headers.get("Origin")
    is_stranger = origin not in {None, "null"} and not _is_own(origin or "")
    if is_stranger or request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        abort(403, say("This form came from another page: open this one and press the button here."))
    if not keys().is_marked(_holder(), request.form.get("mark", "") or request.headers.get("X-Mark", "")):
        abort(
            403, say("This page was too old to be sent. Nothing was changed: go back, load it anew, and send it again.")
        )


def _is_own(origin: str) -> bool:
    scheme, _, host = origin.partition("://")
    return scheme == "http" and called_name(host) == called_name(request.host) and _port(host) == _port(request.host)


def _port(host: str) -> str:
    name, _, port = host.rpartition(":")
    return port if name and port.isdigit() else "80"


def _holder() -> str:
    """Mini browsers forget cookies: a visitor without a session is known by their address."""
    return f"session {g.session}" if g.session else f"address {arrival().peer}"


def _send_off(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers[name] = value
    response.headers.setdefault("Cache-Control", "no-store")
    if request.endpoint == "static" and response.status_code == HTTPStatus.OK and "v" in request.args:
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"  # the address changes with it
    return response


def let_in(response: AnyResponse) -> AnyResponse:
    """Begin a session for the visitor."""
    response.set_cookie(COOKIE, keys().begin(), max_age=LIFE_S, httponly=True, samesite="Strict", path="/")
    return response


def _words_of_pages() -> dict[str, Any]:
    """What every template may use."""
    return {
        "form_mark": form_mark,
        "is_owner": is_owner,
        "has_session": lambda: bool(g.session),
        "language": g.get("language", "en"),
        "place": arrival().place,
    }


def install_texts(app: Flask) -> None:
    """`_()` and `ngettext()` in templates."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined] # the extension adds it
        lambda text: catalogue(g.get("language", "en")).gettext(text),
        lambda one, many, count: catalogue(g.get("language", "en")).ngettext(one, many, count),
        newstyle=True,
    )


def now_s() -> float:
    """Monotonic seconds, for waits."""
    return time.monotonic()
