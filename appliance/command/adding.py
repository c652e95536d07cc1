"""`moment storage add`: a storage is set up by question and answer. What is given up leaves nothing half-made."""

import argparse
import contextlib
import signal
from collections.abc import Iterator

from appliance.command import questions
from appliance.command.arguments import remote_name
from appliance.command.asking import connect
from appliance.command.codes import INTERRUPTED, REFUSED
from appliance.command.documents import document
from appliance.command.speech import complain, say
from appliance.command.terminal import NoAnswerError, ask_line, ask_secret
from appliance.control.client import Client
from appliance.control.errors import GoneError, NoSupervisorError, RefusedError
from appliance.control.messages import (
    Backend,
    Question,
    Ready,
    SignIn,
    StorageAbort,
    StorageBackends,
    StorageBegin,
    StorageReply,
)

PATIENCE_S = 600.0
"""The storage may be slow to answer, and the network at the box, too."""

_HANGING_UP = (signal.SIGHUP, signal.SIGTERM)


def add(arguments: argparse.Namespace) -> int:
    """Ask what is not known already, and tell what to put into the settings."""
    try:
        with _hanging_up_interrupts(), connect(arguments, PATIENCE_S) as client:
            kind = arguments.kind or _choose(client.ask(StorageBackends()).backends)
            name = arguments.name or _name_for(kind)
            ready = _SetUp(arguments, client, dict(arguments.known)).run(name, kind)
    except NoAnswerError:
        complain("Nothing was set up: the answers ended before everything was known.")
        return REFUSED
    except KeyboardInterrupt:
        complain("", "Given up; nothing half-made remains.")
        return INTERRUPTED
    _tell(ready, is_json=arguments.json)
    return 0


class _SetUp:
    """One conversation with the recorder."""

    def __init__(self, arguments: argparse.Namespace, client: Client, known: dict[str, str]) -> None:
        self._arguments = arguments
        self._client = client
        self._known = known

    def run(self, name: str, kind: str) -> Ready:
        """From the first question to the end."""
        session = None
        try:
            with _uninterrupted():  # until it is known what would have to be given up
                step = self._client.ask(StorageBegin(name, kind, dict(self._known)))
                session = None if isinstance(step, Ready) else step.session
            while not isinstance(step, Ready):
                session = step.session
                step = self._client.ask(StorageReply(session, self._answer(step)))
        except BaseException:
            if session is not None:
                self._give_up(session)
            raise
        return step

    def _answer(self, step: Question | SignIn) -> str:
        if isinstance(step, SignIn):
            return _sign_in(step)
        if step.key in self._known:
            return self._known.pop(step.key)
        complain("", *questions.shown(step))
        while True:
            ask = ask_secret if step.kind == "secret" else ask_line
            try:
                return questions.understood(step, ask(questions.prompt(step)))
            except questions.NotUnderstoodError as trouble:
                complain(str(trouble))

    def _give_up(self, session: str) -> None:
        """By a new connection: the recorder may still be busy with what was said on the other."""
        with (
            _uninterrupted(),
            contextlib.suppress(RefusedError, GoneError, NoSupervisorError),
            connect(self._arguments) as client,
        ):
            client.ask(StorageAbort(session))


def _sign_in(step: SignIn) -> str:
    complain(
        "", *filter(None, (step.trouble, step.text)), "Open this in a browser, on any device:", "", f"  {step.url}"
    )
    complain("", "When you have agreed, the browser lands on a page that does not open. Copy its address to here.")
    while not (typed := ask_line("address: ").strip()):
        pass
    return typed


def _choose(backends: list[Backend]) -> str:
    offered = questions.most_used(backends)
    complain("The storages that are used most:", *questions.numbered(offered))
    while True:
        word = ask_line("Which? A number, or a word to search in all (Enter: all): ").strip()
        by_number = {str(number): backend.kind for number, backend in enumerate(offered, start=1)}
        if word in by_number:
            return by_number[word]
        found = questions.matching(backends, word)
        if len(found) == 1 and found[0].kind == word.lower():
            return found[0].kind
        offered = found or offered
        complain("" if found else f"There is none with {word}.", *questions.numbered(offered))


def _name_for(kind: str) -> str:
    while True:
        try:
            return remote_name(ask_line(f"What shall this {kind} storage be called, such as garage? ").strip())
        except argparse.ArgumentTypeError as trouble:
            complain(f"{trouble}.")


def _tell(ready: Ready, *, is_json: bool) -> None:
    if is_json:
        say(document(ready))
        return
    name = ready.remote.name
    say(
        f"The storage {name} ({ready.remote.kind}) is set up; `moment storage test {name}` tries it.",
        "To upload to it, put this into moment.toml, with a folder of your choice, and start the recorder anew:",
        "  [upload]",
        f'  remote = "{name}:moments"',
    )


@contextlib.contextmanager
def _hanging_up_interrupts() -> Iterator[None]:
    """A terminal that is closed gives up as Ctrl-C does."""
    before = {number: signal.signal(number, signal.default_int_handler) for number in _HANGING_UP}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def _uninterrupted() -> Iterator[None]:
    """Whatever would interrupt is kept until the end."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, *_HANGING_UP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
