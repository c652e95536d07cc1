"""Stars in the place of secrets, and the secrets back in the place of stars. Pure."""

import re

STARS = "********"

_STARS = re.compile(r"\*{3,}")
_USER = re.compile(r"^((?:[a-z0-9+.-]+://)?+)(.+)@", re.DOTALL | re.IGNORECASE)
_IN_PATH = re.compile(r"((?:pass|pwd|token|secret|auth|key)[a-z_]*=)([^&/?;#]*)", re.IGNORECASE)
"""Some cameras want `?user=…&password=…` in the path."""

_AUTHORITY = re.compile(r"^(?:([a-z0-9+.-]+)://)?([^/?#]*)", re.IGNORECASE)
"""Where ffmpeg looks for user and host (as RFC 3986, 3.2): a mark of the path ends it, whatever follows."""

_BEFORE_HOST = ""
_Spot = tuple[str, int, int]
"""What the secret is called, where it begins and ends."""


def are_stars(text: str) -> bool:
    """Whether a secret was taken out here."""
    return _STARS.fullmatch(text) is not None


def secrets_of(url: str) -> list[str]:
    """The secrets in a URL, as they stand there."""
    return [url[start:end] for _, start, end in _spots(url) if not are_stars(url[start:end])]


def hide(url: str) -> str:
    """The URL with stars for its passwords; the user's name stays if a password follows it."""
    for _, start, end in reversed(_spots(url)):
        url = url[:start] + STARS + url[end:]
    return url


def reveal(url: str, known: str) -> str | None:
    """The URL with each secret of `known` in the place of its stars; None if one of them is not known.

    A secret is known for one user at one host and port only: nobody has it sent elsewhere by changing the address.
    """
    if any(are_stars(url[start:end]) for _, start, end in _spots(url)) and _door(url) != _door(known):
        return None
    secrets = {name: known[start:end] for name, start, end in _spots(known)}
    for name, start, end in reversed(_spots(url)):
        if are_stars(url[start:end]):
            secret = secrets.get(name, STARS)
            if are_stars(secret):
                return None
            url = url[:start] + secret + url[end:]
    return url


def _door(url: str) -> tuple[str, str, str]:
    """Scheme, user and host with port: whom a secret is shown to."""
    found = _AUTHORITY.match(url)
    assert found is not None, "it matches an empty text"
    user, at, host = found[2].rpartition("@")
    name, colon, _ = user.partition(":")
    return (found[1] or "").lower(), f"{name}{at}" if colon else at, host.lower()


def _spots(url: str) -> list[_Spot]:
    spots: list[_Spot] = []
    after = 0
    if user := _USER.match(url):
        colon = url.find(":", user.start(2), user.end(2))
        spots.append((_BEFORE_HOST, colon + 1 if colon >= 0 else user.start(2), user.end(2)))
        after = user.end()
    spots += [(found[1].lower(), found.start(2), found.end(2)) for found in _IN_PATH.finditer(url, after)]
    return [spot for spot in spots if spot[1] < spot[2]]
