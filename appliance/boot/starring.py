"""The owner's file once its secrets are kept elsewhere: stars in their place, everything else as it was. Pure.

The text is edited where it holds a secret, and read again: if it does not say the same but for the stars, the values
are written anew, without the owner's comments. A comment that holds a secret is starred too.
"""

import re
import tomllib
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import msgspec

from appliance.settings.conversion import Sections
from appliance.settings.hiding import STARS, are_stars, hide, secrets_of
from appliance.settings.lines import KEY, unquoted_key
from appliance.settings.textfile import BYTE_ORDER_MARK, plain
from appliance.settings.words import secrecy
from appliance.settings.writing import toml_text, toml_value

_TOKEN = re.compile(
    r'"""(?:[^"\\]|\\.|"{1,2}(?!"))*"{3,5}'
    r"|'''(?:[^']|'{1,2}(?!'))*'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'"
    r"|\#[^\n]*",
    re.DOTALL,
)
"""A text of one of TOML's four kinds, or a comment: nothing else in TOML holds a quote or a hash (toml.io, v1.0.0)."""

_KEY_BEFORE = re.compile(rf"({KEY})[ \t]*=[ \t]*\Z")
_SHORTEST_IN_COMMENT = 4


class Spot(NamedTuple):
    """One value that holds secrets. `secrets`: those parts of it."""

    key: str
    value: str
    starred: str
    secrets: tuple[str, ...]


def star(text: str, values: dict[str, Any], sections: Sections) -> str:
    """The text, whose values are `values`, with stars for each of its secrets."""
    spots = [spot for _, spot in _spots(values, sections)]
    wanted = _with_stars(values, sections)
    edited = _TOKEN.sub(lambda token: _starred(token, spots), text) if spots else text
    if _values(edited) == wanted:
        return edited
    return (BYTE_ORDER_MARK if text.startswith(BYTE_ORDER_MARK) else "") + toml_text(wanted)


def _spots(values: dict[str, Any], sections: Sections) -> Iterator[tuple[dict[str, Any], Spot]]:
    """Each with the table that holds it."""
    for section, content in values.items():
        for table in content if isinstance(content, list) else [content]:
            for key, value in table.items():
                spot = _spot(key, value, secrecy(msgspec.inspect.type_info(sections[section][key])))
                if spot and spot.value != spot.starred:
                    yield table, spot


def _spot(key: str, value: Any, kind: str | None) -> Spot | None:
    if kind == "whole" and value and not are_stars(value):
        return Spot(key, value, STARS, (value,))
    if kind == "in-url":
        return Spot(key, value, hide(value), tuple(secrets_of(value)))
    return None


def _with_stars(values: dict[str, Any], sections: Sections) -> dict[str, Any]:
    copy: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(values))
    for table, spot in list(_spots(copy, sections)):
        table[spot.key] = spot.starred
    return copy


def _starred(token: re.Match[str], spots: Sequence[Spot]) -> str:
    if token[0].startswith("#"):
        return _starred_comment(token[0], spots)
    line = token.string[token.string.rfind("\n", 0, token.start()) + 1 : token.start()]
    if key := _KEY_BEFORE.search(line):
        name, value = unquoted_key(key[1]), tomllib.loads(f"value = {token[0]}")["value"]
        for spot in spots:
            if (spot.key, spot.value) == (name, value):
                return toml_value(spot.starred)
    return token[0]


def _starred_comment(comment: str, spots: Sequence[Spot]) -> str:
    for secret in (secret for spot in spots for secret in spot.secrets if len(secret) >= _SHORTEST_IN_COMMENT):
        comment = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", STARS, comment)
    return comment


def _values(text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(plain(text))
    except tomllib.TOMLDecodeError:
        return None
