"""Looking back: an hour of the ring on one page, as a list, as files and as a film; and keeping a part of it."""

import re
from collections.abc import Iterator
from functools import partial

from flask import Response, abort, current_app, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wsgi import wrap_file

from appliance.control.errors import RefusedError
from appliance.control.messages import Keep, RingSegment, Status
from setup_portal import guard
from setup_portal.lookback.files import Part, opened
from setup_portal.lookback.footage import Footage, footage, one_segment
from setup_portal.lookback.playlist import KIND, playlist
from setup_portal.lookback.times import stretch
from setup_portal.lookback.watching import Film, Watching
from setup_portal.pages.hour import Hour
from setup_portal.pages.pressing import sentence_of
from setup_portal.recorder import LONG_S, recorder
from setup_portal.words import say

LONGEST_S = 3 * 3600
"""Of what one list or one film may hold."""
_NAME = re.compile(r"(?P<epoch>[0-9]{1,9})-(?P<number>[0-9]{1,9})\Z", re.ASCII)


def look_back() -> ResponseReturnValue:
    """An hour, or the last one, and where one can go from there."""
    return render_template("look-back.html", hour=_hour())


def keep_stretch() -> ResponseReturnValue:
    """Keep a part of it as a memory."""
    hour, form = _hour(), request.form
    chosen = stretch(
        form.get("day", ""), form.get("from", ""), form.get("to", ""), hour.offset_s, hour.window.since_s - 1
    )
    if chosen is None:
        trouble = say("Write from when to when as times of day, such as 14:05:00: the end comes after the beginning.")
        return render_template("look-back.html", hour=hour, trouble=trouble), 422
    try:
        with recorder(LONG_S) as client:
            answer = client.ask(Keep(*chosen, title=form.get("title", "").strip()[:200]))
    except RefusedError as refused:
        return render_template("look-back.html", hour=hour, trouble=refused.sentence), 409
    return render_template("kept.html", sentence=sentence_of(answer), remark=answer.remark, back=hour.address())


def stretch_list() -> ResponseReturnValue:
    """A stretch for players."""
    return Response(playlist(_footage().runs, _address), content_type=KIND)


def segment(name: str) -> ResponseReturnValue:
    """One segment's file, or the part of it that is asked for (RFC 9110, chapter 14)."""
    found = _NAME.match(name)
    if found is None:
        abort(404)
    with recorder() as client:
        said = one_segment(client, int(found["epoch"]), int(found["number"]))
    file = opened(said[0], said[1].path) if said else None
    if file is None:
        return _gone()
    size = file.seek(0, 2)
    wanted = request.range if request.range and len(request.range.ranges) == 1 else None
    asked = wanted.range_for_length(size) if wanted and wanted.units == "bytes" else None
    if wanted and wanted.units == "bytes" and asked is None:
        file.close()
        return Response(status=416, headers={"Content-Range": f"bytes */{size}"})
    start, stop = asked or (0, size)
    fields = {"Accept-Ranges": "bytes", "Content-Length": str(stop - start)}
    if asked:
        fields["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    body = wrap_file(request.environ, Part(file, start, stop))  # type: ignore[arg-type] # it reads, seeks and closes
    return Response(body, 206 if asked else 200, fields, content_type="video/mp2t", direct_passthrough=True)


def film() -> ResponseReturnValue:
    """A stretch as MP4, made while it is watched."""
    watching: Watching = current_app.extensions["watching"]
    visitor, found = guard.arrival().peer, _footage()
    if not found.segments:
        return _gone()
    if request.method == "HEAD":  # a page whose player waits asks whether there is anything to wait for
        return Response(content_type="video/mp4") if _is_there(found) else _gone()
    if watching.is_full_for(visitor):
        sentence = say("Two others are looking back just now: try again when one of them has finished.")
        return render_template("trouble.html", sentence=sentence), 503
    return Response(stream_with_context(_watched(watching, visitor, found)), content_type="video/mp4")


def _is_there(found: Footage) -> bool:
    file = opened(found.directory, found.segments[0].path)
    if file is not None:
        file.close()
    return file is not None


def _gone() -> ResponseReturnValue:
    sentence = say("This footage is not there any more: newer footage took its place.")
    return render_template("trouble.html", sentence=sentence), 404


def _watched(watching: Watching, visitor: str, found: Footage) -> Iterator[bytes]:
    openers = [partial(opened, found.directory, segment.path) for segment in found.segments]
    made = watching.watch(visitor, lambda: Film(openers))
    if made is None:
        return
    try:
        yield from made.read()
    finally:
        watching.leave(visitor, made)


def _footage() -> Footage:
    since_s, until_s = _instant("since"), _instant("until")
    if since_s is None or until_s is None or not since_s < until_s:
        abort(404)
    with recorder() as client:
        return footage(client, since_s, min(until_s, since_s + LONGEST_S))


def _address(segment: RingSegment) -> str:
    return url_for("segment", name=f"{segment.epoch}-{segment.number}")


def _hour() -> Hour:
    with recorder() as client:
        machine = client.ask(Status()).machine
        ends = footage(client, 0, 1)  # the bounds of the ring, without its segments
        hour = Hour.chosen(ends, _instant("from"), _instant("at"), machine.utc_offset_s if machine else 0)
        return hour.with_footage(footage(client, hour.window.since_s, hour.window.until_s))


def _instant(name: str) -> float | None:
    text = request.values.get(name, "")[:20]
    return float(text) if re.fullmatch(r"[0-9]{1,11}(\.[0-9]{1,3})?", text, re.ASCII) else None
