"""`moment storage`: trying, listing and forgetting storages."""

import argparse

from appliance.command import words
from appliance.command.asking import connect
from appliance.command.codes import REFUSED
from appliance.command.documents import document, list_document
from appliance.command.speech import complain, say
from appliance.command.terminal import NoAnswerError, ask_line
from appliance.control.messages import Space, StorageRemotes, StorageRemove, StorageTest

PATIENCE_S = 600.0
"""A storage that stalls is told of by the recorder, after its own limits."""


def test(arguments: argparse.Namespace) -> int:
    """`moment storage test`: does it take a file and give it back?"""
    with connect(arguments, PATIENCE_S) as client:
        answer = client.ask(StorageTest(arguments.remote))
    if arguments.json:
        say(document(answer))
    else:
        took = words.duration(answer.took_s)
        say(
            f"{answer.remote} works: a small file was written, read back and deleted in {took}.",
            f"An upload there is proven by {words.proof(answer.proof)}.{_room(answer.space)}",
        )
    return 0


def listed(arguments: argparse.Namespace) -> int:
    """`moment storage list`: which are set up?"""
    with connect(arguments) as client:
        answer = client.ask(StorageRemotes())
    if arguments.json:
        say(list_document(answer.remotes))
    elif answer.remotes:
        say(*(f"{remote.name} ({remote.kind})" for remote in answer.remotes))
    else:
        say("No storage is set up: `moment storage add` does that.")
    return 0


def remove(arguments: argparse.Namespace) -> int:
    """`moment storage remove`: forget one."""
    if not arguments.yes and not _agrees(arguments.name):
        complain(f"{arguments.name} stays; --yes forgets it without asking.")
        return REFUSED
    with connect(arguments) as client:
        answer = client.ask(StorageRemove(arguments.name))
    say(document(answer) if arguments.json else answer.sentence)
    return 0


def _agrees(name: str) -> bool:
    try:
        typed = ask_line(f"Forget the storage {words.printable(name)}? Its password or sign-in is lost here. [y/N] ")
    except NoAnswerError:
        return False
    return typed.strip().lower() in {"y", "yes"}


def _room(space: Space) -> str:
    if space.free_bytes is None:
        return ""
    of = "" if space.total_bytes is None else f" of {words.size(space.total_bytes)}"
    return f" {words.size(space.free_bytes)}{of} are free."
