"""From the values of a TOML text to those that are right, and a complaint about every other."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from appliance.settings.complaint import Complaint
from appliance.settings.lines import KeyPath, find_lines, line_of
from appliance.settings.textfile import parse
from appliance.settings.words import choices, named, nearest, secrecy, told, wanted

Keys = Mapping[str, Any]
"""The type of every key of a section."""

Sections = Mapping[str, Keys]

Values = dict[str, dict[str, Any]]
"""By section and key, as TOML has them."""

_SYNONYMS = {"wlan": "wifi", "wireless": "wifi", "psk": "password", "passphrase": "password", "name": "ssid"}


class Layer(NamedTuple):
    """One settings text. `values`: those that are right; `found`: a complaint about every other."""

    name: str
    text: str
    values: Values
    found: list[Complaint]


def keys_of(section: type[msgspec.Struct]) -> Keys:
    """The keys that a section knows."""
    return {key.name: key.type for key in msgspec.structs.fields(section)}


def layer_of(name: str, text: str, sections: Sections) -> Layer:
    """The plain text `text` of the file called `name`.

    Raises:
        SettingsError: if it is not TOML.
    """
    return Layer(name, text, *convert(parse(name, text), sections))


def convert(values: Mapping[str, Any], sections: Sections) -> tuple[Values, list[Complaint]]:
    """The values that are right, by section, and complaints about all others."""
    kept: Values = {}
    found: list[Complaint] = []
    for section, content in values.items():
        if section not in sections:
            found.append(_unknown_section(section, sections))
        elif not isinstance(content, dict):
            found.append(Complaint((section,), f"{section} must be a section: [{section}]"))
        else:
            kept[section], wrong = convert_section((section,), content, sections)
            found += wrong
    return kept, found


def convert_section(
    where: KeyPath, content: Mapping[str, Any], sections: Sections
) -> tuple[dict[str, Any], list[Complaint]]:
    """The same for one section, which stands at `where`; the first word there is its name."""
    wrong = list(_wrong(where, content, sections))
    refused = {complaint.where[-1] for complaint in wrong}
    return {key: value for key, value in content.items() if key not in refused}, wrong


def sentences(name: str, text: str, found: Sequence[Complaint]) -> list[str]:
    """The complaints about a text, each with its line, in the order of their lines."""
    lines: dict[KeyPath, int] = find_lines(text)
    placed = [(line_of(complaint.where, lines), complaint.sentence) for complaint in found]
    placed.sort(key=lambda pair: pair[0] or 0)
    return [f"{name}{f', line {line}' if line else ''}: {sentence}" for line, sentence in placed]


def _wrong(where: KeyPath, content: Mapping[str, Any], sections: Sections) -> Iterator[Complaint]:
    section = where[0]
    known = sections[section]
    for key, value in content.items():
        if key not in known:
            yield Complaint((*where, key), _unknown_key(section, key, sections))
            continue
        try:
            msgspec.convert(value, type=known[key])
        except msgspec.ValidationError:
            yield Complaint((*where, key), f"{section}.{key} {_refusal(known[key], value)}")


def _refusal(type_: Any, value: object) -> str:
    kind = msgspec.inspect.type_info(type_)
    sentence = f"must be {wanted(kind)}"
    if not secrecy(kind):
        sentence += f", not {told(value)}"
    meant = nearest(value, choices(kind)) if isinstance(value, str) else None
    return f'{sentence}; did you mean "{meant}"?' if meant else sentence


def _unknown_section(section: str, sections: Sections) -> Complaint:
    sentence = f"{named([section])} is not a section"
    if meant := _meant(section, sections):
        return Complaint((section,), f"{sentence}; did you mean [{meant}]?")
    if owners := [name for name, keys in sections.items() if section in keys]:
        return Complaint((section,), f"{named([section])} stands outside of its section [{'] or ['.join(owners)}]")
    return Complaint((section,), f"{sentence}; there are {', '.join(f'[{name}]' for name in sections)}")


def _unknown_key(section: str, key: str, sections: Sections) -> str:
    sentence = f"{named([section, key])} is not a setting"
    elsewhere = next((f"{name}.{key}" for name, keys in sections.items() if key in keys), None)
    if meant := elsewhere or _meant(key, sections[section]):
        return f'{sentence}; did you mean "{meant}"?'
    return f"{sentence}; [{section}] knows {', '.join(sections[section])}"


def _meant(word: str, words: Mapping[str, Any]) -> str | None:
    synonym = _SYNONYMS.get(word.lower())
    return synonym if synonym in words else nearest(word, words)
