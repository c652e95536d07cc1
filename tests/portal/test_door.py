"""Who gets in, and who does not: every page without a session, with a stranger's name, without the form's mark."""

import re
import stat

import pytest
from setup_portal.guard import HEADERS
from setup_portal.keys import MOST_SESSIONS, Keys
from setup_portal.routes import NEEDS, ROUTES, Route
from setup_portal.store import Store

from appliance.boot.making_up import TOLD
from tests.portal.conftest import PASSWORD, Portal
from tests.portal.visitor import HOME, Visitor

POSTS = [route for route in ROUTES if "POST" in route.methods]
REQUESTS = [(method, route) for route in ROUTES for method in route.methods]


def some_path(route: Route) -> str:
    """The rule with something in its gaps."""
    return (
        route.rule.replace("<step>", "wifi")
        .replace("<int:number>", "1")
        .replace("<name>", "x")
        .replace("<group>", "camera")
    )


def test_no_page_of_the_owner_without_a_session(portal: Portal) -> None:
    portal.owner()
    for stranger in (portal.neighbour(), portal.phone("192.0.2.99")):
        mark = stranger.get("/enter").form().fields["mark"]
        for method, route in REQUESTS:
            answer = stranger.ask(method, some_path(route), {"mark": mark} if method == "POST" else None)
            if route.need == "owner":
                assert (answer.code, answer.place.partition("?")[0]) == (303, "/enter"), route
            assert "stand-in" not in answer.html, route


def test_whoever_is_locked_out_learns_where_the_password_stands(portal: Portal) -> None:
    page = portal.neighbour().get("/")

    assert (page.code, page.title) == (403, "Not set up yet")
    assert TOLD in page.words


@pytest.mark.parametrize("host", ["evil.example", "moment.local.evil.example", "192.168.7.21", "", "moment.local:x"])
def test_no_page_by_a_strangers_name(portal: Portal, host: str) -> None:
    owner, neighbour = portal.owner(), portal.neighbour(host=host)
    owner.host = host
    for method, route in REQUESTS:
        answer = owner.ask(method, some_path(route))
        assert (answer.code, answer.place) == (302, "http://192.0.2.1/"), route
        assert neighbour.ask(method, some_path(route)).code == 421, route


def test_no_form_without_its_mark(portal: Portal) -> None:
    owner = portal.owner()
    others = portal.phone("192.0.2.99").get("/enter").form().fields["mark"]
    for route in POSTS:
        for data in ({}, {"mark": ""}, {"mark": others}, {"mark": "ä\0"}):
            answer = owner.ask("POST", some_path(route), data)
            assert (answer.code, "too old to be sent" in answer.words) == (403, True), route


@pytest.mark.parametrize(
    "field", [{"Origin": "http://evil.example"}, {"Origin": "http://192.0.2.1:81"}, {"Sec_Fetch_Site": "cross-site"}]
)
def test_no_form_of_another_page(portal: Portal, field: dict[str, str]) -> None:
    owner = portal.owner()
    mark = owner.get("/password").form().fields["mark"]
    for route in POSTS:
        answer = owner.ask("POST", some_path(route), {"mark": mark}, **field)
        assert (answer.code, "came from another page" in answer.words) == (403, True), route


@pytest.mark.parametrize("origin", ["null", "http://192.0.2.1", "http://192.0.2.1:80"])
def test_a_form_of_ours_may_say_where_it_is_from(portal: Portal, origin: str) -> None:
    """A phone's sheet says `null`."""
    phone = portal.phone()
    mark = phone.get("/stay").form().fields["mark"]
    assert phone.ask("POST", "/stay", {"mark": mark}, Origin=origin).code == 200


def test_every_page_is_in_the_table(portal: Portal) -> None:
    app = portal.gate._pages
    rules = {rule.rule: rule for rule in app.url_map.iter_rules()}  # type: ignore[attr-defined]
    assert set(rules) == {route.rule for route in ROUTES} | {"/static/<path:filename>"}
    assert set(NEEDS) == {rule.endpoint for rule in rules.values()}
    for route in ROUTES:
        assert (rules[route.rule].methods or set()) - {"HEAD"} == set(route.methods)


def test_a_file_of_ours_may_be_kept_as_long_as_its_address_is_the_same(portal: Portal) -> None:
    phone = portal.phone()
    sheet = re.findall(r'href="(/static/pages.css[^"]+)"', phone.get("/set-up/welcome").html)[0]
    kept = phone.ask("GET", sheet)
    assert (kept.code, "immutable" in kept.response.headers["Cache-Control"]) == (200, True)
    for path in ("pages.css", "no.css?v=1", "../app.py", "%2e%2e/app.py", "/etc/passwd"):
        other = phone.ask("GET", f"/static/{path}")
        assert "immutable" not in other.response.headers["Cache-Control"], path
        assert "import" not in other.html


def test_every_answer_carries_the_headers(portal: Portal) -> None:
    owner = portal.owner()
    for route in ROUTES:
        answer = owner.ask("GET", some_path(route))
        assert {name: answer.response.headers[name] for name in HEADERS} == HEADERS, route
        assert answer.response.headers["Cache-Control"] == "no-store", route
        assert "Access-Control-Allow-Origin" not in answer.response.headers, route
        assert " style=" not in answer.html, route


# The first run


def test_whoever_knows_the_set_up_networks_passphrase_comes_in_until_there_is_a_password(portal: Portal) -> None:
    assert portal.phone().get("/password").code == 200
    page = portal.neighbour().get("/")
    assert (page.code, page.title) == (403, "Not set up yet")
    assert portal.neighbour().get("/enter").title == "Not set up yet"
    portal.owner()
    assert portal.phone("192.0.2.99").get("/password").title == "Sign in"


def test_the_other_networks_neighbour_is_not_on_the_set_up_network(portal: Portal) -> None:
    """A machine at home may send to any address."""
    guest = Visitor(portal.gate, "192.0.2.1", peer="192.168.7.99", host="192.0.2.1")
    assert guest.get("/").code == 403


def test_this_machines_users_are_trusted_only_where_the_pages_are_told_so(portal: Portal) -> None:
    here = Visitor(portal.gate, "127.0.0.1", peer="127.0.0.1", host="127.0.0.1:8080")
    assert here.get("/").code == 403
    portal.gate._pages.config["TRUSTS_LOOPBACK"] = True  # type: ignore[attr-defined]
    assert here.get("/").code == 200


# The password


def test_the_password_opens_and_leaving_closes(portal: Portal) -> None:
    portal.owner()
    neighbour = portal.neighbour()
    page = neighbour.get("/password")
    assert page.title == "Sign in"
    assert neighbour.send(page, password=PASSWORD).title == "Password"
    cookie = neighbour.client.get_cookie("moment", domain="moment.local")
    assert cookie is not None
    assert (cookie.http_only, cookie.same_site) == (True, "Strict")
    page = neighbour.get("/")
    thief = portal.neighbour()
    thief.client.set_cookie("moment", cookie.value, domain="moment.local")
    assert thief.get("/password").title == "Password"
    assert neighbour.send(page, "/leave").title == "Sign in"
    assert thief.get("/password").title == "Sign in"


def test_a_session_outlives_a_restart_but_not_another_password(portal: Portal) -> None:
    owner = portal.owner()
    portal.restart()
    again = portal.phone()
    again.client = type(owner.client)(portal.gate)
    cookie = owner.client.get_cookie("moment", domain="192.0.2.1")
    assert cookie is not None
    again.client.set_cookie("moment", cookie.value, domain="192.0.2.1")
    page = again.get("/password")
    assert page.title == "Password"
    other = portal.neighbour()
    other.send(other.get("/enter"), password=PASSWORD)
    again.send(page, current=PASSWORD, password="another good one", again="another good one")
    assert again.get("/").code == 200
    assert other.get("/").title == "Sign in"


@pytest.mark.parametrize(
    ("typed", "again", "sentence"),
    [
        ("short", "short", "too short"),
        ("x1" * 100, "x1" * 100, "too long"),
        ("Password1", "Password1", "first that anybody would try"),
        ("aaaaaaaaaa", "aaaaaaaaaa", "first that anybody would try"),
        ("four plain words", "four plain word", "differ"),
    ],
)
def test_a_password_that_will_not_do(portal: Portal, typed: str, again: str, sentence: str) -> None:
    phone = portal.phone()
    answer = phone.send(phone.get("/password"), password=typed, again=again)
    assert (answer.code, sentence in answer.words) == (422, True)
    assert f'"{typed}"' not in answer.html
    assert portal.phone("192.0.2.99").get("/password").title == "Password"


def test_wrong_passwords_have_to_wait(portal: Portal) -> None:
    portal.owner()
    guesser = portal.neighbour()
    page = guesser.get("/enter")
    answers = [guesser.send(page, password=f"guess {number}") for number in range(5)]
    assert [answer.code for answer in answers] == [422, 422, 422, 429, 429]
    assert "try again in 1 second." in answers[3].words
    assert guesser.send(page, password=PASSWORD).code == 429
    other = portal.neighbour("192.168.7.98")
    assert other.send(other.get("/enter"), password=PASSWORD).code == 200


@pytest.mark.parametrize(
    "then",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "/x\r\nSet-Cookie: a=b", "javascript:alert(1)"],
)
def test_signing_in_leads_to_no_other_site(portal: Portal, then: str) -> None:
    portal.owner()
    neighbour = portal.neighbour()
    form = neighbour.get("/enter").form()
    answer = neighbour.ask("POST", "/enter", {**form.fields, "password": PASSWORD, "then": then})
    assert (answer.code, answer.place) == (303, "/")


def test_what_is_kept_is_for_the_pages_alone(portal: Portal) -> None:
    portal.owner()
    for path in portal.folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
        assert PASSWORD.encode() not in path.read_bytes()
    assert stat.S_IMODE(portal.folder.stat().st_mode) == 0o700


def test_a_damaged_file_locks_the_home_network_out(portal: Portal) -> None:
    portal.owner()
    (portal.folder / "keys.json").write_bytes(b"\xff{")
    portal.restart()
    assert portal.neighbour().get("/").code == 403
    assert (portal.folder / "keys.damaged").exists()


def test_who_knows_the_password_comes_in_though_the_card_takes_nothing(portal: Portal) -> None:
    portal.owner()
    portal.restart()
    (portal.folder / ".keys.json.new").mkdir()  # where each write begins
    neighbour = portal.neighbour()
    assert neighbour.send(neighbour.get("/enter"), password=PASSWORD).code == 200
    assert neighbour.get("/password").title == "Password"
    answer = neighbour.send(neighbour.get("/password"), current=PASSWORD, password="another one", again="another one")
    assert (answer.code, "could not write this down" in answer.words) == (500, True)
    assert neighbour.send(neighbour.get("/"), "leave").title == "Sign in"
    assert neighbour.get("/password").title == "Sign in"


def test_a_session_that_the_card_did_not_take_is_kept_with_the_next(portal: Portal) -> None:
    keys = Keys(Store(portal.folder))
    blocked = portal.folder / ".keys.json.new"
    blocked.mkdir()
    first = keys.begin()
    blocked.rmdir()
    second = keys.begin()
    assert [Keys(Store(portal.folder)).knows(secret) for secret in (first, second)] == [True, True]


def test_sessions_are_counted_and_a_clock_set_back_ends_none(portal: Portal) -> None:
    clock = [2_000_000_000.0]
    keys = Keys(Store(portal.folder), now=lambda: clock[0])
    secrets = [keys.begin() for _ in range(MOST_SESSIONS)]
    clock[0] = 1_700_000_000.0
    newest = keys.begin()
    assert [keys.knows(secret) for secret in (secrets[0], secrets[1], newest)] == [False, True, True]
    clock[0] += 31 * 86_400
    assert not keys.knows(newest)


def test_a_home_address_with_the_boxs_own_name_is_served(portal: Portal) -> None:
    portal.owner()
    for host in (
        "moment.local",
        "MOMENT.local.",
        "moment-2.local:80",
        "moment",
        "moment.fritz.box",
        HOME,
        f"{HOME}:80",
    ):
        assert portal.neighbour(host=host).get("/enter").code == 200
    portal.box_name = "garage"
    portal.restart()
    assert portal.neighbour(host="garage.local").get("/enter").code == 200
