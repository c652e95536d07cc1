"""Nonsense sent to every page gets a sentence: never a traceback, never a hang, never what was typed as a secret."""

from ipaddress import IPv6Address

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from setup_portal.arrival import Arrival, called_name, is_ours, plain_address, sender
from setup_portal.captive import answer
from setup_portal.routes import ROUTES, Route
from setup_portal.throttle import FREE_TRIES, LONGEST_OF_ALL_S, LONGEST_S, Throttle
from setup_portal.wizard.clock import FIRST_S, LAST_S, donated
from setup_portal.wizard.kinds import is_no_folder, name_for

from tests.portal.conftest import Portal

UNHURRIED = settings(deadline=None)
ONCE = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
FIELDS = [
    *("name", "password", "again", "current", "then", "ssid", "wpa2", "do", "id", "country", "camera", "url", "kind"),
    *("q", "number", "value", "folder", "behaviour", "from", "until", "networks", "metered", "step", "now", "when"),
    *("zone", "mark", "at", "since", "day", "to", "title", "minutes", "holder", "is_down"),
    *("note", "default", "parts", "memories", "surely", "word", "camera.url", "was.camera.url"),
    *("upload.metered", "was.upload.metered", "upload.networks", "was.upload.networks"),
]
WORDS = st.text(max_size=40) | st.sampled_from(
    ["keep", "join", "next", "listen", "address", "scheduled", "on-networks", "webdav", "drive", "porch", "DE", "wifi",
     "rtsp://[", "rtsp://a:b@c", "1795000000", "nan", "inf", "Europe/Berlin", "486f6d65", "../..", "\0", "x" * 9000,
     "erase", "settings", "networks", "reset", "forget", "test", "remove", "garage", "n1", "upload.device"]
)  # fmt: skip
PATHS = st.text(st.characters(exclude_characters="/?#", exclude_categories=["Cs"]), min_size=1, max_size=30)


def filled(route: Route, part: str) -> str:
    for gap in ("<mark>", "<name>", "<group>"):
        rule = route.rule.replace(gap, "{part}")
        if rule != route.rule:
            return rule.format(part=part)
    return route.rule


@ONCE
@given(
    asked=st.tuples(st.sampled_from(["GET", "POST", "HEAD", "PUT", "DELETE", "BREW"]), st.sampled_from(ROUTES)),
    part=PATHS,
    form=st.dictionaries(st.sampled_from(FIELDS), WORDS, max_size=6),
)
def test_every_page_survives_nonsense(
    portal: Portal, asked: tuple[str, Route], part: str, form: dict[str, str]
) -> None:
    (method, route), phone = asked, portal.phone()
    mark = portal.gate._pages.extensions["keys"].mark("address 192.0.2.77")  # type: ignore[attr-defined]
    page = phone.ask(method, filled(route, part), {"mark": mark, **form})
    assert page.code < 500, (route, method, form)
    assert "Traceback" not in page.html
    (portal.folder / "keys.json").unlink(missing_ok=True)
    portal.restart()


@ONCE
@given(path=st.text(max_size=60), cookie=st.text(st.characters(codec="latin-1", exclude_categories=["Cc"])))
def test_no_address_and_no_cookie_is_too_strange(portal: Portal, path: str, cookie: str) -> None:
    page = portal.phone().ask("GET", "/" + path, Cookie=f"moment={cookie}; {cookie}")
    assert page.code < 500
    assert not page.place.startswith(("http", "//"))


@UNHURRIED
@given(host=st.text(max_size=60), local=st.text(max_size=20), peer=st.text(max_size=20), name=st.text(max_size=20))
def test_whatever_is_called_a_host_is_judged(host: str, local: str, peer: str, name: str) -> None:
    came = Arrival(plain_address(local), plain_address(peer))
    assert is_ours(host, came, name) in {True, False}
    assert called_name(host) is None or called_name(host) == called_name(host).lower()  # type: ignore[union-attr]
    assert answer(host, "/", is_released=False).status.startswith("302")


@UNHURRIED
@given(domain=st.from_regex(r"[a-z]{1,10}(\.[a-z]{1,10}){1,2}", fullmatch=True))
def test_no_name_that_can_be_bought_is_ours(domain: str) -> None:
    came = Arrival("192.168.7.20", "192.168.7.99")
    is_private = domain.endswith((".local", ".lan", ".home", ".home.arpa", ".internal", ".localdomain", ".fritz.box"))
    assert is_ours(domain, came, "moment") is (is_private and domain.startswith("moment."))
    assert not is_ours(f"moment.{domain}.com", came, "moment")


@UNHURRIED
@given(steps=st.lists(st.tuples(st.sampled_from(["a", "b", "c"]), st.floats(0, 100)), max_size=60))
def test_a_wrong_password_never_keeps_the_owner_out_for_long(steps: list[tuple[str, float]]) -> None:
    throttle, now_s = Throttle(), 0.0
    wrong: dict[str, int] = {}
    for address, later_s in steps:
        now_s += later_s
        assert 0 <= throttle.wait_s(address, now_s) <= LONGEST_S
        throttle.wrong(address, now_s)
        wrong[address] = wrong.get(address, 0) + 1
        assert throttle.wait_s("the owner", now_s) <= LONGEST_OF_ALL_S
        assert wrong[address] < FREE_TRIES or throttle.wait_s(address, now_s) > 0
    for address in wrong:
        throttle.right(address)
        assert throttle.wait_s(address, now_s) <= LONGEST_OF_ALL_S


@UNHURRIED
@given(hosts=st.lists(st.integers(0, 2**64 - 1), min_size=8, max_size=8), network=st.integers(0, 2**64 - 1))
def test_an_ipv6_neighbour_is_one_however_many_addresses_they_take(hosts: list[int], network: int) -> None:
    addresses = [plain_address(str(IPv6Address((network << 64) + host))) for host in hosts]
    assume(all(":" in address for address in addresses))  # some stand for an IPv4 address
    throttle = Throttle()
    for address in addresses:
        throttle.wrong(address, 0.0)
    assert throttle.wait_s(addresses[0], 0.0) == 32
    assert throttle.wait_s("192.0.2.7", 0.0) == 0
    throttle.right(addresses[0])
    assert throttle.wait_s(addresses[1], 0.0) == 0


def test_an_ipv4_neighbour_is_their_address() -> None:
    assert [sender(one) for one in ("192.0.2.7", "", "fe80::1:2", "::1")] == ["192.0.2.7", "", "fe80::/64", "::/64"]


def test_waits_double_and_old_mistakes_are_forgotten() -> None:
    throttle = Throttle()
    waits = []
    for _ in range(8):
        throttle.wrong("a", 100.0)
        waits.append(throttle.wait_s("a", 100.0))
    assert waits == [0, 0, 1, 2, 4, 8, 16, 32]
    assert throttle.wait_s("a", 2000.0) == 0
    throttle.wrong("a", 2000.0)
    assert throttle.wait_s("a", 2000.0) == 0
    for number in range(1000):
        throttle.wrong(f"{number}", 2000.0)
    assert throttle.wait_s("someone else", 2000.0) == LONGEST_OF_ALL_S


@UNHURRIED
@given(now=st.text(max_size=20), when=st.text(max_size=20), zone=st.text(max_size=30))
def test_no_clock_is_too_strange(now: str, when: str, zone: str) -> None:
    told = donated(now, when, zone)
    assert told is None or FIRST_S <= told[0] <= LAST_S


@UNHURRIED
@given(kind=st.text(max_size=60), taken=st.sets(st.text(max_size=10)))
def test_a_storages_name_is_new_and_allowed(kind: str, taken: set[str]) -> None:
    name = name_for(kind, taken)
    assert name not in taken
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert name_for(kind, {*taken, name}) not in {*taken, name}
    assert is_no_folder(f"{kind}/../x")
