"""The pages, put together."""

import hashlib
from functools import cache
from pathlib import Path

from flask import Flask, url_for

from setup_portal import guard, troubles
from setup_portal.figures import length, moment, size
from setup_portal.idle import Idle
from setup_portal.keys import Keys
from setup_portal.live import stream
from setup_portal.live.latest import Latest
from setup_portal.live.newest import Newest
from setup_portal.live.seats import Seats
from setup_portal.lookback.fragments import Fragments
from setup_portal.lookback.watching import Watching
from setup_portal.pages.front import is_recorder_there
from setup_portal.pages.steps.showing import step_title
from setup_portal.pulse import Pulse
from setup_portal.retelling import retold
from setup_portal.routes import NEEDS, ROUTES
from setup_portal.store import Store
from setup_portal.throttle import Throttle
from setup_portal.wizard.progress import Wizard

STATIC = Path(__file__).parent / "static"
MOST_FORM_BYTES = 64 * 1024
MOST_FIELDS = 100


def pages(store: Store, idle: Idle, control_socket: str, *, trusts_loopback: bool = False) -> Flask:
    """The application. `trusts_loopback`: this machine's own users may set the first password."""
    app = Flask("setup_portal")
    app.config.update(
        CONTROL_SOCKET=control_socket,
        TRUSTS_LOOPBACK=trusts_loopback,
        MAX_CONTENT_LENGTH=MOST_FORM_BYTES,
        MAX_FORM_MEMORY_SIZE=MOST_FORM_BYTES,
        MAX_FORM_PARTS=MOST_FIELDS,
    )
    app.extensions.update(
        keys=Keys(store),
        store=store,
        idle=idle,
        needs=NEEDS,
        throttle=Throttle(),
        wizard=Wizard(store),
        pulse=Pulse(is_recorder_there),
    )
    app.extensions.update(
        listeners=Seats(stream.MOST, stream.EACH),
        newest=Newest(),
        latest=Latest(),
        watching=Watching(),
        fragments=Fragments(),
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters["retold"] = retold
    app.jinja_env.globals.update(step_title=step_title, asset=asset, size=size, length=length, moment=moment)
    for route in ROUTES:
        app.add_url_rule(route.rule, view_func=route.view, methods=route.methods, provide_automatic_options=False)
    guard.install_texts(app)
    guard.install(app)
    troubles.install(app)
    return app


@cache
def _digest(name: str) -> str:
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]


def asset(name: str) -> str:
    """Where a file of `static/` is, with its content's digest: a browser may keep it until an update changes it."""
    return url_for("static", filename=name, v=_digest(name))
