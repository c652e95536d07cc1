"""Values as a TOML text."""

import json
from collections.abc import Iterator, Mapping
from typing import Any


def toml_value(value: Any) -> str:
    """A text, a number, true or false, or a list of them."""
    # JSON's texts, numbers, booleans and lists are TOML's; what a terminal would obey is escaped as TOML wants it
    text = json.dumps(value, ensure_ascii=False)
    return "".join(sign if sign.isprintable() else f"\\U{ord(sign):08x}" for sign in text)


def toml_text(values: Mapping[str, Any]) -> str:
    """Sections with their keys; a list of sections becomes `[[name]]`, one after the other."""
    return "\n".join(line for name, content in values.items() for line in _sections(name, content))


def _sections(name: str, content: Any) -> Iterator[str]:
    several = isinstance(content, list)
    for section in content if several else [content]:
        yield f"[[{name}]]" if several else f"[{name}]"
        yield from (f"{key} = {toml_value(value)}" for key, value in section.items())
        yield ""
