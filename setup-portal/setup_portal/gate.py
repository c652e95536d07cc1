"""The outermost door: whoever calls us by a name that is not ours never reaches a page."""

import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from setup_portal import captive
from setup_portal.arrival import Arrival, is_ours, plain_address
from setup_portal.idle import Idle

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LOCAL = "moment.local_address"
"""Where the server puts our own address of a connection."""
HANG_UP = "moment.hang_up"
"""Where it puts what ends a connection after the answer (a WSGI application may not say so in a field: PEP 3333)."""


class Gate:
    """WSGI in, WSGI out."""

    def __init__(self, pages: "WSGIApplication", idle: Idle, box_name: Callable[[], str]) -> None:
        self._pages = pages
        self.idle = idle
        self._box_name = box_name

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        came = Arrival(
            local=plain_address(str(environ.get(LOCAL, ""))), peer=plain_address(environ.get("REMOTE_ADDR", ""))
        )
        host = str(environ.get("HTTP_HOST", ""))
        if is_ours(host, came, self._box_name()):
            environ["moment.arrival"] = came
            return self._pages(environ, start_response)
        if came.place != "set-up":
            return _send(captive.ELSEWHERE, environ, start_response)
        is_released = self.idle.releases.has(came.peer, time.monotonic())
        reply = captive.answer(host, str(environ.get("PATH_INFO", "")), is_released=is_released)
        return _send(reply, environ, start_response)


def _send(reply: captive.Reply, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    body = reply.body.encode()
    fields: list[tuple[str, Any]] = [*reply.fields]
    if reply.status[:3] != "204":
        fields += [("Content-Type", reply.kind), ("Content-Length", str(len(body)))]
    start_response(reply.status, fields)
    environ.get(HANG_UP, bool)()
    return [] if environ.get("REQUEST_METHOD") == "HEAD" else [body]
