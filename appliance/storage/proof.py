"""Which hash proves that a copy is the same. Pure."""

from collections.abc import Iterable

HASHES = (
    *("sha256", "sha512", "blake3", "sha1", "md5", "whirlpool", "quickxor", "dropbox", "hidrive", "mailru"),
    *("xxh128", "xxh3", "crc32"),
)
"""The hashes that `rclone hashsum` can compute of a local file (rclone 1.75), best first."""


def usable_hashes(offered: Iterable[str]) -> tuple[str, ...]:
    """Of the hashes that a storage offers, in rclone's names, those that the box can compute too, best first."""
    known = set(offered)
    return tuple(name for name in HASHES if name in known)
