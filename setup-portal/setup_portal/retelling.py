"""What the recorder says, in the visitor's language.

The recorder speaks English, in whole sentences with names and numbers in them. `recorder.po` holds these with gaps.
What fills a gap is found, translated too if the catalogue has it, and filled into the translation.
"""

import re
from functools import cache

from setup_portal.catalogues import SOURCE, catalogue
from setup_portal.words import language

MOST = 2000
"""Of characters: what is longer is no sentence of the recorder's."""
_GAP = re.compile(r"%\((\w+)\)s")
_BETWEEN = re.compile(r"(?<=[.?]) (?=[A-Z])")


def retold(sentence: str | None) -> str:
    """A sentence of the recorder, or several; what nobody has translated stays as it is."""
    spoken = language()
    if not sentence or spoken == SOURCE or len(sentence) > MOST:
        return sentence or ""
    whole = _retold(sentence, spoken)
    return " ".join(_retold(part, spoken) or part for part in _BETWEEN.split(sentence)) if whole is None else whole


def _retold(sentence: str, spoken: str) -> str | None:
    text = sentence.strip()
    for pattern, source in _patterns(spoken):
        if found := pattern.fullmatch(text):
            values = {name: _retold(value, spoken) or value for name, value in found.groupdict().items()}
            told = catalogue(spoken, "recorder").gettext(source) % values
            return f" {told}" if sentence.startswith(" ") else told
    return None


@cache
def _patterns(spoken: str) -> list[tuple[re.Pattern[str], str]]:
    """What finds each text, and the text: first those that leave least open."""
    texts = sorted(catalogue(spoken, "recorder").texts, key=lambda text: len(_GAP.sub("", text)), reverse=True)
    return [(re.compile(_pattern(text), re.DOTALL), text) for text in texts]


def _pattern(text: str) -> str:
    known: set[str] = set()
    parts = []
    for place, part in enumerate(_GAP.split(text)):
        if place % 2 == 0:
            parts.append(re.escape(part.replace("%%", "%")))
        else:
            parts.append(f"(?P={part})" if part in known else f"(?P<{part}>.*?)")
            known.add(part)
    return "".join(parts)
