"""The name of a box in its home network, made of what its owner calls it. Pure."""

import re
import unicodedata

LONGEST = 63
"""RFC 1034, chapter 3.1: one label."""

_LETTERS = str.maketrans({"ß": "ss", "æ": "ae", "ø": "o", "œ": "oe", "ł": "l", "đ": "d"})
"""Those that are no letter with an accent."""


def host_name(name: str) -> str:
    """Letters without accents, digits and `-`: "Front porch" is front-porch. Empty if the name has none of these."""
    plain = unicodedata.normalize("NFKD", name.lower().translate(_LETTERS))
    without_accents = "".join(sign for sign in plain if not unicodedata.combining(sign))
    words = re.sub(r"[^a-z0-9]+", "-", without_accents)[: LONGEST + 1]
    return words.strip("-")[:LONGEST].strip("-")
