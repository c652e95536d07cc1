"""rclone's questions in our words, and what is accepted as an answer. Pure."""

import re
from typing import Literal

from appliance.storage.backends import is_needed
from appliance.storage.model import Choice, Question
from appliance.storage.names import has_control, why_not_keepable
from appliance.storage.providers import Option

_SECRET = re.compile(
    r"secret|token|passphrase|credential|grant|cookies|sas_url|connection_string|(?<!public_)key(?!_id)"
)
_NUMBERS = {"int", "int64", "uint32", "float64"}
_YES = {"y", "yes", "true"}
_NO = {"n", "no", "false"}
_GOOGLE = (
    "Make a client of your own in the Google Cloud console (console.cloud.google.com): enable the Google Drive API, "
    "then create credentials of the kind OAuth client ID, type Desktop app. "
    "This is needed because the client that rclone shares among all its users stops working during 2026."
)
_TEXTS = {
    ("drive", "client_id"): f"{_GOOGLE}\n\nThe client ID:",
    ("drive", "client_secret"): f"{_GOOGLE}\n\nThe client secret that belongs to the client ID:",
    ("sftp", "user"): "SSH user name.",
    ("sftp", "pass"): "SSH password; leave it empty to give a private key instead.",
    ("sftp", "key_pem"): "The private key, in PEM, as it stands in its file.",
}


def question(session: str, kind: str, option: Option, trouble: str | None = None) -> Question:
    """What is asked for one option of a storage of this kind."""
    examples = option.examples or []
    choices = [Choice(example.value, example.help.strip()) for example in examples]
    is_ours = (kind, option.name) == ("sftp", "user")
    return Question(
        session=session,
        key=option.name,
        text=_TEXTS.get((kind, option.name), option.help.strip()),
        kind=_kind(option),
        choices=choices,
        must_choose=option.exclusive and bool(choices),
        is_required=is_needed(kind, option),
        default="" if option.is_password or is_ours else option.default_str,
        trouble=trouble,
    )


def why_refused(asked: Question, option: Option, value: str) -> str | None:
    """What is wrong with an answer, as one sentence; None if it is accepted."""
    if not value:
        return "An answer is needed here." if asked.is_required and not asked.default else None
    if option.name == "key_pem":
        is_key = "PRIVATE KEY" in value and why_not_keepable(_on_one_line(value)) is None
        return None if is_key else "This is no private key in PEM."
    if option.is_password:
        return "Line breaks and other control characters are not accepted here." if has_control(value) else None
    return _why_not_of_its_kind(asked, value) or why_not_keepable(value)


def _why_not_of_its_kind(asked: Question, value: str) -> str | None:
    if asked.kind == "number":
        return None if re.fullmatch(r"-?[0-9]{1,18}", value) else "A whole number is needed here."
    if asked.kind == "yes-no":
        return None if value.lower() in _YES | _NO else "Answer yes or no."
    if asked.must_choose and value not in {choice.value for choice in asked.choices}:
        return "Choose one of the answers that are offered."
    return None


def worded(asked: Question, option: Option, value: str) -> str:
    """An accepted answer as rclone wants it."""
    if not value:
        return asked.default
    if asked.kind == "yes-no":
        return "true" if value.lower() in _YES else "false"
    if option.name == "key_pem":
        return _on_one_line(value)
    return value


def _on_one_line(pem: str) -> str:
    r"""Put a key on one line, as rclone keeps it, with `\n` for each line's end."""
    return pem.replace("\\n", "\n").replace("\r", "").strip().replace("\n", "\\n")


def _kind(option: Option) -> Literal["text", "secret", "yes-no", "number"]:
    if option.is_password or (option.sensitive and _SECRET.search(option.name)):
        return "secret"
    if option.type == "bool":
        return "yes-no"
    return "number" if option.type in _NUMBERS else "text"
