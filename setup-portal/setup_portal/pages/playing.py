"""What players ask for: a stretch of the ring as a list, as files, as pieces of MP4, as a film."""

import re
from collections.abc import Generator, Iterator
from functools import partial
from typing import BinaryIO

from flask import Response, abort, current_app, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wsgi import wrap_file

from appliance.control.messages import RingSegment
from setup_portal import guard
from setup_portal.lookback.files import Part, opened
from setup_portal.lookback.footage import Footage, footage, one_segment
from setup_portal.lookback.fragments import Fragments
from setup_portal.lookback.playlist import KIND, playlist
from setup_portal.lookback.transport import HEAD_BYTES, HEVC, kinds
from setup_portal.lookback.watching import Film, Watching
from setup_portal.recorder import recorder
from setup_portal.words import say

LONGEST_S = 3 * 3600
"""Of what one list or one film may hold."""
_NAME = re.compile(r"(?P<epoch>[0-9]{1,9})-(?P<number>[0-9]{1,9})\Z", re.ASCII)


def stretch_list() -> ResponseReturnValue:
    """A stretch for players."""
    found = _footage()
    if _is_hevc(found):
        return Response(playlist(found.runs, _piece_address, _head_address), content_type=KIND)
    return Response(playlist(found.runs, _address), content_type=KIND)


def segment(name: str) -> ResponseReturnValue:
    """One segment's file, or the part of it that is asked for (RFC 9110, chapter 14)."""
    file = _file(name)
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


def piece_head(name: str) -> ResponseReturnValue:
    """What comes before the pieces of a run that begins with this segment."""
    head, rest = _piece(name)
    rest.close()
    return Response(head, content_type="video/mp4") if head else _gone()


def piece(name: str) -> ResponseReturnValue:
    """A segment as a piece of MP4."""
    head, rest = _piece(name)
    return Response(rest, content_type="video/mp4") if head else _gone()


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


def _file(name: str) -> BinaryIO | None:
    found = _NAME.match(name)
    if found is None:
        abort(404)
    with recorder() as client:
        said = one_segment(client, int(found["epoch"]), int(found["number"]))
    return opened(said[0], said[1].path) if said else None


def _piece(name: str) -> tuple[bytes, Generator[bytes]]:
    fragments: Fragments = current_app.extensions["fragments"]
    file = _file(name)
    made = fragments.of(file) if file else _nothing()
    return next(made, b""), made


def _nothing() -> Generator[bytes]:
    yield from ()


def _is_hevc(found: Footage) -> bool:
    """Whether any run is: a player does not change between kinds of file."""
    for run in found.runs:
        file = opened(found.directory, run.segments[0].path)
        if file is not None:
            with file:
                if HEVC in kinds(file.read(HEAD_BYTES)):
                    return True
    return False


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
    since_s, until_s = instant("since"), instant("until")
    if since_s is None or until_s is None or not since_s < until_s:
        abort(404)
    with recorder() as client:
        return footage(client, since_s, min(until_s, since_s + LONGEST_S))


def _address(of: RingSegment) -> str:
    return url_for("segment", name=f"{of.epoch}-{of.number}")


def _piece_address(of: RingSegment) -> str:
    return url_for("piece", name=f"{of.epoch}-{of.number}")


def _head_address(of: RingSegment) -> str:
    return url_for("piece_head", name=f"{of.epoch}-{of.number}")


def instant(name: str) -> float | None:
    """A field of the request that is an instant: Unix seconds; None if it is not there, or is none."""
    text = request.values.get(name, "")[:20]
    return float(text) if re.fullmatch(r"[0-9]{1,11}(\.[0-9]{1,3})?", text, re.ASCII) else None
