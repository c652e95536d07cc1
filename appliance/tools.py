"""The programs of others that we live by, and what to say when one is missing."""

import re
import subprocess
from shutil import which

OLDEST_FFMPEG = 5
INSTALL = "Install it with: sudo apt install"
_PACKAGES = {"ffmpeg": "ffmpeg", "ffprobe": "ffmpeg", "setpriv": "util-linux", "ionice": "util-linux"}


class MissingToolError(Exception):
    """A program is missing or too old. The text is a sentence with the command that helps."""


def require_tools() -> None:
    """See that every program is there.

    Raises:
        MissingToolError: for the first that is not.
    """
    for program, package in _PACKAGES.items():
        if which(program) is None:
            raise MissingToolError(f"{program} is not installed. {INSTALL} {package}")


def require_new_tools() -> None:
    """See that ffmpeg is new enough. It is started for that, which a small board feels.

    Raises:
        MissingToolError: if it is not.
    """
    said = subprocess.run(["ffmpeg", "-version"], capture_output=True, text=True, check=False, timeout=30).stdout
    major = ffmpeg_major(said)
    if major is not None and major < OLDEST_FFMPEG:
        raise MissingToolError(
            f"ffmpeg {major} is too old: version {OLDEST_FFMPEG} or newer is needed. {INSTALL} ffmpeg "
            "(on an older system, upgrade the system first)"
        )


def ffmpeg_major(version_text: str) -> int | None:
    """The major version that `ffmpeg -version` tells; None for a development build, which is taken as new enough."""
    found = re.match(r"ffmpeg version n?(\d+)\.", version_text)
    return int(found[1]) if found else None
