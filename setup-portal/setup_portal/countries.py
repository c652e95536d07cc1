"""Countries by their two letters (ISO 3166-1), named in the pages' languages. The list is Unicode's (CLDR)."""

import json
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("countries.json")


@cache
def _names() -> dict[str, dict[str, str]]:
    names: dict[str, dict[str, str]] = json.loads(_FILE.read_text("utf-8"))
    return names


def countries(language: str) -> list[tuple[str, str]]:
    """Code and name, by name."""
    names = _names().get(language, _names()["en"])
    return sorted(names.items(), key=lambda entry: entry[1].casefold())


def is_country(code: str) -> bool:
    """Whether there is one with these letters."""
    return code in _names()["en"]


def likely(accepted: str) -> str:
    """The country that an Accept-Language field speaks of; empty if it does not."""
    for part in accepted[:500].split(","):
        _, _, region = part.partition(";")[0].strip().partition("-")
        if is_country(region.upper()):
            return region.upper()
    return ""
