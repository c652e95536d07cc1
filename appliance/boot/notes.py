"""What scripts that ran earlier in this boot complain about: a text file with one sentence each."""

from pathlib import Path

from appliance.boot.outcome import Outcome

_LONGEST_SENTENCE = 500


def read_notes(folder: Path) -> Outcome:
    """Their sentences, in the order of the files' names."""
    return Outcome(troubles=list(filter(None, map(_sentence, sorted(folder.glob("*.txt"))))))


def _sentence(path: Path) -> str:
    with path.open(encoding="utf-8", errors="replace") as file:
        return " ".join(file.read(_LONGEST_SENTENCE).split())
