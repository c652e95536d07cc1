"""What a phone that looks for the internet hears from the box. Pure.

On joining a network every system asks one known address for one known answer. Another answer makes it open a sheet with
the page it was sent to; the known one makes it stay and close the sheet. The table was read in the systems' sources and
documents.
"""

from dataclasses import dataclass, field

from setup_portal.arrival import SETUP_ADDRESS, called_name

PAGE = f"http://{SETUP_ADDRESS}/"
_BODY = f'<!doctype html><title>Moment Recorder</title><a href="{PAGE}">Moment Recorder</a>\n'
_HTML = "text/html; charset=utf-8"
_TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True)
class Reply:
    """An answer without Flask: status line, content type, body, further header fields."""

    status: str
    kind: str = _TEXT
    body: str = ""
    fields: tuple[tuple[str, str], ...] = field(default=())


_APPLE = Reply("200 OK", "text/html", "<HTML><HEAD><TITLE>Success</TITLE></HEAD><BODY>Success</BODY></HTML>\n")
_ANDROID = Reply("204 No Content")
_NETWORK_MANAGER = Reply("200 OK", _TEXT, "NetworkManager is online\n", (("X-NetworkManager-Status", "online"),))
_FIREFOX_PAGE = '<meta http-equiv="refresh" content="0;url=https://support.mozilla.org/kb/captive-portal"/>'

_BY_PATH = {
    "/generate_204": _ANDROID,
    "/gen_204": _ANDROID,
    "/mobile/status.php": _ANDROID,
    "/hotspot-detect.html": _APPLE,
    "/library/test/success.html": _APPLE,
    "/connecttest.txt": Reply("200 OK", "text/plain", "Microsoft Connect Test"),
    "/ncsi.txt": Reply("200 OK", "text/plain", "Microsoft NCSI"),
    "/canonical.html": Reply("200 OK", "text/html", _FIREFOX_PAGE),
    "/success.txt": Reply("200 OK", "text/plain", "success\n"),
    "/check_network_status.txt": _NETWORK_MANAGER,
    "/static/hotspot.txt": Reply("200 OK", _TEXT, "OK\n"),
    "/nm-check.txt": _NETWORK_MANAGER,
    "/kindle-wifi/wifistub.html": Reply(
        "200 OK",
        "text/html",
        "<html><head><title>Kindle Reachability Probe Page</title></head><body>"
        "81ce4465-7167-4dcb-835b-dcc9e44c112a</body></html>\n",
    ),
}
"""The answer that each probe waits for. Sources: AOSP NetworkMonitor, Apple's CaptiveNetworkSupport, NCSI's and
Firefox's documents, NetworkManager's and Fire OS' defaults; the paths are enough, hosts change."""
_APPLE_HOSTS = frozenset(
    {
        "captive.apple.com",
        "www.apple.com",
        "www.appleiphonecell.com",
        "www.airport.us",
        "www.ibook.info",
        "www.itools.info",
        "www.thinkdifferent.us",
    }
)
_UBUNTU = "connectivity-check.ubuntu.com"

SEND_HERE = Reply("302 Found", _HTML, _BODY, (("Location", PAGE), ("Cache-Control", "no-store")))
"""One rule for every system: never an empty answer, which Android takes for a network that does not work."""
ELSEWHERE = Reply(
    "421 Misdirected Request",
    _TEXT,
    "This is a Moment Recorder. Open it by its own name or address.\n",
    (("Cache-Control", "no-store"),),
)


def answer(host: str, path: str, *, is_released: bool) -> Reply:
    """What a request for a name that is not ours hears on the set-up network.

    `is_released`: the phone's owner wants to stay: then a probe hears that all is well.
    """
    if not is_released:
        return SEND_HERE
    name = called_name(host) or ""
    if path in _BY_PATH:
        return _BY_PATH[path]
    if name in _APPLE_HOSTS:
        return _APPLE
    return _NETWORK_MANAGER if name == _UBUNTU else SEND_HERE
