"""The effective settings as TOML, without their secrets."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from appliance.settings.model import Settings
from appliance.settings.words import secrecy
from appliance.settings.writing import toml_value

STARS = "***"

_USER_AND_PASSWORD = re.compile(r"^((?:[a-z0-9+.-]+://)?+)(.+)@", re.DOTALL | re.IGNORECASE)
_PASSWORD_IN_PATH = re.compile(r"((?:pass|pwd|user|usr|login|token|secret|auth|key)[a-z_]*=)[^&/?;#]*", re.IGNORECASE)
"""Some cameras want `?user=…&password=…` in the path instead."""


def show_settings(settings: Settings) -> str:
    """All settings, defaults included, as TOML that reads back equal when no secret is in it."""
    return "\n".join(line for section in msgspec.structs.fields(settings) for line in _section(settings, section.name))


def star_url(url: str) -> str:
    """The URL with its user name and password starred, wherever cameras want them."""
    starred = _USER_AND_PASSWORD.sub(rf"\g<1>{STARS}@", url)
    return _PASSWORD_IN_PATH.sub(rf"\g<1>{STARS}", starred)


def _section(settings: Settings, name: str) -> Iterator[str]:
    section = getattr(settings, name)
    yield f"[{name}]"
    for key in msgspec.structs.fields(section):
        value = getattr(section, key.name)
        yield f"# {key.name} is not set" if value is None else f"{key.name} = {toml_value(_shown(key.type, value))}"
    yield ""


def _shown(type_: Any, value: Any) -> Any:
    match secrecy(msgspec.inspect.type_info(type_)):
        case "whole" if value:
            return STARS
        case "in-url":
            return star_url(value)
    return value
