"""A file as an answer: in parts where a player asks for parts, without holding a thread while a phone reads slowly."""

import io
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from flask import Response, abort, request

from setup_portal.ranges import UnsatisfiableError, asked_part, is_current, is_known

_BLOCK_BYTES = 64 * 1024


def send(path: Path, content_type: str, disposition: str | None = None) -> Response:
    """The file, or the part of it that is asked for; 404 where there is none.

    `path` comes from the recorder, never from a visitor. A link in its place is not followed.
    """
    handle, about = _open(path)
    tag = f'"{about.st_ino:x}-{about.st_mtime_ns:x}-{about.st_size:x}"'
    fields = {"ETag": tag, "Accept-Ranges": "bytes", "Cache-Control": "private, no-cache"}
    if disposition is not None:
        fields["Content-Disposition"] = disposition
    if request.method != "POST" and is_known(request.headers.get("If-None-Match"), tag):
        os.close(handle)
        return Response(status=304, headers=fields)
    is_asked = request.method == "GET" and is_current(request.headers.get("If-Range"), tag)  # RFC 9110, 14.2
    asked = request.headers.get("Range") if is_asked else None
    try:
        part = asked_part(asked, about.st_size)
    except UnsatisfiableError:
        os.close(handle)
        return Response(status=416, headers={**fields, "Content-Range": f"bytes */{about.st_size}"})
    return _reply(handle, about.st_size, part, content_type, fields)


def _open(path: Path) -> tuple[int, os.stat_result]:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        abort(404)
    about = os.fstat(handle)
    if not stat.S_ISREG(about.st_mode):
        os.close(handle)
        abort(404)
    return handle, about


def _reply(handle: int, size_bytes: int, part: range | None, content_type: str, fields: dict[str, str]) -> Response:
    bounds = range(size_bytes) if part is None else part
    if part is not None:
        fields["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{size_bytes}"
    fields["Content-Length"] = str(len(bounds))
    response = Response(status=200 if part is None else 206, headers=fields, content_type=content_type)
    if request.method == "HEAD":
        os.close(handle)
        return response
    file = io.FileIO(handle)
    file.seek(bounds.start)
    wrapper = request.environ.get("wsgi.file_wrapper")
    response.response = _pieces(file, len(bounds)) if wrapper is None else wrapper(file, _BLOCK_BYTES)
    response.direct_passthrough = True
    return response


def _pieces(file: io.FileIO, remaining: int) -> Iterator[bytes]:
    """For a server that has no way of its own to send files (PEP 3333)."""
    with file:
        while remaining and (piece := file.read(min(remaining, _BLOCK_BYTES))):
            remaining -= len(piece)
            yield piece
