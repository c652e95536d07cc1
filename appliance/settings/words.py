"""Settings in plain words: what a key wants, what it got instead, and what was probably meant."""

import difflib
import json
from collections.abc import Iterable

from msgspec import inspect

_LONGEST_QUOTE = 40
_LARGEST_WRITTEN = 10**18
_SIMPLE_WANTS: dict[type[inspect.Type], str] = {
    inspect.StrType: "a text in quotes",
    inspect.BoolType: "true or false",
    inspect.ListType: "a list",
}


def wanted(kind: inspect.Type) -> str:
    """What a key of this type takes: "a whole number, at least 0 and at most 27"."""
    match kind:
        case inspect.Metadata(type=inner):
            return wanted(inner)
        case inspect.UnionType(types=members):
            # TOML cannot say "nothing": whoever wants None leaves the key out
            return " or ".join(wanted(member) for member in members if not isinstance(member, inspect.NoneType))
        case inspect.LiteralType(values=values):
            return "one of " + ", ".join(quoted(str(value)) for value in values)
        case inspect.IntType():
            return "a whole number" + _bounds(kind)
        case inspect.FloatType():
            return "a number" + _bounds(kind)
    return _SIMPLE_WANTS.get(type(kind), "something else")


def told(value: object) -> str:
    """A value out of a TOML file, short and on one line."""
    match value:
        case str():
            return quoted(value)
        case bool():
            return str(value).lower()
        case int() | float():  # Python refuses to write thousands of digits
            return "a huge number" if abs(value) > _LARGEST_WRITTEN else str(value)
        case list():
            return "a list"
        case dict():
            return "a section"
    return "a date or time"


def quoted(text: str) -> str:
    """The text in double quotes, cut when long, without anything that a terminal would obey."""
    cut = text if len(text) <= _LONGEST_QUOTE else text[:_LONGEST_QUOTE] + "…"
    return json.dumps(cut, ensure_ascii=not cut.isprintable())


def named(path: Iterable[str]) -> str:
    """A key's dotted name, with quotes where it is not a plain word."""
    return ".".join(key if key.isidentifier() and len(key) <= _LONGEST_QUOTE else quoted(key) for key in path)


def nearest(word: str, words: Iterable[str]) -> str | None:
    """The one of `words` that was probably meant."""
    near = difflib.get_close_matches(word[:_LONGEST_QUOTE].lower(), list(words), n=1, cutoff=0.6)
    return near[0] if near else None


def choices(kind: inspect.Type) -> tuple[str, ...]:
    """The texts that a key of this type may be, when it is a choice."""
    match kind:
        case inspect.LiteralType(values=values):
            return tuple(str(value) for value in values)
        case inspect.Metadata(type=inner):
            return choices(inner)
        case inspect.UnionType(types=members):
            return tuple(choice for member in members for choice in choices(member))
    return ()


def secrecy(kind: inspect.Type) -> str | None:
    """`whole` or `in-url` when values of this type must not be shown as they are (see `model.Secret`)."""
    match kind:
        case inspect.Metadata(type=inner, extra=extra):
            return (extra or {}).get("secret") or secrecy(inner)
        case inspect.UnionType(types=members):
            return next(filter(None, map(secrecy, members)), None)
    return None


def fixed(kind: inspect.Type) -> bool:
    """Whether a key of this type is not for the owner's pages (see `model.Place`)."""
    return isinstance(kind, inspect.Metadata) and (bool((kind.extra or {}).get("fixed")) or fixed(kind.type))


def meaning(kind: inspect.Type) -> str:
    """What a key of this type is for."""
    if not isinstance(kind, inspect.Metadata):
        return ""
    return str((kind.extra_json_schema or {}).get("description") or meaning(kind.type))


def _bounds(kind: inspect.IntType | inspect.FloatType) -> str:
    limits = (("at least", kind.ge), ("above", kind.gt), ("at most", kind.le), ("below", kind.lt))
    said = [f"{words} {_number(limit)}" for words, limit in limits if limit is not None]
    return f", {' and '.join(said)}" if said else ""


def _number(limit: float) -> str:
    return f"{int(limit):_}" if limit == int(limit) else str(limit)
