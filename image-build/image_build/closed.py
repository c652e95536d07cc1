"""Whether the box's root is closed to strangers: accounts, rights of files, servers that let somebody in."""

import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

ALLOWED_SETUID = frozenset({"usr/lib/dbus-1.0/dbus-daemon-launch-helper"})
"""The bus starts services with it; only the bus's own user may run it."""

_LETTING_IN = ("usr/sbin/sshd", "usr/sbin/dropbear", "usr/sbin/telnetd", "usr/sbin/in.telnetd", "usr/sbin/tinysshd")


def account_troubles(shadow: str) -> list[str]:
    """Accounts of /etc/shadow that a password, or none at all, lets in. Format: shadow(5)."""
    troubles = []
    for line in filter(None, shadow.splitlines()):
        name, password = line.split(":")[:2]
        if not password.startswith(("*", "!")):
            troubles.append(f"The account {name} can be logged into with {'a' if password else 'no'} password.")
    return troubles


def rights_troubles(entries: Iterable[tuple[str, int]]) -> list[str]:
    """Files that anybody may change, and programs that make somebody else of whoever runs them.

    `entries`: each file's path below the root, and its mode as lstat tells it.
    """
    troubles = []
    for path, mode in entries:
        if stat.S_ISLNK(mode) or stat.S_ISCHR(mode):
            continue
        if mode & stat.S_IWOTH and not (stat.S_ISDIR(mode) and mode & stat.S_ISVTX):
            troubles.append(f"Anybody may write to /{path}.")
        if stat.S_ISREG(mode) and mode & (stat.S_ISUID | stat.S_ISGID) and path not in ALLOWED_SETUID:
            troubles.append(f"/{path} runs with rights of somebody else.")
    return troubles


def server_troubles(paths: Iterable[str]) -> list[str]:
    """Servers that let somebody log in. `paths` below the root."""
    return [f"/{path} lets people in." for path in sorted(set(paths) & set(_LETTING_IN))]


def entries_of(root: Path) -> Iterator[tuple[str, int]]:
    """Every file below `root`, with its mode."""
    for path in sorted(root.rglob("*")):
        yield path.relative_to(root).as_posix(), path.lstat().st_mode
