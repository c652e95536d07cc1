"""What may be typed after `moment`. Wrong use ends with exit code 2 and a usage line."""

import argparse
from collections.abc import Sequence
from typing import Any

from appliance import __version__

LONGEST_HOLD_S = 600
MOST_MINUTES = 1440

_Commands = Any  # argparse keeps the type of its sub-parsers' owner to itself


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """The arguments, typed; for `bench` everything else stands in `rest`."""
    parser = _parser()
    arguments, rest = parser.parse_known_args(argv)
    if rest and arguments.command != "bench":
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    arguments.rest = rest
    return arguments


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="moment",
        description="Always remembers the last minutes in front of its camera, and keeps them when you ask.",
        epilog="Exit codes: 0 done, 1 refused with a sentence, 2 wrong use, 3 no recorder is running.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"moment {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    _add_processes(commands)
    _add_clients(commands)
    _add_config(commands)
    return parser


def _add_processes(commands: _Commands) -> None:
    run = _add(commands, "run", "record, until told to stop")
    run.add_argument("--config", metavar="FILE", help="settings (default: the embedded ones)")
    _add(commands, "demo", "record a test pattern here and now; the keys of the terminal are the buttons")
    # bench has arguments of its own, `--help` among them: they are handed on as they are
    commands.add_parser("bench", help="measure, side by side with bare tools", add_help=False, allow_abbrev=False)


def _add_clients(commands: _Commands) -> None:
    status = _add_client(commands, "status", "how is the recorder?")
    status.add_argument("--watch", action="store_true", help="stay and show every change, until Ctrl-C")
    _add_json(status)

    save = _add_client(commands, "save", "keep the last minutes")
    save.add_argument("--minutes", type=_minutes, metavar="N", help="how many (default: one step)")
    save.add_argument("--wait", action="store_true", help="until the file is whole")
    _add_json(save)

    press = _add_client(commands, "press", "hold a button, as a finger would")
    press.add_argument("--hold", type=_hold_s, metavar="SECONDS", required=True, dest="hold_s", help="how long")
    press.add_argument("--button", choices=("save", "upload"), default="save")
    _add_json(press)

    _add_json(_add_client(commands, "memories", "what was kept, newest first"))

    memory = _add(commands, "memory", "do something to one memory").add_subparsers(
        dest="action", metavar="ACTION", required=True
    )
    _add_client(memory, "delete", "delete it").add_argument("name", metavar="NAME", help="its file name")


def _add_config(commands: _Commands) -> None:
    config = _add(commands, "config", "look at settings").add_subparsers(dest="action", metavar="ACTION", required=True)
    _add(config, "check", "tell every mistake in a settings file").add_argument("file", metavar="FILE")
    show = _add(config, "show", "the settings in effect, secrets starred")
    show.add_argument("--config", metavar="FILE", help="settings (default: the embedded ones)")


def _add(commands: _Commands, name: str, purpose: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=purpose, description=purpose, allow_abbrev=False)
    return parser


def _add_client(commands: _Commands, name: str, purpose: str) -> argparse.ArgumentParser:
    parser = _add(commands, name, purpose)
    parser.add_argument(
        "--socket", metavar="PATH", help="the recorder's control socket (default: MOMENT_SOCKET, or the usual places)"
    )
    return parser


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON document instead of words")


def _minutes(text: str) -> float:
    if not 0 < float(text) <= MOST_MINUTES:
        raise argparse.ArgumentTypeError(f"{text} is not a number above 0 and at most {MOST_MINUTES}")
    return float(text)


def _hold_s(text: str) -> float:
    if not 0 <= float(text) <= LONGEST_HOLD_S:
        raise argparse.ArgumentTypeError(f"{text} is not a number from 0 to {LONGEST_HOLD_S}")
    return float(text)
