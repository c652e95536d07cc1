"""The gallery: page by page, newest first; what is deleted and can be taken back; what has left the box."""

from collections.abc import Sequence

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from appliance.control.client import Client
from appliance.control.errors import RefusedError
from appliance.control.messages import Deleted, Departed, DepartedMemory, Memories, Share, Undelete
from setup_portal.recorder import LONG_S, recorder
from setup_portal.words import say

PAGE = 24
"""How many memories a page shows."""
MOST_CURSOR = 320


def memories() -> ResponseReturnValue:
    """One page of what is on the box."""
    before = _before()
    with recorder() as client:
        page = client.ask(Memories(limit=PAGE, before=before))
        trash = client.ask(Deleted(limit=PAGE))
    just = next((memory for memory in trash.deleted if memory.name == request.args.get("deleted")), None)
    return render_template(
        "memories/gallery.html",
        memories=page.memories,
        next=page.next,
        is_first=before is None,
        just_deleted=just,
        deleted_count=trash.count,
    )


def deleted_memories() -> ResponseReturnValue:
    """What can be taken back, and for how long."""
    before = _before()
    with recorder() as client:
        page = client.ask(Deleted(limit=PAGE, before=before))
    return render_template("memories/deleted.html", deleted=page.deleted, next=page.next, is_first=before is None)


def take_back() -> ResponseReturnValue:
    """Take a deletion back."""
    with recorder() as client:
        client.ask(Undelete(request.form.get("name", "")[:255]))
    return redirect(url_for("memories"), 303)


def departed() -> ResponseReturnValue:
    """What lies in the storage and no longer on the box; or a link to one of these, where the storage gives one."""
    before = _before()
    with recorder(LONG_S) as client:
        gone = client.ask(Departed(limit=PAGE, before=before))
        shared, link, trouble = _shared(client, gone.departed)
    page = render_template(
        "memories/departed.html",
        departed=gone.departed,
        next=gone.next,
        before=before,
        shared=shared,
        link=link,
        trouble=trouble,
    )
    return page, 409 if trouble else 200


def _shared(client: Client, gone: Sequence[DepartedMemory]) -> tuple[str, str | None, str | None]:
    """Which memory a link is asked for, the link, and why there is none."""
    name = request.form.get("name", "")
    if request.method == "GET":
        return "", None, None
    if name not in {memory.name for memory in gone}:
        return name, None, say("There is no such memory among these any more.")
    try:
        return name, client.ask(Share(name)).link, None
    except RefusedError as refused:
        return name, None, refused.sentence


def _before() -> str | None:
    """Where the page before ended; None on the first."""
    return request.args.get("before", "")[:MOST_CURSOR] or None
