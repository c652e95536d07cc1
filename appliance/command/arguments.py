"""What may be typed after `moment`. Wrong use ends with exit code 2 and a usage line."""

import argparse
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from appliance import __version__
from appliance.control.messages.storage import REMOTE_NAME

LONGEST_HOLD_S = 600
MOST_MINUTES = 1440
STAND_INS = ("gopro", "gopro-legacy", "snapcam")

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
    _add_upload(commands)
    _add_storage(commands)
    _add_update(commands)
    _add_config(commands)
    return parser


def _add_processes(commands: _Commands) -> None:
    run = _add(commands, "run", "record, until told to stop")
    _add_files(run)
    demo = _add(commands, "demo", "record a test pattern here and now; the keys of the terminal are the buttons")
    demo.add_argument(
        "--camera",
        choices=STAND_INS,
        help="record, instead of it, a camera of this kind that is none but acts like one",
    )
    # bench has arguments of its own, `--help` among them: they are handed on as they are
    commands.add_parser("bench", help="measure, side by side with bare tools", add_help=False, allow_abbrev=False)


def _add_clients(commands: _Commands) -> None:
    status = _add_client(commands, "status", "how is the recorder?")
    status.add_argument("--watch", action="store_true", help="stay and show every change, until Ctrl-C")
    _add_json(status)

    _add_json(_add_client(commands, "cameras", "which cameras are there now; looks around for some seconds"))

    save = _add_client(commands, "save", "keep the last minutes")
    save.add_argument("--minutes", type=_minutes, metavar="N", help="how many (default: one step)")
    save.add_argument("--wait", action="store_true", help="until the file is whole")
    _add_json(save)

    press = _add_client(commands, "press", "hold a button, as a finger would")
    press.add_argument("--hold", type=_hold_s, metavar="SECONDS", required=True, dest="hold_s", help="how long")
    press.add_argument("--button", choices=("save", "upload"), default="save")
    _add_json(press)

    memories = _add_client(commands, "memories", "what was kept, newest first")
    memories.add_argument(
        "--left", action="store_true", help="what is proven to be in the storage and not here any more"
    )
    _add_json(memories)

    memory = _add(commands, "memory", "do something to one memory").add_subparsers(
        dest="action", metavar="ACTION", required=True
    )
    _add_client(memory, "delete", "delete it").add_argument("name", metavar="NAME", help="its file name")
    undelete = _add_client(memory, "undelete", "take back that it was deleted, within ten minutes")
    undelete.add_argument("name", metavar="NAME", help="its file name")


def _add_upload(commands: _Commands) -> None:
    upload = _add_client(commands, "upload", "upload memories now")
    upload.add_argument(
        "names", metavar="NAME", nargs="*", type=_file_name, help="their file names (default: everything that is kept)"
    )
    how = upload.add_mutually_exclusive_group()
    how.add_argument("--wait", action="store_true", help="until each is proven, or needs you")
    how.add_argument("--cancel", action="store_true", help="stop them instead; they stay on the box")
    _add_json(upload)


def _add_storage(commands: _Commands) -> None:
    storage = _add(commands, "storage", "the storages that memories can go to").add_subparsers(
        dest="action", metavar="ACTION", required=True
    )
    add = _add_client(storage, "add", "set one up, by question and answer")
    add.add_argument("name", metavar="NAME", nargs="?", type=remote_name, help="what to call it, such as garage")
    add.add_argument("kind", metavar="KIND", nargs="?", help="what it is, such as webdav or drive")
    known = add.add_argument("--set", metavar="KEY=VALUE", type=_pair, action="append", default=[], dest="known")
    known.help = "an answer that is known already"
    _add_json(add)
    test = _add_client(storage, "test", "write a small file there, read it back, delete it")
    test.add_argument("remote", metavar="NAME[:FOLDER]", type=_line)
    _add_json(test)
    _add_json(_add_client(storage, "list", "those that are set up"))
    remove = _add_client(storage, "remove", "forget one; the files in it stay")
    remove.add_argument("name", metavar="NAME", type=_line)
    remove.add_argument("--yes", action="store_true", help="without asking")
    _add_json(remove)


def _add_update(commands: _Commands) -> None:
    update = _add(commands, "update", "install a new version on the box, and wait until it has proven itself")
    update.add_argument("file", metavar="FILE", type=Path, help="moment-recorder-VERSION.update")
    update.add_argument("--allow-older", action="store_true", help="even if it is older than what is in use")
    update.add_argument(
        "--data", metavar="FOLDER", type=Path, default=Path("/data"), help="the box's data part (/data)"
    )


def _add_config(commands: _Commands) -> None:
    config = _add(commands, "config", "look at settings").add_subparsers(dest="action", metavar="ACTION", required=True)
    check = _add(config, "check", "tell every mistake in a settings file")
    check.add_argument("file", metavar="FILE")
    check.add_argument("--card", action="store_true", help="a moment.toml for the card, with [wifi] and [board]")
    _add_base(check)
    _add_files(_add(config, "show", "the settings in effect, secrets starred"))


def _add_files(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", metavar="FILE", help="settings (default: the embedded ones)")
    _add_base(parser)


def _add_base(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--base", metavar="FILE", help="settings below them, for every key that they do not set")


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


def remote_name(text: str) -> str:
    """What a new storage may be called."""
    if not re.match(REMOTE_NAME, text):
        raise argparse.ArgumentTypeError(
            f"{text} is no name for a storage: letters, digits and _ - . + @, no blanks, at most 64"
        )
    return text


def _file_name(text: str) -> str:
    if "/" in text or not text:
        raise argparse.ArgumentTypeError(f"{text} is no file name: type it as `moment memories` lists it")
    return text


def _line(text: str) -> str:
    if not text or not text.isprintable():
        raise argparse.ArgumentTypeError("it is no name: `moment storage list` tells those that are set up")
    return text


def _pair(text: str) -> tuple[str, str]:
    key, is_pair, value = text.partition("=")
    if not is_pair or not re.fullmatch("[a-z0-9_]{1,64}", key):
        raise argparse.ArgumentTypeError("it is written KEY=VALUE, with KEY as the question tells it")
    return key, value
