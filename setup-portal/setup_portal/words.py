"""Texts for Python's side of the pages, in the language of the visitor who is being answered."""

from flask import g

from setup_portal.catalogues import SOURCE, catalogue


def language() -> str:
    """Of the visitor."""
    return str(g.get("language", SOURCE))


def say(text: str, **values: object) -> str:
    """A text with its values, in the visitor's language."""
    told = catalogue(language()).gettext(text)
    return told % values if values else told


def say_many(one: str, many: str, count: int, **values: object) -> str:
    """The form of a text that goes with `count`, which it may name as `%(count)s`."""
    return catalogue(language()).ngettext(one, many, count) % {"count": count, **values}


def marked(text: str) -> str:
    """A text that is translated where it is shown: for tables that are made before a visitor is there."""
    return text
