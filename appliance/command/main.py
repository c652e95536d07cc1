"""`moment`: from the words that were typed to an exit code."""

import argparse
import io
import os
import sys
import time
from collections.abc import Callable, Sequence

from appliance.command import STARTED_S, adding, asking, configuring, looking, storing, updating, uploading, watching
from appliance.command.arguments import parse
from appliance.command.codes import DONE, INTERRUPTED, NO_SUPERVISOR, REFUSED, WRONG_USE
from appliance.command.speech import complain
from appliance.control.errors import GoneError, NoSupervisorError, RefusedError
from appliance.settings.reading import SettingsError

_COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "press": asking.press,
    "cameras": looking.cameras,
    "memories": asking.memories,
    "memory delete": asking.delete,
    "memory undelete": asking.undelete,
    "upload": uploading.upload,
    "storage add": adding.add,
    "storage test": storing.test,
    "storage list": storing.listed,
    "storage remove": storing.remove,
    "update": updating.update,
    "config check": configuring.check,
    "config show": configuring.show,
}


def main(argv: Sequence[str] | None = None) -> int:
    """Do what was typed; None takes the process's own arguments. Wrong use raises SystemExit(2), as argparse does."""
    pressed_at_s = STARTED_S if argv is None else time.monotonic()
    try:
        try:
            _accept_any_name()
            return _run(parse(argv), pressed_at_s)
        finally:
            sys.stdout.flush()
    except BrokenPipeError:  # the reader has seen enough; Python must not try once more at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE


def _run(arguments: argparse.Namespace, pressed_at_s: float) -> int:
    try:
        return _dispatch(arguments, pressed_at_s)
    except SettingsError as error:
        return _complain(*error.sentences, code=WRONG_USE)
    except RefusedError as refused:
        return _complain(refused.sentence, code=REFUSED)
    except (NoSupervisorError, GoneError) as absent:
        return _complain(str(absent), code=NO_SUPERVISOR)
    except KeyboardInterrupt:
        return _complain("Stopped waiting; the recorder goes on with what it was asked.", code=INTERRUPTED)


def _dispatch(arguments: argparse.Namespace, pressed_at_s: float) -> int:
    name = " ".join(filter(None, (arguments.command, getattr(arguments, "action", None))))
    if name == "save":
        return asking.save(arguments, pressed_at_s)
    if name == "status":
        return watching.watch(arguments) if arguments.watch else asking.status(arguments)
    if name in _COMMANDS:
        return _COMMANDS[name](arguments)
    return _become(successor(arguments))


def successor(arguments: argparse.Namespace) -> list[str]:
    """The process that takes the place of this one, so that the recorder never carries the command's libraries."""
    python = [sys.executable, "-m"]
    match arguments.command:
        case "run":
            files = {"--base": arguments.base, "--config": arguments.config}
            given = [word for option, file in files.items() if file is not None for word in (option, file)]
            return [*python, "appliance.supervise", *given]
        case "demo":
            camera = [] if arguments.camera is None else ["--camera", arguments.camera]
            return [*python, "appliance.supervise", "--demo", *camera]
    return [*python, "appliance.bench", *arguments.rest]


def _become(argv: list[str]) -> int:
    sys.stdout.flush()
    os.execv(argv[0], argv)


def _complain(*sentences: str, code: int) -> int:
    complain(*sentences)
    return code


def _accept_any_name() -> None:
    """A name that the terminal cannot write must not end the command with a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


if __name__ == "__main__":
    raise SystemExit(main())
