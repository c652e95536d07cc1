"""The files of a memory: the film, to play or to keep, and its picture."""

from pathlib import Path

from flask import Response, abort, request
from flask.typing import ResponseReturnValue

from appliance.control.messages import Memory
from setup_portal.attachments import disposition, file_name
from setup_portal.pages.memories.one import known
from setup_portal.recorder import recorder
from setup_portal.sending import send

THUMBNAILS = ".thumbnails"
"""Beside the films; each picture has its film's name (docs/memories.md)."""


def memory_film(name: str) -> ResponseReturnValue:
    """The film: whole, or the part that a player seeks. `download`: to be kept under its title."""
    memory = _found(name)
    wanted = disposition(file_name(memory.title, memory.name)) if "download" in request.args else None
    return send(_path(memory), "video/mp4", wanted)


def memory_picture(name: str) -> Response:
    """Its small picture."""
    film_path = _path(_found(name))
    return send(film_path.parent / THUMBNAILS / f"{film_path.name.removesuffix('.mp4')}.jpg", "image/jpeg")


def _found(name: str) -> Memory:
    with recorder() as client:
        return known(client, name)


def _path(memory: Memory) -> Path:
    """Where the recorder says that it lies: a file of its own name."""
    path = Path(memory.path)
    if path.name != memory.name or not path.is_absolute():
        abort(404)
    return path
