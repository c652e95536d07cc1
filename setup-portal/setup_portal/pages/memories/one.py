"""One memory: what it shows, what is true of it, and what can be done with it."""

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from appliance.control.client import Client
from appliance.control.errors import RefusedError
from appliance.control.messages import CancelUpload, Delete, Describe, Memories, Memory, Share, Upload
from setup_portal.recorder import LONG_S, recorder
from setup_portal.words import say

MOST_TITLE = 200
MOST_NOTE = 4000
MOST_NAME_BYTES = 255


def known(client: Client, name: str) -> Memory:
    """The memory of this name; 404 if the recorder has none. Nothing else makes a name a file."""
    if not name.isprintable() or "/" in name or not 0 < len(name.encode()) <= MOST_NAME_BYTES:
        abort(404)
    found = client.ask(Memories(name=name)).memories
    if not found:
        abort(404, say("There is no such memory: it was deleted, or it got another name when the time became known."))
    return found[0]


def memory(name: str) -> ResponseReturnValue:
    """Its page."""
    with recorder() as client:
        return _show(known(client, name))


def describe(name: str) -> ResponseReturnValue:
    """Take its title and note."""
    title = " ".join(request.form.get("title", "").split())
    note = request.form.get("note", "").replace("\r\n", "\n").strip()
    with recorder() as client:
        found = known(client, name)
        if trouble := _trouble_with(title, note):
            return _show(found, code=422, title=title, note=note, trouble=trouble)
        client.ask(Describe(name, title, note))
    return redirect(url_for("memory", name=name), 303)


def delete(name: str) -> ResponseReturnValue:
    """Delete it; for some minutes that can be taken back."""
    with recorder() as client:
        found = known(client, name)
        try:
            client.ask(Delete(name))
        except RefusedError as refused:
            return _show(found, code=409, trouble=refused.sentence)
    return redirect(url_for("memories", deleted=name), 303)


def memory_upload(name: str) -> ResponseReturnValue:
    """How far its upload is, as a piece of a page; or upload it now, or stop that."""
    with recorder() as client:
        found = known(client, name)
        if request.method == "GET":
            return render_template("memories/upload.html", memory=found)
        try:
            client.ask(CancelUpload([name]) if request.form.get("do") == "cancel" else Upload([name]))
        except RefusedError as refused:
            return _show(found, code=409, trouble=refused.sentence)
    return redirect(url_for("memory", name=name), 303)


def share(name: str) -> ResponseReturnValue:
    """A link to its copy at the storage, where the storage gives one."""
    with recorder(LONG_S) as client:
        found = known(client, name)
        try:
            return _show(found, link=client.ask(Share(name)).link)
        except RefusedError as refused:
            return _show(found, code=409, trouble=refused.sentence)


def _trouble_with(title: str, note: str) -> str | None:
    if len(title) > MOST_TITLE:
        return say("This title is too long: take %(most)s characters or fewer.", most=MOST_TITLE)
    return (
        say("This note is too long: take %(most)s characters or fewer.", most=MOST_NOTE)
        if len(note) > MOST_NOTE
        else None
    )


def _show(memory: Memory, *, code: int = 200, **values: object) -> ResponseReturnValue:
    shown = {"title": memory.title, "note": memory.note, **values}
    return render_template("memories/memory.html", memory=memory, **shown), code
