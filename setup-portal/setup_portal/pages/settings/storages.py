"""The storages that are set up: tried, forgotten, and which of them memories go to."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from appliance.control.client import Client
from appliance.control.errors import RefusedError
from appliance.control.messages import StorageRemotes, StorageRemove, StorageTest
from setup_portal.figures import size
from setup_portal.pages.steps.behaving import present
from setup_portal.pages.steps.showing import change
from setup_portal.recorder import LONG_S, recorder
from setup_portal.words import say


def storages() -> ResponseReturnValue:
    """Show them, or try or forget one."""
    place = str(present().get("upload.remote") or "")
    if request.method == "GET":
        return _show(place)
    name = request.form.get("name", "")[:255]
    try:
        with recorder(LONG_S) as client:
            done, trouble = _do(client, request.form.get("do", ""), name, place)
    except RefusedError as refused:
        done, trouble = None, refused.sentence
    return _show(place, done, trouble)


def _do(client: Client, what: str, name: str, place: str) -> tuple[str | None, str | None]:
    """What came of it, and what is wrong: a sentence each."""
    if name not in {remote.name for remote in client.ask(StorageRemotes()).remotes}:
        return None, say("There is no such storage any more: set it up anew.")
    if what == "test":
        return _try(client, place if is_used(name, place) else name), None
    if what != "remove":
        return None, say("Choose one of the answers.")
    client.ask(StorageRemove(name))
    trouble = change({"upload.remote": ""}) if is_used(name, place) else None
    return say("%(name)s is forgotten. What lies there stays there.", name=name), trouble


def is_used(name: str, place: str) -> bool:
    """Whether memories go to this storage. `place`: `name:folder`, as the settings have it."""
    return place.partition(":")[0] == name


def _try(client: Client, place: str) -> str:
    tested = client.ask(StorageTest(place))
    works = say("%(name)s works: a small file was written, read back and deleted.", name=place)
    if tested.space.free_bytes is None:
        return works
    return f"{works} {say('%(size)s are free there.', size=size(tested.space.free_bytes))}"


def _show(place: str, done: str | None = None, trouble: str | None = None) -> ResponseReturnValue:
    with recorder(LONG_S) as client:
        remotes = client.ask(StorageRemotes()).remotes
    page = render_template(
        "settings/storages.html", remotes=remotes, place=place, is_used=is_used, done=done, trouble=trouble
    )
    return page, 409 if trouble else 200
