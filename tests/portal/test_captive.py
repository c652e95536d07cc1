"""What every system hears when it looks for the internet on the set-up network, asked as it asks."""

import pytest
from setup_portal.releases import LIFE_S, Releases

from tests.portal.conftest import Portal
from tests.portal.visitor import Visitor

PROBES = {
    "iOS": ("captive.apple.com", "/hotspot-detect.html", "CaptiveNetworkSupport-443.0.0 wispr"),
    "iOS, older": ("www.airport.us", "/library/test/success.html", "CaptiveNetworkSupport/1.0 wispr"),
    "iOS, any path": ("www.thinkdifferent.us", "/Xb2n/8kQ.html", "CaptiveNetworkSupport/1.0 wispr"),
    "macOS": ("captive.apple.com", "/hotspot-detect.html", "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)"),
    "Android": ("connectivitycheck.gstatic.com", "/generate_204", "Mozilla/5.0 (X11; Linux x86_64)"),
    "Android, fallback": ("www.google.com", "/gen_204", "Mozilla/5.0 (X11; Linux x86_64)"),
    "Android, other fallback": ("play.googleapis.com", "/generate_204", "Dalvik/2.1.0"),
    "Android, old": ("clients3.google.com", "/generate_204", "Dalvik/1.6.0"),
    "Samsung": ("d2uzsrnmmf6tds.cloudfront.net", "/generate_204", "Dalvik/2.1.0 (Linux; U; Android 14; SM-S911B)"),
    "ChromeOS": ("www.gstatic.com", "/generate_204", "Mozilla/5.0 (X11; CrOS x86_64)"),
    "Windows": ("www.msftconnecttest.com", "/connecttest.txt", "Microsoft NCSI"),
    "Windows 7": ("www.msftncsi.com", "/ncsi.txt", "Microsoft NCSI"),
    "Firefox": ("detectportal.firefox.com", "/canonical.html", "Mozilla/5.0 Firefox/140.0"),
    "Firefox, once more": ("detectportal.firefox.com", "/success.txt?ipv4", "Mozilla/5.0 Firefox/140.0"),
    "GNOME": ("nmcheck.gnome.org", "/check_network_status.txt", "NetworkManager/1.52.1"),
    "Ubuntu": ("connectivity-check.ubuntu.com", "/", "NetworkManager/1.46"),
    "Fedora": ("fedoraproject.org", "/static/hotspot.txt", "NetworkManager/1.50"),
    "Kindle": ("spectrum.s3.amazonaws.com", "/kindle-wifi/wifistub.html", "Mozilla/5.0 Kindle"),
}
RELEASED = {
    "iOS": (200, "<TITLE>Success</TITLE></HEAD><BODY>Success</BODY>"),
    "macOS": (200, "<TITLE>Success</TITLE>"),
    "Android": (204, ""),
    "Samsung": (204, ""),
    "ChromeOS": (204, ""),
    "Windows": (200, "Microsoft Connect Test"),
    "Windows 7": (200, "Microsoft NCSI"),
    "Firefox": (200, "url=https://support.mozilla.org/kb/captive-portal"),
    "Firefox, once more": (200, "success\n"),
    "GNOME": (200, "NetworkManager is online\n"),
    "Ubuntu": (200, "NetworkManager is online\n"),
    "Fedora": (200, "OK\n"),
    "Kindle": (200, "81ce4465-7167-4dcb-835b-dcc9e44c112a"),
}


def calling(portal: Portal, system: str) -> tuple[Visitor, str, dict[str, str]]:
    host, path, browser = PROBES[system]
    return Visitor(portal.gate, host=host), path, {"User-Agent": browser}


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_every_system_is_sent_here(portal: Portal, method: str) -> None:
    for system in PROBES:
        phone, path, fields = calling(portal, system)
        answer = phone.ask(method, path, **fields)
        assert (answer.code, answer.place) == (302, "http://192.0.2.1/"), system
        length = int(answer.response.headers["Content-Length"])
        assert length > 4, "Android takes an empty answer for a network that does not work"
        assert len(answer.response.data) == (0 if method == "HEAD" else length)
        assert answer.response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("host", "path"),
    [
        ("www.msftconnecttest.com", "/redirect"),
        ("spectrum.s3.amazonaws.com", "/kindle-wifi/wifiredirect.html"),
        ("example.com", "/"),
        ("", "/generate_204"),
        ("a" * 300, "/x"),
        ("evil\x00.example", "/"),
        ("192.0.2.2", "/"),
    ],
)
def test_so_is_every_other_request(portal: Portal, host: str, path: str) -> None:
    for method in ("GET", "HEAD", "POST", "OPTIONS", "PUT", "BREW"):
        assert Visitor(portal.gate, host=host).ask(method, path).place == "http://192.0.2.1/"


def test_a_phone_that_stays_hears_that_all_is_well(portal: Portal) -> None:
    phone = portal.phone()
    page = phone.send(phone.get("/stay"))
    assert "stays on the box's network for an hour" in page.words
    for system in PROBES:
        asking, path, fields = calling(portal, system)
        answer = asking.ask("GET", path, **fields)
        code, body = RELEASED.get(system, (answer.code, ""))
        assert (answer.code, body in answer.html) == (code, True), system
        assert answer.code in {200, 204}, system
    assert Visitor(portal.gate, host="example.com").ask("GET", "/").code == 302
    other = Visitor(portal.gate, peer="192.0.2.78", host="captive.apple.com")
    assert other.ask("GET", "/hotspot-detect.html").code == 302


def test_at_home_nobody_is_sent_anywhere(portal: Portal) -> None:
    for system, (host, path, _) in PROBES.items():
        answer = portal.neighbour(host=host).ask("GET", path)
        assert (answer.code, answer.place) == (421, ""), system
    assert portal.neighbour().get("/stay").title == "Not set up yet"


def test_a_release_ends_after_an_hour_and_few_are_remembered() -> None:
    releases = Releases()
    releases.release("192.0.2.10", 100.0)
    assert releases.has("192.0.2.10", 100.0 + LIFE_S - 1)
    assert not releases.has("192.0.2.10", 100.0 + LIFE_S)
    assert not releases.has("192.0.2.11", 100.0)
    assert (releases.any(101.0), releases.any(100.0 + LIFE_S)) == (True, False)
    for number in range(200):
        releases.release(f"address {number}", 200.0)
    assert (releases.has("address 0", 201.0), releases.has("address 199", 201.0)) == (False, True)
