"""Settings as fields of a form, and back. Pure but for the visitor's language.

A form brings back what each field showed beside what it holds now (`was.KEY`): only what the owner has touched is
changed, whatever another phone has changed meanwhile.
"""

import re
from collections.abc import Iterable, Mapping

from appliance.control.messages import Setting, SettingValue
from setup_portal.pages.steps.viewing import without_password
from setup_portal.words import say

GB = 1_000_000_000
"""What is counted in bytes is shown in these."""
MOST_CHARACTERS = 4096
MOST_ENTRIES = 100
_WHOLE = re.compile(r"[+-]?[0-9]{1,18}\Z")
_NUMBER = re.compile(r"[+-]?([0-9]{1,15}([.,][0-9]{0,9})?|[.,][0-9]{1,9})\Z")


class UnreadError(Exception):
    """What was typed is no value of this kind."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def shown(setting: Setting) -> str:
    """A value as its field shows it; of a secret, nothing."""
    return told(setting, setting.value) if setting.kind != "secret" else ""


def told(setting: Setting, value: SettingValue) -> str:
    """Any value of a setting, in the unit of its field."""
    return as_text(value / GB if _is_bytes(setting) and isinstance(value, int | float) else value)


def _is_bytes(setting: Setting) -> bool:
    return setting.kind == "whole-number" and setting.key.endswith("_bytes")


def shown_again(setting: Setting, typed: str) -> str:
    """What was typed, as it may go back to the page: without the secrets in it."""
    if setting.kind == "secret":
        return ""
    return without_password(typed) if setting.kind == "url" and typed != shown(setting) else typed


def as_text(value: SettingValue) -> str:
    """A value as a field shows it."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else ""
        case list():
            return "\n".join(value)
        case float():
            return f"{value:.9f}".rstrip("0").rstrip(".")
    return str(value)


def changes(
    settings: Iterable[Setting], form: Mapping[str, str]
) -> tuple[dict[str, SettingValue], dict[str, str], dict[str, str]]:
    """What the owner has changed, what cannot be read of it (a sentence by key), and what every field holds."""
    wanted: dict[str, SettingValue] = {}
    wrong: dict[str, str] = {}
    held: dict[str, str] = {}
    for setting in settings:
        now, was = (form.get(name, "").replace("\r\n", "\n") for name in (setting.key, f"was.{setting.key}"))
        held[setting.key] = now
        if now == was or f"was.{setting.key}" not in form:
            continue
        try:
            wanted[setting.key] = read(setting, now)
        except UnreadError as unread:
            wrong[setting.key] = unread.sentence
    return wanted, wrong, held


def read(setting: Setting, text: str) -> SettingValue:
    """The value that a field holds; None: not set.

    Raises:
        UnreadError: it holds none of this kind.
    """
    if len(text) > MOST_CHARACTERS:
        raise UnreadError(say("This is too long."))
    if setting.kind == "yes-no":
        return text == "yes"
    if setting.kind == "list":
        return _entries(text)
    if not text.strip() and setting.may_be_unset:
        return None
    return _number(setting, text) if setting.kind in {"whole-number", "number"} else _text(setting, text)


def _entries(text: str) -> list[str]:
    entries = [line.strip() for line in text.split("\n") if line.strip()]
    if len(entries) > MOST_ENTRIES:
        raise UnreadError(say("These are too many: write %(most)s at most.", most=MOST_ENTRIES))
    return entries


def _text(setting: Setting, text: str) -> str:
    typed = text if setting.kind == "secret" else text.strip()
    if setting.choices and typed not in setting.choices:
        raise UnreadError(say("Choose one of the answers."))
    if not typed.isprintable():
        raise UnreadError(say("There are signs in it that cannot be printed: type it anew."))
    return typed


def _number(setting: Setting, text: str) -> float:
    typed = text.strip()
    if setting.kind == "whole-number" and not _is_bytes(setting):
        if not _WHOLE.match(typed):
            raise UnreadError(say("Write a whole number."))
        return _bounded(setting, int(typed))
    if not _NUMBER.match(typed):
        raise UnreadError(say("Write a number."))
    number = float(typed.replace(",", "."))
    return _bounded(setting, round(number * GB) if _is_bytes(setting) else number)


def _bounded(setting: Setting, number: float) -> float:
    if setting.at_least is not None and number < setting.at_least:
        raise UnreadError(say("It must be at least %(bound)s.", bound=told(setting, setting.at_least)))
    if setting.above is not None and number <= setting.above:
        raise UnreadError(say("It must be more than %(bound)s.", bound=told(setting, setting.above)))
    if setting.at_most is not None and number > setting.at_most:
        raise UnreadError(say("It must be at most %(bound)s.", bound=told(setting, setting.at_most)))
    return number
