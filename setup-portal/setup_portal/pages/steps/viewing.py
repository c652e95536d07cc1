"""Which camera is recorded: those that are found, with a picture from each, or one at an address."""

import hashlib
from urllib.parse import urlsplit

from flask import Response, abort, request, url_for
from flask.typing import ResponseReturnValue

from appliance.control.errors import RefusedError
from appliance.control.messages import Camera, Cameras, Picture, SettingValue
from setup_portal.pages.steps.showing import change, onward, show
from setup_portal.recorder import LONG_S, recorder
from setup_portal.words import say

_KINDS = {"rtsp": "rtsp", "rtsps": "rtsp", "udp": "mpegts-udp"}
"""What an address begins with, and the kind of camera that it means."""

_ADDRESSED = frozenset({"gopro", "gopro-legacy", "snapcam"})
"""Empty stands for "the one that is found" there, and takes the place of what was before."""


def mark_of(camera: Camera) -> str:
    """What a form calls a camera: the list may have changed since it was shown."""
    return hashlib.sha256(f"{camera.kind}\n{camera.url}\n{camera.device}\n{camera.address}".encode()).hexdigest()[:16]


def camera() -> ResponseReturnValue:
    """Ask for the camera."""
    if request.method == "GET":
        return _show()
    address = request.form.get("url", "").strip()
    if request.form.get("do") == "address":
        return _take_address(address)
    with recorder(LONG_S) as client:
        cameras = client.ask(Cameras(fresh=False)).cameras
    chosen = next((found for found in cameras if mark_of(found) == request.form.get("camera")), None)
    if chosen is None:
        return _show(say("Choose a camera of this list; it may have changed."))
    return onward("camera") if chosen.is_recorded else _take(chosen)


def camera_picture(mark: str) -> ResponseReturnValue:
    """How one of the found cameras looks now, as JPEG."""
    with recorder(LONG_S) as client:
        cameras = client.ask(Cameras(fresh=False)).cameras
        found = next((each for each in cameras if mark_of(each) == mark), None)
        if found is None:
            abort(404)
        try:
            asked = Picture() if found.is_recorded else Picture(found.kind, found.url, found.device, found.address)
            picture = client.ask(asked)
        except RefusedError:
            abort(404)
    return Response(picture.jpeg, content_type="image/jpeg")


def _take_address(address: str) -> ResponseReturnValue:
    kind = _KINDS.get(address.partition("://")[0].lower())
    if kind is None or len(address) > 4096 or not address.isprintable():  # noqa: PLR2004
        return _show(say("Write the camera's address as its maker tells it: it begins with rtsp:// or udp://."))
    asked = Camera("rtsp" if kind == "rtsp" else "mpegts-udp", "", url=address)
    try:
        with recorder(LONG_S) as client:
            client.ask(Picture(asked.kind, asked.url))
    except RefusedError as refused:
        return _show(refused.sentence, url=without_password(address))
    return _take(asked)


def _take(chosen: Camera) -> ResponseReturnValue:
    changes: dict[str, SettingValue] = {"camera.kind": chosen.kind}
    if chosen.url:
        changes["camera.url"] = chosen.url
    if chosen.device:
        changes["camera.device"] = chosen.device
    if chosen.kind in _ADDRESSED:
        changes["camera.address"] = chosen.address
    trouble = change(changes)
    return _show(trouble, url=without_password(chosen.url)) if trouble else onward("camera")


def without_password(address: str) -> str:
    """An address as it may go back to a page."""
    try:
        parts = urlsplit(address)
        host = parts.netloc.rpartition("@")[2]
    except ValueError:
        return ""
    user = f"{parts.username}@" if parts.username else ""
    return parts._replace(netloc=f"{user}{host}").geturl()


def _show(trouble: str | None = None, url: str = "") -> ResponseReturnValue:
    with recorder(LONG_S) as client:
        told = client.ask(Cameras(fresh=trouble is None))
    cameras = told.cameras
    found = [(each, url_for("camera_picture", mark=mark_of(each)), mark_of(each)) for each in cameras]
    return show("camera", code=422 if trouble else 200, trouble=trouble, cameras=found, troubles=told.troubles, url=url)
