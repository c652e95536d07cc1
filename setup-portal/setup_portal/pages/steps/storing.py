"""Where memories go: a kind of storage, its questions one by one, and a real test of it."""

import contextlib

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from msgspec.structs import replace

from appliance.control.client import Client
from appliance.control.errors import RefusedError
from appliance.control.messages import (
    Question,
    Ready,
    Step,
    StorageAbort,
    StorageBackends,
    StorageBegin,
    StorageRemotes,
    StorageReply,
    StorageTest,
)
from setup_portal.pages.steps.showing import change, home_address, network, onward, show, wizard
from setup_portal.recorder import LONGEST_S, recorder
from setup_portal.wizard.kinds import found, is_no_folder, most_used, name_for
from setup_portal.wizard.progress import StorageSetUp
from setup_portal.words import say

FOLDER = "moments"
MOST_VALUE = 8192


def storage() -> ResponseReturnValue:
    """The kinds of storage; those that are set up already; or the question that waits for its answer."""
    if wizard().progress.storage is not None and "q" not in request.args:
        return redirect(url_for("storage_step"), 303)
    return _kinds()


def storage_begin() -> ResponseReturnValue:
    """Begin with a kind."""
    kind = request.form.get("kind", "")
    with recorder(LONGEST_S) as client:
        if kind not in {backend.kind for backend in found(client.ask(StorageBackends()).backends, "")}:
            return _kinds(say("This kind of storage cannot be set up from here: choose one of the list."))
        _give_up(client)
        name = name_for(kind, {remote.name for remote in client.ask(StorageRemotes()).remotes})
        try:
            step = client.ask(StorageBegin(name, kind))
        except RefusedError as refused:
            return _kinds(refused.sentence)
    return _next(StorageSetUp(kind, name, _PLACEHOLDER, number=0), step)


def storage_step() -> ResponseReturnValue:
    """One question of a storage, or signing in at its web page."""
    set_up = wizard().progress.storage
    if set_up is None:
        return redirect(url_for("storage"), 303)
    is_old = request.form.get("number") != str(set_up.number)
    if request.method == "GET" or is_old:  # the back button, or a thumb that pressed twice
        return show("storage", template=_template(set_up), set_up=set_up, asked=set_up.step)
    trouble, value = _answer(set_up.step)
    if trouble is not None:
        return show("storage", code=422, template=_template(set_up), set_up=set_up, asked=set_up.step, trouble=trouble)
    try:
        with recorder(LONGEST_S) as client:
            step = client.ask(StorageReply(set_up.step.session, value))
    except RefusedError as refused:
        wizard().remember_storage(None)
        return _kinds(refused.sentence)
    return _next(set_up, step)


def storage_abort() -> ResponseReturnValue:
    """Give a half-made set-up up."""
    with recorder(LONGEST_S) as client:
        _give_up(client)
    return redirect(url_for("storage"), 303)


def storage_test(name: str) -> ResponseReturnValue:
    """Write to the storage for real, and use it from now on."""
    folder = request.form.get("folder", FOLDER)
    if request.method == "GET":
        return show("storage", template="steps/storage-test.html", name=name, folder=folder)
    if is_no_folder(folder):
        trouble: str | None = say("This is no folder's name: write one such as moments, or videos/moments.")
    else:
        trouble = _try(name, f"{name}:{folder}")
    if trouble:
        page = {"name": name, "folder": folder, "trouble": trouble}
        return show("storage", code=422, template="steps/storage-test.html", **page)
    return onward("storage")


def _try(name: str, place: str) -> str | None:
    """The sentence of what is wrong; None if memories go there from now on."""
    try:
        with recorder(LONGEST_S) as client:
            if name not in {remote.name for remote in client.ask(StorageRemotes()).remotes}:
                return say("There is no such storage any more: set it up anew.")
            client.ask(StorageTest(place))
    except RefusedError as refused:
        return refused.sentence
    return change({"upload.remote": place})


def _next(set_up: StorageSetUp, step: Step) -> ResponseReturnValue:
    if isinstance(step, Ready):
        wizard().remember_storage(None)
        return redirect(url_for("storage_test", name=step.remote.name), 303)
    wizard().remember_storage(replace(set_up, step=step, number=set_up.number + 1))
    return redirect(url_for("storage_step"), 303)


def _give_up(client: Client) -> None:
    set_up = wizard().progress.storage
    if set_up is None:
        return
    with contextlib.suppress(RefusedError):  # it is over already
        client.ask(StorageAbort(set_up.step.session))
    wizard().remember_storage(None)


def _template(set_up: StorageSetUp) -> str:
    return "steps/storage-question.html" if isinstance(set_up.step, Question) else "steps/storage-sign-in.html"


def _answer(step: Question | object) -> tuple[str | None, str]:
    """What is wrong with the answer, and the answer."""
    typed = request.form.get("value", "")
    if len(typed) > MOST_VALUE:
        return say("This answer is too long."), ""
    if not isinstance(step, Question):
        return None if typed.strip() else say("Copy the address of the page that you landed on to here."), typed.strip()
    value = (typed if step.kind == "secret" else typed.strip()) or step.default
    if not value and step.is_required:
        return say("This has to be answered."), ""
    if step.must_choose and value not in {"", step.default, *(choice.value for choice in step.choices)}:
        return say("Choose one of the answers."), ""
    return None, value


def _kinds(trouble: str | None = None) -> ResponseReturnValue:
    sought = request.values.get("q", "")[:100]
    with recorder(LONGEST_S) as client:
        backends = client.ask(StorageBackends()).backends
        remotes = client.ask(StorageRemotes()).remotes
    now = network()
    links, code = home_address()
    return show(
        "storage",
        code=422 if trouble else 200,
        trouble=trouble,
        first=most_used(backends),
        results=found(backends, sought) if "q" in request.values else None,
        q=sought,
        remotes=remotes,
        has_internet=now is None or now.internet in {"full", "unknown"},
        links=links,
        qr=code,
    )


_PLACEHOLDER = Question("", "", "", "text", [], must_choose=False, is_required=False, default="")
