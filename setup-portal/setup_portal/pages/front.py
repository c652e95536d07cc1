"""The first page: how the box is now, as a page, as a stream and as a picture; and the state that scripts ask for."""

from collections.abc import Iterator

from flask import (
    Response,
    abort,
    current_app,
    jsonify,
    redirect,
    render_template,
    request,
    stream_with_context,
    url_for,
)
from flask.typing import ResponseReturnValue

from appliance.control.errors import GoneError, NoSupervisorError, RefusedError
from appliance.control.messages import Counted, MemoryChanged, NetworkAnswer, Picture, Status, StatusAnswer
from setup_portal import guard
from setup_portal.live import stream
from setup_portal.live.facts import told
from setup_portal.live.latest import Latest
from setup_portal.live.newest import Newest
from setup_portal.live.seats import Seats
from setup_portal.pages.pressing import CHOICES, counted
from setup_portal.pages.steps.showing import network, steps_left, wizard
from setup_portal.pulse import Pulse
from setup_portal.recorder import LONG_S, recorder
from setup_portal.retelling import retold
from setup_portal.words import say

EVENTS = "text/event-stream"

Known = tuple[StatusAnswer, NetworkAnswer | None]


def front() -> ResponseReturnValue:
    """How the recorder is; until the set-up is over, the step that the owner was at, but that a safe boot is told."""
    status = _status()
    if not wizard().progress.is_over and status.recording.state != "off":
        return redirect(url_for("set_up"), 303)
    now = network()
    return render_template("front.html", told=told(status, now), minutes=CHOICES, left=steps_left(now))


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


def live() -> ResponseReturnValue:
    """The first page's part that changes, as server-sent events; only a browser that listens keeps the line."""
    page = stream.Page(_state, _counted, _memory, _away)
    seats: Seats = current_app.extensions["listeners"]
    listens = request.headers.get("Accept", "") == EVENTS
    socket_path = str(current_app.config["CONTROL_SOCKET"])
    events = _seated(seats, guard.arrival().peer, socket_path, page) if listens else stream.once(page)
    return Response(stream_with_context(events), content_type=f"{EVENTS}; charset=utf-8")


def newest_picture() -> ResponseReturnValue:
    """How the camera looks now, as JPEG."""
    newest: Newest = current_app.extensions["newest"]
    try:
        jpeg = newest.jpeg(_picture)
    except RefusedError:
        abort(404)
    return Response(jpeg, content_type="image/jpeg") if jpeg else abort(404)


def _status() -> StatusAnswer:
    with recorder() as client:
        return client.ask(Status())


def _known() -> Known:
    return _status(), network()


def _state() -> str:
    latest: Latest[Known] = current_app.extensions["latest"]
    return render_template("news.html", told=told(*latest.value(_known)))


def _counted(event: Counted) -> str:
    return counted(event.minutes, is_limit=event.is_limit)


def _memory(event: MemoryChanged) -> str | None:
    if event.state == "not-saved":
        return retold(event.sentence) or say("A moment could not be kept.")
    return say("%(name)s is kept.", name=event.name) if event.state == "kept" else None


def _away() -> str:
    return say("The recorder does not answer now. It may be starting; what was recorded is safe.")


def _picture() -> bytes:
    with recorder(LONG_S) as client:
        return client.ask(Picture()).jpeg


def _seated(seats: Seats, visitor: str, socket_path: str, page: stream.Page) -> Iterator[str]:
    with seats.one_for(visitor) as is_seated:
        yield from stream.listened(socket_path, page) if is_seated else stream.once(page)
