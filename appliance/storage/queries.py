"""What can be asked of a storage, answered by rclone_python in a process of its own.

    python -m appliance.storage.queries BINARY CONFIG remotes
    python -m appliance.storage.queries BINARY CONFIG about REMOTE:
    python -m appliance.storage.queries BINARY CONFIG ls PATH
    python -m appliance.storage.queries BINARY CONFIG hash KIND PATH
    python -m appliance.storage.queries BINARY CONFIG check SOURCE TARGET

prints one JSON document: `{"answer": …}` or `{"failure": "what rclone said"}`. Only this module imports rclone_python:
it loads rich, hands its commands to a shell, and waits for ever. So it is asked only about what a shell takes as it
is, and whoever starts this process ends its whole group after a while (`appliance.storage.asking`).
"""

import sys
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from rclone_python import rclone
from rclone_python.utils import RcloneException

from appliance.storage.model import StorageRefusedError
from appliance.storage.names import is_shell_word, require_shell_safe


def _remotes() -> list[str]:
    """rclone_python splits at spaces, which names may hold; each name ends with a colon."""
    names: list[str] = []
    for word in rclone.get_remotes():
        if names and not names[-1].endswith(":"):
            names[-1] += f" {word}"
        else:
            names.append(word)
    return [name.removesuffix(":") for name in names]


def _hash(kind: str, path: str) -> str | None:
    """The hash of one file; None where the storage has none of this kind."""
    try:
        told = rclone.hash(kind, path)
    except RcloneException as error:
        if "hash type not supported" in error.error_msg:
            return None
        raise
    word = told.split()[0] if isinstance(told, str) and told.split() else ""
    return word if word.isalnum() and word not in {"UNSUPPORTED", "ERROR"} else None


def _check(source: str, target: str) -> dict[str, Any]:
    """How the files of two folders compare: all the same, and one sign (`=`, `+`, `-`, `*`, `!`) for each name."""
    is_same, signs = rclone.check(source, target)
    return {"is_same": is_same, "signs": {name: sign for sign, name in signs}}


_QUERIES: dict[str, Callable[..., Any]] = {
    "remotes": _remotes,
    "about": rclone.about,
    "ls": rclone.ls,
    "hash": _hash,
    "check": _check,
}


def answer(binary: str, config: str, query: str, arguments: Sequence[str]) -> dict[str, Any]:
    """The document for one query."""
    if not is_shell_word(binary) or not is_shell_word(config):
        return {"failure": "The paths of rclone and of its configuration hold characters of the shell."}
    try:
        paths = [require_shell_safe(argument) for argument in arguments]
        rclone.set_config_file(config)  # first: later it would be ignored
        rclone.set_executable_file(binary)
        return {"answer": _QUERIES[query](*paths)}
    except RcloneException as error:
        return {"failure": error.error_msg.strip() or error.description}
    except (StorageRefusedError, ValueError, OSError) as error:
        return {"failure": str(error)}


if __name__ == "__main__":
    sys.stdout.buffer.write(msgspec.json.encode(answer(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:])))
