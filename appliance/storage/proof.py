"""Which hash proves that a copy is the same. Pure."""

from collections.abc import Iterable

_BEST_FIRST = ("sha256", "sha512", "blake3", "sha1", "md5", "quickxor", "dropbox", "whirlpool", "xxh3", "xxh128")
"""By their strength against chance and malice; rclone calculates every one of them here, too."""
_NO_PROOF = {"none", "crc32"}


def best_hash(offered: Iterable[str]) -> str | None:
    """The best of the hashes that a storage offers, in rclone's names; None if there is none."""
    hashes = [name for name in offered if name not in _NO_PROOF]
    known = [name for name in _BEST_FIRST if name in hashes]
    return next(iter(known + hashes), None)
