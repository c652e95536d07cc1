"""Reading `moment.toml`: every mistake in it is told at once, in words, with its line.

Two files may lie one above the other, key by key: the box's own defaults, and above them the owner's settings.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from appliance.settings.checks import complaints
from appliance.settings.complaint import Complaint
from appliance.settings.conversion import Layer, Sections, Values, keys_of, layer_of, sentences
from appliance.settings.model import Settings
from appliance.settings.textfile import SettingsError, decode, plain, read_bytes, shown

SECTIONS: Sections = {section.name: keys_of(section.type) for section in msgspec.structs.fields(Settings)}
NOTHING = Layer("", "", {}, [])


def read_settings(path: Path | None, base: Path | None = None) -> Settings:
    """The owner's settings above those of `base`; None stands for the embedded defaults.

    Raises:
        SettingsError: with all mistakes at once, in the order of their lines; those of `base` first.
    """
    above, unread = _try_layer(path)
    below, unread_below = _try_layer(base)
    settings, wrong_below, wrong = judge(above, below)
    told = [*unread_below, *sentences(below.name, below.text, wrong_below)]
    told += [*unread, *sentences(above.name, above.text, wrong)]
    if told:
        raise SettingsError(told)
    return settings


def read_layer(path: Path) -> Layer:
    """One settings file by itself.

    Raises:
        SettingsError: if it cannot be read, or is not TOML.
    """
    name = shown(path)
    return layer_of(name, plain(decode(name, read_bytes(path))), SECTIONS)


def judge(above: Layer, below: Layer) -> tuple[Settings, list[Complaint], list[Complaint]]:
    """The settings of both, what is wrong with `below` by itself, and what is wrong with `above` on top of it."""
    wrong_below = [*below.found, *_between(below.values, below.found)]
    merged = merge(below.values, above.values)
    between = _between(merged, [*below.found, *above.found])
    wrong = [*above.found, *(complaint for complaint in between if complaint not in wrong_below)]
    return msgspec.convert(merged, type=Settings), wrong_below, wrong


def merge(below: Mapping[str, Mapping[str, Any]], above: Mapping[str, Mapping[str, Any]]) -> Values:
    """Key by key: what `above` does not say is as `below` has it."""
    return {section: {**below.get(section, {}), **above.get(section, {})} for section in {**below, **above}}


def _between(values: Values, found: list[Complaint]) -> list[Complaint]:
    # a rule between keys says nothing useful about a section that still holds wrong values
    troubled = {complaint.where[0] for complaint in found}
    settings = msgspec.convert(values, type=Settings)
    return [complaint for complaint in complaints(settings) if complaint.where[0] not in troubled]


def _try_layer(path: Path | None) -> tuple[Layer, tuple[str, ...]]:
    try:
        return (NOTHING if path is None else read_layer(path)), ()
    except SettingsError as error:
        return NOTHING, error.sentences


__all__ = ["NOTHING", "SECTIONS", "SettingsError", "judge", "merge", "read_layer", "read_settings"]
