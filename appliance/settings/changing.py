"""New values in the text of a settings file: everything else in it stays as its owner wrote it. Pure.

The text is edited line by line and read again: where it does not say what it should, because a value goes over several
lines or stands in a table of its own, the values are written anew, without comments.
"""

import re
import tomllib
from collections.abc import Mapping
from typing import Any

from appliance.settings.lines import find_lines
from appliance.settings.writing import toml_text, toml_value

HEADING = "# What the owner set, above the box's own defaults. Written by Moment Recorder.\n\n"

_COMMENT = re.compile(r"""^(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^"'\#])*(?P<comment>\#.*)$""")
"""What follows a value that stands on one line."""

Where = tuple[str, str]
Changes = Mapping[Where, Any]
"""By section and key; None takes a key out."""


def changed(text: str, changes: Changes) -> str:
    """The plain, valid text with new values."""
    wanted = changed_values(tomllib.loads(text), changes)
    edited = text
    for path, value in changes.items():
        edited = _taken_out(edited, path) if value is None else _put(edited, path, value)
    return edited if _values(edited) == wanted else HEADING + toml_text(wanted)


def changed_values(values: Mapping[str, Any], changes: Changes) -> dict[str, Any]:
    """The values of a text with new ones; a section that holds nothing stays."""
    result = {section: dict(content) for section, content in values.items()}
    for (section, key), value in changes.items():
        if value is not None:
            result.setdefault(section, {})[key] = value
        elif section in result:
            result[section].pop(key, None)
    return result


def _put(text: str, path: Where, value: Any) -> str:
    found, lines = find_lines(text), text.split("\n")
    if path in found:
        place = found[path] - 1
        before, _, after = lines[place].partition("=")
        lines[place] = f"{before}= {toml_value(value)}{_comment(after)}"
    elif path[:1] in found:
        lines.insert(found[path[:1]], f"{path[1]} = {toml_value(value)}")
    else:
        lines = [*text.rstrip("\n").split("\n"), "", f"[{path[0]}]", f"{path[1]} = {toml_value(value)}", ""]
    return "\n".join(lines)


def _comment(after: str) -> str:
    """The comment behind a value, with the blanks before it."""
    found = _COMMENT.match(after)
    return after[len(after[: found.start("comment")].rstrip()) :] if found else ""


def _taken_out(text: str, path: Where) -> str:
    lines = text.split("\n")
    place = find_lines(text).get(path)
    return text if place is None else "\n".join(lines[: place - 1] + lines[place:])


def _values(text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None
