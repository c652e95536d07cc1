"""What may be written by others: names of remotes, paths on them, values of options. Pure."""

import re

from appliance.storage.model import StorageRefusedError

_NAME = re.compile(r"[\w.+@](?:[\w.+@ -]*[\w.+@-])?")
"""fs/fspath of rclone 1.75: `only numbers, letters, _ - . + @ and space, not starting with - or space…`"""
_LONGEST_NAME = 64
_SHELL_SAFE = re.compile(r"[\w .+@:/,()&#~='-]+")
"""Nothing of this means anything to a shell inside double quotes."""
_WORD = re.compile(r"[\w.+@/-]+")
"""Nothing of this means anything to a shell, even without quotes."""
_EXPANDED = re.compile(r"%\([^)]*\)s")
"""rclone's configuration reader puts other values in place of `%(name)s`."""


def require_name(name: str) -> str:
    """A name that rclone takes for a remote.

    Raises:
        StorageRefusedError: if it does not.
    """
    if len(name) > _LONGEST_NAME or not _NAME.fullmatch(name):
        raise StorageRefusedError(
            f"{name[:_LONGEST_NAME]!r} cannot be the name of a storage: use letters, digits, spaces and _ - . + @, "
            f"at most {_LONGEST_NAME}, not beginning with - or a space, and not ending with a space."
        )
    return name


def split_where(where: str) -> tuple[str, str]:
    """The remote's name and the folder on it, of `name` or `name:folder`.

    Raises:
        StorageRefusedError: if the name is none, or the folder holds control characters.
    """
    name, _, folder = where.partition(":")
    if has_control(folder):
        raise StorageRefusedError(f"The folder {folder!r} holds control characters: give it a name without them.")
    return require_name(name), folder


def beneath(where: str, name: str) -> str:
    """The path of a file `name` in the folder `where` (`remote:` or `remote:folder`)."""
    return f"{where}{name}" if where.endswith((":", "/")) else f"{where}/{name}"


def has_control(text: str) -> bool:
    """Whether there is a line break or another control character in it; rclone would write it as it is."""
    return any(ord(character) < ord(" ") or character in "\x7f\x85\u2028\u2029" for character in text)


def why_not_keepable(value: str) -> str | None:
    """Why rclone's configuration file would not give this value back as it is, as one sentence; None if it would.

    Measured with rclone 1.75: a value with a backtick comes back in quotes, spaces at the ends and triple quotes
    are lost, `%(name)s` is replaced. Passwords are obscured first, so that anything but a line break may be in them.
    """
    if has_control(value):
        return "Line breaks and other control characters are not accepted here."
    if value != value.strip():
        return "Spaces at the beginning or the end are not accepted here."
    if "`" in value or value.startswith('"""') or _EXPANDED.search(value):
        return 'Backticks, triple quotes and "%(…)s" cannot be kept in rclone\'s configuration: write it without them.'
    return None


def is_shell_safe(text: str) -> bool:
    """Whether it may stand between double quotes in the shell strings that rclone_python builds."""
    return _SHELL_SAFE.fullmatch(text) is not None


def is_shell_word(text: str) -> bool:
    """Whether it may stand without any quotes there, as the paths of the program and of the configuration do."""
    return _WORD.fullmatch(text) is not None


def require_shell_safe(path: str) -> str:
    """A path that may be asked about.

    Raises:
        StorageRefusedError: if it holds anything but harmless characters.
    """
    if not is_shell_safe(path):
        raise StorageRefusedError(
            f"{path!r} is not asked about because of unusual characters in it: "
            "use letters, digits, spaces and _ - . + @ , ( ) & # ~ = '"
        )
    return path
