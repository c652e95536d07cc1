"""The pages' texts in the owner's language: gettext's catalogues, read as they are written (`.po`), and kept in memory.

English is the source; a text that a catalogue lacks is shown in English. Format: GNU gettext's manual, "The Format of
PO Files".
"""

import ast
import gettext
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Literal

FOLDER = Path(__file__).parent / "locale"
SOURCE = "en"
LANGUAGES = {"en": "English", "fr": "Français", "ru": "Русский"}

Domain = Literal["messages", "recorder"]
"""`messages`: the pages' own texts. `recorder`: the sentences that it tells them."""

Entry = dict[str, str]
"""`msgid`, `msgid_plural`, `msgstr` or `msgstr[0]`, …"""


class Catalogue:
    """One language. `translations`: text to its forms, of which most have one."""

    def __init__(self, translations: dict[str, list[str]], form_of: Callable[[int], int]) -> None:
        self._translations = translations
        self._form_of = form_of

    @property
    def texts(self) -> list[str]:
        """All that are translated, in English."""
        return [*self._translations]

    def gettext(self, text: str) -> str:
        """The text in this language."""
        return self._translations.get(text, [text])[0]

    def ngettext(self, one: str, many: str, count: int) -> str:
        """The form that goes with a number."""
        forms = self._translations.get(one, [])
        form = self._form_of(count)
        return forms[form] if form < len(forms) else one if count == 1 else many


@cache
def catalogue(language: str, domain: Domain = "messages") -> Catalogue:
    """A catalogue of one of `LANGUAGES`."""
    if language == SOURCE:
        return Catalogue({}, lambda count: int(count != 1))
    return parsed((FOLDER / language / "LC_MESSAGES" / f"{domain}.po").read_text("utf-8"))


def parsed(text: str) -> Catalogue:
    """A catalogue from its text."""
    translations = {entry["msgid"]: forms for entry in _entries(text) if all(forms := _forms(entry))}
    header = "".join(translations.pop("", [""]))
    return Catalogue(translations, _plural_rule(header))


def _entries(text: str) -> Iterator[Entry]:
    entry: Entry = {}
    key = ""
    for line in text.splitlines():
        if line.startswith('"') and key:
            entry[key] += _unquoted(line)
        elif line.startswith("msg"):
            key, _, quoted = line.partition(" ")
            if key == "msgid" and "msgid" in entry:
                yield entry
                entry = {}
            entry[key] = _unquoted(quoted)
    if "msgid" in entry:
        yield entry


def _unquoted(quoted: str) -> str:
    """Gettext's escapes are those of C, of which ours are also Python's."""
    text: str = ast.literal_eval(quoted.strip())
    return text


def _forms(entry: Entry) -> list[str]:
    return [text for key, text in entry.items() if key.startswith("msgstr")]


def _plural_rule(header: str) -> Callable[[int], int]:
    for line in header.splitlines():
        name, _, value = line.partition(":")
        if name == "Plural-Forms":
            return gettext.c2py(value.partition("plural=")[2].strip().rstrip(";"))
    return lambda count: int(count != 1)


def chosen(accepted: str) -> str:
    """The best of `LANGUAGES` for an Accept-Language field (RFC 9110, 12.5.4)."""
    wishes = sorted(_wishes(accepted), key=lambda wish: -wish[1])
    for language, weight in wishes:
        if weight > 0 and language in LANGUAGES:
            return language
    return SOURCE


def _wishes(accepted: str) -> Iterator[tuple[str, float]]:
    for part in accepted[:500].split(","):
        tag, _, weight = part.strip().partition(";q=")
        try:
            yield tag.partition("-")[0].lower(), float(weight or 1)
        except ValueError:
            continue
