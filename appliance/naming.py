"""Names at the owner's storage: of the storage, of folders, of this box; and the box's name in a network. Pure.

A `…_trouble` says what is wrong with a text, in words that follow the name of its setting; None if nothing is.
"""

import difflib
import re

from msgspec import Struct

FIELDS = ("device", "year", "month", "day")
"""What may stand in braces in a layout."""

_REMOTE = re.compile(r"[\w.+@](?:[\w.+@ -]*[\w.+@-])?")
"""rclone's rule for the name of a storage (rclone.org/docs, "Valid remote names")."""
_NAME_RULE = "only letters, digits, _ - . + @ and spaces, with no space at its ends and no - at its beginning"

LONGEST_SSID_BYTES = 32
"""IEEE 802.11: the name of a Wi-Fi network has at most 32 octets."""

_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
"""RFC 1123, chapter 2.1, and RFC 1034, chapter 3.5: one label of a host's name."""

_FORBIDDEN = r'\/:*?"<>|'
"""What Windows, FAT and several clouds do not take in a name."""

_FIELD = re.compile(r"\{([^{}]*)\}")
_LONGEST_NAME = 64


class Place(Struct, frozen=True):
    """A folder at a storage that is set up. `folder`: as written, without a slash at its end; "" is its root."""

    remote: str
    folder: str


def parse_remote(text: str) -> Place:
    """What `name:folder` says.

    Raises:
        ValueError: if it says no such thing; the text follows the name of the setting.
    """
    if trouble := remote_trouble(text):
        raise ValueError(trouble)
    name, _, folder = text.partition(":")
    return Place(name, folder.rstrip("/") or folder[:1])


def remote_trouble(text: str) -> str | None:
    """What is wrong with `name:folder`. Connection strings are refused: they could name any file or server."""
    if not text.isprintable():
        return "must not hold line breaks or control characters"
    name, colon, folder = text.partition(":")
    if not colon:
        return f'must be NAME:FOLDER, for example "{_example(text)}"'
    if not name or "," in name:
        return 'must begin with the name of a storage that is set up, not with its options: "NAME:FOLDER"'
    if ".." in folder.split("/"):
        return 'must not hold ".."'
    return f"must be NAME:FOLDER, where NAME holds {_NAME_RULE}" if remote_name_trouble(name) else None


def remote_name_trouble(name: str) -> str | None:
    """What is wrong with the name of a storage."""
    if _REMOTE.fullmatch(name) and len(name) <= _LONGEST_NAME:
        return None
    return f"must hold {_NAME_RULE}"


def layout_trouble(template: str) -> str | None:
    """What is wrong with a template of folders such as `{device}/{year}/{month}`; "" is no folder at all."""
    if not template.isprintable():
        return "must not hold line breaks or control characters"
    for field in _FIELD.findall(template):
        if field not in FIELDS:
            return _unknown(field)
    plain = _FIELD.sub("x", template)
    if "{" in plain or "}" in plain:
        return "holds a brace without its partner"
    if template.startswith("/"):
        return 'must not begin with "/": its folders lie below upload.remote'
    return next(filter(None, map(_folder_trouble, plain.split("/"))), None) if template else None


def device_trouble(name: str) -> str | None:
    """What is wrong with the name of this box: it becomes the name of a folder."""
    if not name.strip():
        return "must not be empty"
    if name == safe_name(name):
        return None
    return (
        f"must be a plain name of at most {_LONGEST_NAME} characters, without {' '.join(_FORBIDDEN)} "
        "and without spaces or dots at its ends"
    )


def host_trouble(name: str) -> str | None:
    """What is wrong with the name that a machine has in a network, without what comes behind the first dot."""
    if _HOST.fullmatch(name):
        return None
    return "must be at most 63 letters without accents, digits and -, with no - at its ends"


def safe_name(name: str) -> str:
    """The name as every storage takes it: what is forbidden becomes `-`, and something is always left."""
    plain = "".join("-" if sign in _FORBIDDEN or not sign.isprintable() else sign for sign in name)
    return plain[:_LONGEST_NAME].strip(" .") or "box"


def fill_layout(template: str, values: dict[str, str]) -> str:
    """The folders of a template, with `values` for all `FIELDS`. Nothing but these words is looked at."""
    return _FIELD.sub(lambda field: values[field[1]], template)


def _folder_trouble(folder: str) -> str | None:
    if not folder:
        return "must not hold an empty folder name: one / between two folders, none at the end"
    if not folder.strip(" ."):
        return f'must not hold a folder "{folder}"'
    if folder != folder.strip(" ").rstrip("."):
        return "must not hold folders with spaces at their ends or a dot at the last"
    if wrong := [sign for sign in folder if sign in _FORBIDDEN]:
        return f"must not hold {wrong[0]}, which many storages refuse in names"
    return None


def _unknown(field: str) -> str:
    shown = f"{{{field[:_LONGEST_NAME]}}}"
    if meant := difflib.get_close_matches(field[:_LONGEST_NAME].lower(), FIELDS, n=1, cutoff=0.6):
        return f'knows no field {shown}; did you mean "{{{meant[0]}}}"?'
    return f"knows no field {shown}; there are {', '.join(f'{{{name}}}' for name in FIELDS)}"


def _example(text: str) -> str:
    return f"{text}:moments" if _REMOTE.fullmatch(text) and len(text) <= _LONGEST_NAME else "garage:moments"
