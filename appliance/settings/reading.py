"""Reading `moment.toml`: every mistake in it is told at once, in words, with its line."""

import re
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from appliance.settings.checks import complaints
from appliance.settings.complaint import Complaint
from appliance.settings.lines import KeyPath, find_lines, line_of
from appliance.settings.model import Settings
from appliance.settings.words import choices, named, nearest, quoted, secrecy, told, wanted

LARGEST_FILE_BYTES = 1 << 20

_SECTIONS: dict[str, dict[str, Any]] = {
    section.name: {key.name: key.type for key in msgspec.structs.fields(section.type)}
    for section in msgspec.structs.fields(Settings)
}
"""The type of every key, by section."""

_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


class SettingsError(Exception):
    """The settings cannot be used. `sentences`: everything that is wrong, one plain sentence each."""

    def __init__(self, sentences: Sequence[str]) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = tuple(sentences)


def read_settings(path: Path | None) -> Settings:
    """The owner's settings, or the embedded defaults for None.

    Raises:
        SettingsError: with all mistakes at once, in the order of their lines.
    """
    if path is None:
        return Settings()
    text = _read_text(path)
    values = _parse(path, text)
    kept, found = _convert(values)
    troubled = {complaint.where[0] for complaint in found}
    settings = msgspec.convert(kept, type=Settings)
    # a rule between keys says nothing useful about a section that still holds wrong values
    found += [complaint for complaint in complaints(settings) if complaint.where[0] not in troubled]
    if found:
        raise SettingsError(_sentences(path, text, found))
    return settings


def _read_text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE_BYTES + 1)
    except FileNotFoundError:
        raise SettingsError([f"There is no settings file {_shown(path)}."]) from None
    except (OSError, ValueError) as trouble:
        why = getattr(trouble, "strerror", None) or str(trouble)
        raise SettingsError([f"The settings file {_shown(path)} cannot be read: {why}."]) from None
    if len(data) > LARGEST_FILE_BYTES:
        raise SettingsError([f"{_shown(path)} is larger than 1 MiB; that is not a settings file."])
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")  # editors on Windows write a byte order mark
    except UnicodeDecodeError as trouble:
        line = data.count(b"\n", 0, trouble.start) + 1
        raise SettingsError([f"{_shown(path)}, line {line}: this is not UTF-8 text; save the file as UTF-8."]) from None


def _parse(path: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as trouble:
        words = str(trouble).splitlines()[0]
        place = _PLACE.search(words)
        line = int(place[1]) if place and place[1] else text.count("\n") + 1
        column = f" at column {place[2]}" if place and place[2] else ""
        what = quoted(_PLACE.sub("", words))[1:-1]
        raise SettingsError([f"{_shown(path)}, line {line}: this is not valid TOML{column}: {what}"]) from None


def _convert(values: dict[str, Any]) -> tuple[dict[str, dict[str, Any]], list[Complaint]]:
    """The values that are right, by section, and complaints about all others."""
    kept: dict[str, dict[str, Any]] = {}
    found: list[Complaint] = []
    for section, content in values.items():
        if section not in _SECTIONS:
            found.append(_unknown_section(section))
        elif not isinstance(content, dict):
            found.append(Complaint((section,), f"{section} must be a section: [{section}]"))
        else:
            wrong = list(_wrong(section, content))
            found += wrong
            refused = {complaint.where[1] for complaint in wrong}
            kept[section] = {key: value for key, value in content.items() if key not in refused}
    return kept, found


def _wrong(section: str, content: dict[str, Any]) -> Iterator[Complaint]:
    known = _SECTIONS[section]
    for key, value in content.items():
        if key not in known:
            yield _unknown_key(section, key)
            continue
        try:
            msgspec.convert(value, type=known[key])
        except msgspec.ValidationError:
            yield Complaint((section, key), f"{section}.{key} {_refusal(known[key], value)}")


def _refusal(type_: Any, value: object) -> str:
    kind = msgspec.inspect.type_info(type_)
    sentence = f"must be {wanted(kind)}"
    if not secrecy(kind):
        sentence += f", not {told(value)}"
    meant = nearest(value, choices(kind)) if isinstance(value, str) else None
    return f'{sentence}; did you mean "{meant}"?' if meant else sentence


def _unknown_section(section: str) -> Complaint:
    sentence = f"{named([section])} is not a section"
    if meant := nearest(section, _SECTIONS):
        return Complaint((section,), f"{sentence}; did you mean [{meant}]?")
    if owners := [name for name, keys in _SECTIONS.items() if section in keys]:
        return Complaint((section,), f"{named([section])} stands outside of its section [{'] or ['.join(owners)}]")
    return Complaint((section,), f"{sentence}; there are {', '.join(f'[{name}]' for name in _SECTIONS)}")


def _unknown_key(section: str, key: str) -> Complaint:
    sentence = f"{named([section, key])} is not a setting"
    elsewhere = next((f"{name}.{key}" for name, keys in _SECTIONS.items() if key in keys), None)
    if meant := elsewhere or nearest(key, _SECTIONS[section]):
        return Complaint((section, key), f'{sentence}; did you mean "{meant}"?')
    return Complaint((section, key), f"{sentence}; [{section}] knows {', '.join(_SECTIONS[section])}")


def _sentences(path: Path, text: str, found: Sequence[Complaint]) -> list[str]:
    lines: dict[KeyPath, int] = find_lines(text)
    placed = [(line_of(complaint.where, lines), complaint.sentence) for complaint in found]
    placed.sort(key=lambda pair: pair[0] or 0)
    return [f"{_shown(path)}{f', line {line}' if line else ''}: {sentence}" for line, sentence in placed]


def _shown(path: Path) -> str:
    text = str(path)
    return text if text.isprintable() else quoted(text)
