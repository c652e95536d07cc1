"""The questions of a set-up, as they are shown, and what a typed line means. Pure."""

import difflib
from collections.abc import Iterator, Sequence

from appliance.command.words import printable
from appliance.control.messages import Backend, Question

_YES_NO = {"y": "true", "yes": "true", "true": "true", "n": "false", "no": "false", "false": "false"}


class NotUnderstoodError(Exception):
    """A typed line is no answer; the text is a sentence."""


def shown(question: Question) -> Iterator[str]:
    """The question with its numbered choices, line by line."""
    if question.trouble:
        yield question.trouble
    yield from filter(None, map(str.strip, question.text.splitlines()))
    for number, choice in enumerate(question.choices, start=1):
        value = choice.value or "(nothing)"
        yield f"  {number}) {value}" + (f": {choice.meaning}" if choice.meaning not in {"", value} else "")


def prompt(question: Question) -> str:
    """What stands before the typed line: the question's key, and what an empty line means."""
    if question.kind == "yes-no":
        empty = {"true": " [Y/n]", "false": " [y/N]"}.get(question.default, " [y/n]")
    elif question.kind == "secret":
        empty = "" if question.is_required else " [none]"
    else:
        empty = f" [{question.default}]" if question.default else "" if question.is_required else " [none]"
    return printable(f"{question.key}{empty}: ")


def understood(question: Question, typed: str) -> str:
    """The value that a typed line stands for: a choice by its number, a value, or nothing for the default.

    Raises:
        NotUnderstoodError: with a sentence.
    """
    if question.kind == "secret":  # as it was typed: blanks may belong to it
        return _given(question, typed)
    word = typed.strip()
    chosen = _chosen(question, word)
    value = _given(question, word) if chosen is None else chosen
    if question.kind == "yes-no" and value:
        return _yes_or_no(value)
    if question.must_choose and value not in {"", question.default, *(choice.value for choice in question.choices)}:
        raise NotUnderstoodError(f"Type a number from 1 to {len(question.choices)}, or one of the values.")
    return value


def _chosen(question: Question, word: str) -> str | None:
    by_number = {str(number): choice.value for number, choice in enumerate(question.choices, start=1)}
    return by_number.get(word)


def _given(question: Question, word: str) -> str:
    if not word and not question.default and question.is_required:
        raise NotUnderstoodError("This has to be answered.")
    return word or question.default


def _yes_or_no(word: str) -> str:
    if word.lower() not in _YES_NO:
        raise NotUnderstoodError("Type y for yes or n for no.")
    return _YES_NO[word.lower()]


def most_used(backends: Sequence[Backend]) -> list[Backend]:
    """The kinds that are shown first."""
    return sorted((backend for backend in backends if backend.rank is not None), key=lambda backend: backend.rank or 0)


def numbered(backends: Sequence[Backend]) -> Iterator[str]:
    """Kinds of storage to choose from."""
    for number, backend in enumerate(backends, start=1):
        signs_in = " (sign in at its web page)" if backend.signs_in else ""
        yield f"  {number}) {backend.kind}: {backend.title}{signs_in}"


def matching(backends: Sequence[Backend], word: str) -> list[Backend]:
    """The one of that kind, or all that have the word in kind or title, or are nearly it."""
    sought = word.strip().lower()
    exact = [backend for backend in backends if backend.kind == sought]
    found = [backend for backend in backends if sought in f"{backend.kind} {backend.title}".lower()]
    near = difflib.get_close_matches(sought, [backend.kind for backend in backends])
    return exact or found or [backend for backend in backends if backend.kind in near]
