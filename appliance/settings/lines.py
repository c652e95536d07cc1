"""Where a key stands in a TOML text: tomllib reads values but does not tell lines."""

import json
import re
from collections import Counter

KeyPath = tuple[str, ...]

KEY = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*')"""
"""A bare or a quoted key."""

_DOTTED = rf"{KEY}(?:[ \t]*\.[ \t]*{KEY})*"
_HEADER = re.compile(rf"[ \t]*(\[{{1,2}})[ \t]*({_DOTTED})[ \t]*\]")
_ASSIGNMENT = re.compile(rf"[ \t]*({_DOTTED})[ \t]*=")
_LONG_QUOTE = re.compile(r'"""|\'\'\'')


def find_lines(text: str) -> dict[KeyPath, int]:
    """The line (from 1) of every section header and key of a valid TOML text, by their full path.

    Keys inside an inline table are not listed: the table's own key is, and it stands on the same line. A section that
    comes several times (`[[name]]`) is listed by its name, and once more by its name and number, from 1.
    """
    found: dict[KeyPath, int] = {}
    times: Counter[KeyPath] = Counter()
    section: KeyPath = ()
    open_quote: str | None = None
    for number, line in enumerate(text.split("\n"), start=1):
        if open_quote is not None:  # inside a text of several lines nothing is a key
            open_quote = None if open_quote in line else open_quote
        elif header := _HEADER.match(line):
            section = _path(header[2])
            found.setdefault(section, number)
            if header[1] == "[[":
                times[section] += 1
                section = (*section, str(times[section]))
                found[section] = number
        elif assignment := _ASSIGNMENT.match(line):
            found.setdefault(section + _path(assignment[1]), number)
            open_quote = _left_open(line)
    return found


def line_of(path: KeyPath, lines: dict[KeyPath, int]) -> int | None:
    """The line of `path`, or of the nearest thing around it that has one."""
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return None


def _path(dotted: str) -> KeyPath:
    return tuple(unquoted_key(key) for key in re.findall(KEY, dotted))


def unquoted_key(key: str) -> str:
    """A bare or quoted key, as a program knows it."""
    if not key.startswith('"'):
        return key.strip("'")
    try:
        return str(json.loads(key))
    except ValueError:  # an escape that JSON does not know
        return key[1:-1]


def _left_open(line: str) -> str | None:
    quote = _LONG_QUOTE.search(line)
    if quote is None or line.count(quote[0]) % 2 == 0:
        return None
    return quote[0]
