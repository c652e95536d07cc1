"""The commands that ask the running supervisor."""

import argparse
import os
import shlex

from appliance.command.codes import REFUSED
from appliance.command.documents import list_document, memories_document, save_document, status_document
from appliance.command.render import (
    Screen,
    departed_table,
    memories_table,
    save_progress,
    save_sentences,
    status_table,
)
from appliance.command.speech import complain, say
from appliance.control.client import Client, find_socket
from appliance.control.messages import (
    AnyAnswer,
    Delete,
    Departed,
    Done,
    Memories,
    MemoryChanged,
    Press,
    Save,
    SaveAnswer,
    Status,
    Undelete,
)

ANSWER_TIMEOUT_S = 30.0


def status(arguments: argparse.Namespace) -> int:
    """`moment status`: how is the recorder?"""
    with connect(arguments) as client:
        answer = client.ask(Status())
    if arguments.json:
        say(status_document(answer))
    else:
        Screen().print(status_table(answer))
    return 0


def save(arguments: argparse.Namespace, pressed_at_s: float) -> int:
    """`moment save`: keep the last minutes before `pressed_at_s`."""
    request = Save(minutes=arguments.minutes, wait=arguments.wait, pressed_at_s=pressed_at_s)
    with connect(arguments, timeout_s=None if request.wait else ANSWER_TIMEOUT_S) as client:
        with_progress = request.wait and not arguments.json
        answer = _ask_with_progress(client, request) if with_progress else client.ask(request)
    return _tell_press(arguments, answer, is_whole=request.wait)


def press(arguments: argparse.Namespace) -> int:
    """`moment press`: hold a button; the answer comes after its release."""
    with connect(arguments, timeout_s=arguments.hold_s + ANSWER_TIMEOUT_S) as client:
        answer = client.ask(Press(arguments.hold_s, arguments.button))
    return _tell_press(arguments, answer, is_whole=False)


def memories(arguments: argparse.Namespace) -> int:
    """`moment memories`: what was kept."""
    return _left(arguments) if arguments.left else _kept(arguments)


def _kept(arguments: argparse.Namespace) -> int:
    with connect(arguments) as client:
        answer = client.ask(Memories())
    if arguments.json:
        say(memories_document(answer))
    elif answer.memories:
        Screen().print(memories_table(answer.memories))
    else:
        say("Nothing has been kept yet.")
    return 0


def _left(arguments: argparse.Namespace) -> int:
    with connect(arguments) as client:
        answer = client.ask(Departed())
    if arguments.json:
        say(list_document(answer.departed))
    elif answer.departed:
        Screen().print(departed_table(answer.departed))
    else:
        say("Nothing has left the box: whatever was kept is still here.")
    return 0


def delete(arguments: argparse.Namespace) -> int:
    """`moment memory delete`."""
    with connect(arguments) as client:
        say(client.ask(Delete(arguments.name)).sentence)
    say(f"For ten minutes this takes it back: moment memory undelete {shlex.quote(arguments.name)}")
    return 0


def undelete(arguments: argparse.Namespace) -> int:
    """`moment memory undelete`."""
    with connect(arguments) as client:
        say(client.ask(Undelete(arguments.name)).sentence)
    return 0


def connect(arguments: argparse.Namespace, timeout_s: float | None = ANSWER_TIMEOUT_S) -> Client:
    """A client at the socket that the arguments, the environment or habit name."""
    return Client(find_socket(arguments.socket, os.environ), timeout_s)


def _ask_with_progress(client: Client, request: Save) -> SaveAnswer:
    heard: AnyAnswer | None = None
    with save_progress(Screen(stderr=True)) as progress:
        bar = progress.add_task("making the file", total=1.0)
        for heard in client.ask_with_events(request):
            if isinstance(heard, MemoryChanged) and heard.progress is not None:
                progress.update(bar, completed=heard.progress)
    assert isinstance(heard, SaveAnswer)
    return heard


def _tell_press(arguments: argparse.Namespace, answer: SaveAnswer | Done, *, is_whole: bool) -> int:
    if arguments.json:
        say(save_document(answer, is_whole=is_whole))
    elif isinstance(answer, Done):
        say(answer.sentence)
    elif answer.state != "not-saved":
        say(*save_sentences(answer))
    if isinstance(answer, SaveAnswer) and answer.state == "not-saved":
        complain(f"NOT SAVED: {answer.name}; the status tells what is wrong.")
        return REFUSED
    return 0
