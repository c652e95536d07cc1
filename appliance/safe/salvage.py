"""What can be had of settings that may be broken or missing: enough for lamp, socket and network."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from appliance.settings.checks import complaints
from appliance.settings.model import BoxSettings, ControlSettings, NetworkSettings, PanelSettings, Settings

_SECTIONS: dict[str, Any] = {
    "panel": PanelSettings,
    "control": ControlSettings,
    "box": BoxSettings,
    "network": NetworkSettings,
}


def salvage(base: Path | None, owner: Path | None) -> Settings:
    """The sections `panel`, `control`, `box` and `network` of the box's own defaults below the owner's settings.

    Whatever is wrong in a file is passed over, value by value; of the owner's values that do not go together (two
    buttons on one pin) the base's stand. Never fails; the other sections are the embedded defaults.
    """
    settings = _layered(base, owner)
    defaults = _layered(base, None)
    for section in {complaint.where[0] for complaint in complaints(settings)} & set(_SECTIONS):
        settings = replace(settings, **{section: getattr(defaults, section)})
    return settings


def _layered(*files: Path | None) -> Settings:
    values: dict[str, dict[str, Any]] = {name: {} for name in _SECTIONS}
    for content in map(_content, files):
        for section, key, value in _usable(content):
            values[section][key] = value
    return msgspec.convert(values, type=Settings)


def _content(file: Path | None) -> dict[str, Any]:
    if file is None:
        return {}
    try:
        return tomllib.loads(file.read_text("utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return {}


def _usable(content: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    for section, type_ in _SECTIONS.items():
        given = content.get(section)
        if not isinstance(given, dict):
            continue
        for key in msgspec.structs.fields(type_):
            if key.name in given and _fits(given[key.name], key.type):
                yield section, key.name, given[key.name]


def _fits(value: object, type_: Any) -> bool:
    try:
        msgspec.convert(value, type=type_)
    except msgspec.ValidationError:
        return False
    return True
