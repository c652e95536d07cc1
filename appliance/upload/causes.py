"""What rclone's log says went wrong, told as whose matter it is and in a sentence for the owner. Pure.

The exit code is no help: a name that is not found, a wrong password and a refused access all give 1 (promise U2).
"""

import functools
import re
from collections.abc import Iterable

from msgspec import Struct

from appliance.decoding import decoded_or_none
from appliance.upload.model import Cause
from appliance.upload.symptoms import BY_STATUS, ILL, SYMPTOMS, Symptom

MOST_DETAIL = 300
MOST_READ = 20_000
_TOLD_LEVELS = frozenset({"notice", "warning", "error", "critical", "fatal", "alert", "emergency"})
_ADDRESS = re.compile(r"\b[a-z][a-z0-9+.-]{0,15}://[^\s\"]*", re.IGNORECASE)
_STATUS = re.compile(
    r"(?:status ?code:? ?|\berror:? |\bhttp(?:/\d(?:\.\d)?)?(?: error| status)?:? |^|[:(] ?)([45]\d\d)\b",
    re.IGNORECASE | re.MULTILINE,
)
_WORST_STATUS = 500
_SECRETS = (
    (re.compile(r"(\b[a-z][a-z0-9+.-]{0,15}://)[^/\s@]{1,500}@", re.IGNORECASE), r"\1***@"),
    (re.compile(r"\b(bearer|basic) [\w.~+/=-]{6,}", re.IGNORECASE), r"\1 ***"),
    (
        re.compile(
            r"((?:token|secret|password|passwd|signature|credential|api.?key|access.?key(?:.?id)?|\bpass|\bcode)"
            r"[\"']?(?:=|: ?)[\"']?)[^\s\"'&,;]{1,2000}",
            re.IGNORECASE,
        ),
        r"\1***",
    ),
)


class _Line(Struct, frozen=True):
    """One line of rclone's JSON log, as far as it matters."""

    msg: str = ""
    level: str = "error"


def read_cause(lines: Iterable[str], code: int = 1, storage: str = "") -> Cause:
    """Why a run of rclone failed. Never raises.

    Args:
        lines: what it wrote to its error output, JSON or not, oldest first.
        code: its exit code; negative: it was ended by a signal.
        storage: the name of the remote, for the sentence.
    """
    told = [line.msg for line in map(_line, lines) if line.level in _TOLD_LEVELS and line.msg.strip()]
    name = f"The storage {shortened(storage)}" if storage else "The storage"
    detail = shortened(told[-1] if told else "")  # rclone sums up in its last line
    symptom = _symptom("\n".join(told)[-MOST_READ:])
    if symptom is not None:
        return Cause(symptom.blame, _sentence(symptom.sentence, name), detail)
    if code < 0:
        return Cause("world", "The transfer was ended from outside; the upload is tried again.", detail)
    return Cause("memory", f"{name} did not take it: {detail or f'rclone ended with {code}'}", detail)


def explain(text: str) -> str:
    """The sentence for the owner alone, for whatever rclone said."""
    return read_cause(text.splitlines()).sentence


def shortened(text: str) -> str:
    """One line of at most `MOST_DETAIL` signs, without control characters and secrets."""
    told = without_secrets(_printable(text[:MOST_READ]))
    return told if len(told) <= MOST_DETAIL else told[: MOST_DETAIL - 1] + "…"


def without_secrets(text: str) -> str:
    """With passwords in addresses, tokens and keys starred."""
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return text


def _printable(text: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _sentence(template: str, name: str) -> str:
    inside = name[0].lower() + name[1:]
    return template.replace("{storage}", name if template.startswith("{") else inside)


@functools.cache
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    """Made when it is wanted: every start of the recorder would pay for it."""
    return re.compile("|".join(words), re.IGNORECASE)


def _symptom(text: str) -> Symptom | None:
    """The first that fits. Addresses are left out: a port or a folder may look like anything."""
    plain = _ADDRESS.sub("ADDRESS", text)
    for symptom in SYMPTOMS:
        if _pattern(symptom.words).search(plain):
            return symptom
    statuses = (int(found[1]) for found in _STATUS.finditer(plain))
    return next(filter(None, map(_by_status, statuses)), None)


def _by_status(status: int) -> Symptom | None:
    return BY_STATUS.get(status) or (ILL if status >= _WORST_STATUS else None)


def _line(text: str) -> _Line:
    return decoded_or_none(text, _Line) or _Line(msg=text)
