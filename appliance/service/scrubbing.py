"""Stars for every secret in a text that is to leave the box.

Known secrets are starred wherever they stand: of the camera, the storages, the set-up network and a network that waits
to be kept. What root and the pages keep for themselves cannot be known here, so whatever looks like a secret is starred
too: in a URL, behind a word such as "token", in a Wi-Fi code, a password's hash, a session.
"""

import contextlib
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

import msgspec

from appliance.network.attempts import Attempts
from appliance.network.hotspot import HotspotFileError, read_hotspot
from appliance.settings.hiding import STARS, hide, secrets_of
from appliance.settings.model import NetworkSettings, Settings

_SHORTEST_SECRET = 4

PIECE_CHARACTERS = 2048
"""A search is not interrupted: in a whole log it would stop everything else, recording too, for seconds on a board."""
_GOES_ON = (":", "=", '"', "'", "<", "\\")
"""What a line ends in if its secret may follow on the next one."""

_URL = re.compile(r"[a-z][a-z0-9+.-]*://[^\s\"'<>]+", re.IGNORECASE)
_NAMED = re.compile(
    r"""(?P<name>(?:pass(?:word|wd|phrase)?|psk|wep[-_]?key\d?|token|secrets?|credentials?|(?:api|private)[-_]?key|x-mark)
        ["']?\s*[=:]\s*<?)
        (?:(?P<quote>["'])(?:\\.|(?!(?P=quote))[^\\\n])*(?P=quote) | ["']?[^\s"',;]+)""",
    re.IGNORECASE | re.VERBOSE,
)
"""Also as D-Bus writes it: 'psk': <'…'>."""
_FIELD = re.compile(r"((?:authorization|cookie)[\"']?\s*[=:]\s*[\"']?)([^\"'\r\n]+)", re.IGNORECASE)
"""Of HTTP: several words may follow."""
_BEARER = re.compile(r"(\bbearer\s+)[\w.~+/=-]{4,}", re.IGNORECASE)
_WIFI_CODE = re.compile(r"(\bWIFI:(?:[^;\\\n]|\\.|;(?!P:))*;P:)(?:\\.|[^;\\\n])+")
_HASH = re.compile(r"(\bscrypt:)[\w:+/=]+")
_RANDOM = re.compile(r"(?<![\w-])(?=[\w-]*[a-z])(?=[\w-]*[A-Z])(?=[\w-]*\d)[\w-]{40,}(?![\w-])")
"""A session's secret has 43 such signs; identities and sums have none of the three kinds of them."""
_OPTION = re.compile(r"^\s*([\w-]+)\s*=\s*(.+?)\s*$", re.MULTILINE)
_IS_OPEN = re.compile(
    r"type|provider|vendor|url|host|port|user|region|endpoint|remote|env_auth|drive_type|scope", re.IGNORECASE
)
"""Options of a storage that are no secrets (rclone.org/docs): all others are taken for some."""


def known_secrets(settings: Settings, rclone_config: str, passwords: Sequence[str] = ()) -> list[str]:
    """Every text that must not leave the box, longest first. Pure."""
    options = (value for key, value in _OPTION.findall(rclone_config) if not _IS_OPEN.fullmatch(key))
    urls = (secret for _, value in _OPTION.findall(rclone_config) for secret in _in_urls(value))
    plain = {*secrets_of(settings.camera.url), *options, *urls, *_in_json(rclone_config), *passwords}
    secrets = {form for one in plain if len(one) >= _SHORTEST_SECRET for form in _forms(one)}
    return sorted(secrets, key=len, reverse=True)


def wifi_passwords(network: NetworkSettings) -> list[str]:
    """Those that this user can read. Blocks."""
    found = [Attempts(Path(network.directory)).password()]
    with contextlib.suppress(HotspotFileError):
        found.append(read_hotspot(Path(network.hotspot_file)).passphrase)
    return found


def scrubbed(text: str, known: Iterable[str]) -> str:
    """The text with stars for all that is secret, or looks like it. Pure."""
    secrets = list(known)
    return "".join(_starred(piece, secrets) for piece in pieces(text))


def pieces(text: str) -> Iterator[str]:
    """The text in parts of whole lines, cut where no secret goes on. Pure."""
    piece: list[str] = []
    size = 0
    for line in text.splitlines(keepends=True):
        piece.append(line)
        size += len(line)
        if size >= PIECE_CHARACTERS and line.strip() and not line.rstrip().endswith(_GOES_ON):
            yield "".join(piece)
            piece, size = [], 0
    yield "".join(piece)


def _starred(text: str, known: list[str]) -> str:
    for secret in known:
        text = text.replace(secret, STARS)
    text = _URL.sub(lambda url: hide(url[0]), text)
    for looks_like_one in (_FIELD, _BEARER, _WIFI_CODE, _HASH):
        text = looks_like_one.sub(rf"\g<1>{STARS}", text)
    text = _NAMED.sub(lambda found: f"{found['name']}{found['quote'] or ''}{STARS}{found['quote'] or ''}", text)
    return _RANDOM.sub(STARS, text)


def _forms(secret: str) -> set[str]:
    """As it stands in a text, in JSON and in a URL."""
    return {secret, msgspec.json.encode(secret).decode()[1:-1], quote(secret, safe="")}


def _in_urls(text: str) -> list[str]:
    return [secret for url in _URL.findall(text) for secret in secrets_of(url)]


def _in_json(rclone_config: str) -> list[str]:
    """A token of OAuth is a JSON object: its parts may stand elsewhere by themselves."""
    return re.findall(r'"(?:access|refresh|id)_token"\s*:\s*"([^"]+)"', rclone_config)
