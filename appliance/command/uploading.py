"""`moment upload`: memories go to the storage now."""

import argparse
import json

import msgspec

from appliance.command import words
from appliance.command.asking import connect
from appliance.command.awaiting import Awaited
from appliance.command.codes import DONE, REFUSED
from appliance.command.documents import document
from appliance.command.render import Screen, UploadBar
from appliance.command.speech import complain, say
from appliance.control.client import Client
from appliance.control.messages import (
    CancelUpload,
    Departed,
    Memories,
    MemoryChanged,
    Status,
    Upload,
    UploadAnswer,
    UploadChanged,
)

LOOK_AGAIN_S = 60.0
"""So long nothing is heard at most before the whole truth is asked for again."""

NOTHING = "There is nothing to upload."


def upload(arguments: argparse.Namespace) -> int:
    """Ask for it, wait for it, or cancel it."""
    if arguments.wait:
        return _wait(arguments)
    with connect(arguments) as client:
        names: list[str] = arguments.names
        answer = client.ask(CancelUpload(names) if arguments.cancel else Upload(names))
    if arguments.json:
        say(document(answer))
    else:
        say(*(_cancelled(answer) if arguments.cancel else _asked(answer, names)))
    return 0


def _cancelled(answer: UploadAnswer) -> list[str]:
    return [f"{name} stays on the box." for name in answer.names] or ["Nothing of that was on its way."]


def _asked(answer: UploadAnswer, names: list[str]) -> list[str]:
    told = [f"{name} needs no asking: it is proven, or on its way." for name in names if name not in answer.names]
    if answer.names:
        what = answer.names[0] if len(answer.names) == 1 else f"{len(answer.names)} memories"
        told.insert(0, f"{what}: asked for. `moment memories` tells how far that is.")
    return told or [NOTHING]


def _wait(arguments: argparse.Namespace) -> int:
    with connect(arguments) as listener, connect(arguments) as client:
        listener.subscribe()
        listener.ask(Status())  # answered: so everything that happens from now on is heard
        answer = client.ask(Upload(arguments.names))
        awaited = Awaited(arguments.names or answer.names)
        with UploadBar(Screen(stderr=True)) as bar:
            _follow(awaited, listener, client, bar)
    return _tell(awaited, is_json=arguments.json)


def _follow(awaited: Awaited, listener: Client, client: Client, bar: UploadBar) -> None:
    _look(awaited, client)
    while not awaited.is_over:
        event = listener.next_event(LOOK_AGAIN_S)
        is_time = event is None or (isinstance(event, MemoryChanged) and event.state == "kept")
        if isinstance(event, UploadChanged):
            is_time = awaited.hear(event)
            bar.show(event, awaited.settled, len(awaited.uploads))
        if is_time:
            _look(awaited, client)


def _look(awaited: Awaited, client: Client) -> None:
    awaited.look(client.ask(Memories()).memories, client.ask(Departed()).departed)


def _tell(awaited: Awaited, *, is_json: bool) -> int:
    if is_json:
        uploads = msgspec.to_builtins(awaited.uploads)
        say(json.dumps({"names": list(uploads), "uploads": uploads}))
    elif not awaited.uploads:
        say(NOTHING)
    for name, upload in awaited.uploads.items():
        if upload is None:
            complain(f"{name} is no longer on the box, and nothing proves that it arrived.")
        elif upload.state != "proven":
            complain(f"{name}: {words.upload(upload)}")
        elif not is_json:
            say(f"{name}: {words.upload(upload)}")
    return DONE if awaited.is_proven else REFUSED
