"""The address that the owner lands on after they agreed at the provider's page. Pure."""

import re
from urllib.parse import parse_qs, urlsplit

from msgspec import Struct

HOST = "127.0.0.1"
PORT = 53682
"""Where rclone waits for the code (lib/oauthutil: `bindPort`); providers know it as `localhost`."""
_HOSTS = {HOST, "localhost"}
_QUERY = re.compile(r"[!-~]{1,8000}")

AGAIN = f"Copy the whole address of the page that you land on; it begins with http://localhost:{PORT}/."


class Landing(Struct, frozen=True):
    """What the address says. `query`: for rclone, as it is; `denial`: the provider's word if it did not agree."""

    query: str
    denial: str | None


class NoLandingError(Exception):
    """It is not the address that was meant; the text is one plain sentence."""


def read_landing(pasted: str, state: str) -> Landing:
    """From what was pasted (RFC 6749, sections 4.1.2 and 4.1.2.1). `state`: of the sign-in that is going on.

    A wrong state would make rclone give up, so it never gets to see one.

    Raises:
        NoLandingError: if it is another address, or of another sign-in.
    """
    host, port, query = _parts(pasted.strip())
    if host not in _HOSTS or port != PORT or not _QUERY.fullmatch(query):
        raise NoLandingError(f"This is not the address that was meant. {AGAIN}")
    said = parse_qs(query)
    if "state" not in said or ("code" not in said and "error" not in said):
        raise NoLandingError(f"The address is not complete. {AGAIN}")
    if said["state"] != [state]:
        raise NoLandingError("The address belongs to another sign-in: open the link again, and give its address.")
    if "error" in said:
        return Landing(query, "".join(filter(str.isprintable, said["error"][0]))[:100])
    return Landing(query, None)


def state_of(url: str) -> str:
    """The state that a sign-in link carries; empty if there is none."""
    return parse_qs(urlsplit(url).query).get("state", [""])[0]


def _parts(address: str) -> tuple[str, int, str]:
    """Host, port and query; browsers hide `http://`, so it may be missing."""
    if "//" not in address.partition("?")[0]:
        address = f"http://{address}"
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port or 80
    except ValueError:
        return "", 0, ""
    return host if parts.scheme == "http" else "", port, parts.query
