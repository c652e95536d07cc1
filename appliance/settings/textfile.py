"""A TOML file as text: read whole, whatever editor wrote it, and refused in a sentence when it is no such file."""

import re
import tomllib
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from appliance.settings.words import quoted

LARGEST_FILE_BYTES = 1 << 20
BYTE_ORDER_MARK = "\ufeff"

_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


class SettingsError(Exception):
    """The settings cannot be used. `sentences`: everything that is wrong, one plain sentence each."""

    def __init__(self, sentences: Sequence[str]) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = tuple(sentences)


def read_bytes(path: Path) -> bytes:
    """What is in the file; more than a settings file may hold is cut off one byte later.

    Raises:
        SettingsError: if it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_FILE_BYTES + 1)
    except FileNotFoundError:
        raise SettingsError([f"There is no settings file {shown(path)}."]) from None
    except (OSError, ValueError) as trouble:
        why = getattr(trouble, "strerror", None) or str(trouble)
        raise SettingsError([f"The settings file {shown(path)} cannot be read: {why}."]) from None


def codec_of(data: bytes) -> str:
    """What the editor wrote: Notepad on Windows may write UTF-16, and then says so by a byte order mark."""
    if data.startswith(BOM_UTF16_LE):
        return "utf-16-le"
    return "utf-16-be" if data.startswith(BOM_UTF16_BE) else "utf-8"


def decode(name: str, data: bytes) -> str:
    """The text, as it stands: with its line ends, and with the byte order mark that editors on Windows write.

    Raises:
        SettingsError: if it is no text, or too long.
    """
    if len(data) > LARGEST_FILE_BYTES:
        raise SettingsError([f"{name} is larger than 1 MiB; that is not a settings file."])
    codec = codec_of(data)
    try:
        return data.decode(codec)
    except UnicodeDecodeError as trouble:
        line = data[: trouble.start].decode(codec, "replace").count("\n") + 1
        raise SettingsError([f"{name}, line {line}: this is not UTF-8 text; save the file as UTF-8."]) from None


def plain(text: str) -> str:
    """The text without byte order mark, with the line ends of this house."""
    return text.removeprefix(BYTE_ORDER_MARK).replace("\r\n", "\n")


def parse(name: str, text: str) -> dict[str, Any]:
    """The values of a plain text.

    Raises:
        SettingsError: if it is not TOML.
    """
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as trouble:
        words = str(trouble).splitlines()[0]
        place = _PLACE.search(words)
        line = int(place[1]) if place and place[1] else text.count("\n") + 1
        column = f" at column {place[2]}" if place and place[2] else ""
        what = quoted(_PLACE.sub("", words))[1:-1]
        raise SettingsError([f"{name}, line {line}: this is not valid TOML{column}: {what}"]) from None


def shown(path: Path) -> str:
    """The path, without anything that a terminal would obey."""
    text = str(path)
    return text if text.isprintable() else quoted(text)
