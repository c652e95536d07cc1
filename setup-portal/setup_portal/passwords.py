"""The owner's password: what it may be, and how it is kept. Pure but for the salt."""

import base64
import hashlib
import hmac
import secrets
import unicodedata
from functools import cache
from pathlib import Path

LEAST_CHARACTERS = 8
MOST_CHARACTERS = 128
COST = 2**14
"""With 8 blocks and one lane: 16 MiB and some tenths of a second on the board (RFC 7914)."""
_BLOCK, _LANES = 8, 1
_COMMON_FILE = Path(__file__).with_name("common-passwords.txt")


def is_too_short(password: str) -> bool:
    """Whether it has fewer characters than it needs."""
    return len(_plain(password)) < LEAST_CHARACTERS


def is_too_easy(password: str, box_name: str) -> bool:
    """Whether it is among the first that anybody would try."""
    word = _plain(password).casefold()
    return word in _common() or word == box_name.casefold() or len(set(word)) < 3  # noqa: PLR2004 - aaaaaaaa, abababab


def hashed(password: str, cost: int = COST) -> str:
    """`scrypt:cost:block:lanes:salt:key`, salt and key in base64."""
    salt = secrets.token_bytes(16)
    key = _key(password, salt, cost, _BLOCK, _LANES)
    return ":".join(["scrypt", str(cost), str(_BLOCK), str(_LANES), _text(salt), _text(key)])


def is_right(password: str, kept: str) -> bool:
    """Whether it is the one that was hashed; takes the same time either way."""
    try:
        _, cost, block, lanes, salt, key = kept.split(":")
        tried = _key(password, base64.b64decode(salt), int(cost), int(block), int(lanes))
        return hmac.compare_digest(tried, base64.b64decode(key))
    except ValueError:
        return False


@cache
def _common() -> frozenset[str]:
    return frozenset(_COMMON_FILE.read_text("utf-8").split())


def _plain(password: str) -> str:
    """One way of writing letters that can be written in two (a phone's and a computer's keyboards differ)."""
    return unicodedata.normalize("NFKC", password)


def _key(password: str, salt: bytes, cost: int, block: int, lanes: int) -> bytes:
    return hashlib.scrypt(
        _plain(password).encode("utf-8", "surrogatepass"),
        salt=salt,
        n=cost,
        r=block,
        p=lanes,
        maxmem=64 * 1024 * 1024,
        dklen=32,
    )


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()
