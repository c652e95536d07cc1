"""Stars for secrets, and secrets for stars."""

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.settings.hiding import STARS, are_stars, hide, reveal, secrets_of

words = st.text(string.ascii_letters + string.digits, min_size=1, max_size=12)
passwords = st.text(string.ascii_letters + string.digits + "%:@*!", min_size=1).filter(lambda text: not are_stars(text))
urls = st.builds(
    lambda user, password, host, query: f"rtsp://{user}:{password}@{host}/live{query}",
    words,
    passwords,
    words,
    st.sampled_from(["", "?x=1"]) | st.builds(lambda secret: f"?user=me&password={secret}&x=1", words),
)


@pytest.mark.parametrize(
    ("url", "hidden"),
    [
        ("rtsp://me:hunter2@cam/live", "rtsp://me:********@cam/live"),
        ("rtsp://me:a:b@c@cam/live", "rtsp://me:********@cam/live"),
        ("rtsp://token@cam/live", "rtsp://********@cam/live"),
        ("rtsp://cam/?user=me&password=x&z=1", "rtsp://cam/?user=me&password=********&z=1"),
        ("rtsp://cam/user=me_pwd=x/", "rtsp://cam/user=me_pwd=********/"),
        ("rtsp://me:@cam/live", "rtsp://me:@cam/live"),
        ("udp://0.0.0.0:8554", "udp://0.0.0.0:8554"),
        ("", ""),
    ],
)
def test_what_is_hidden(url: str, hidden: str) -> None:
    assert hide(url) == hidden
    assert hide(hidden) == hidden


@settings(deadline=None)
@given(urls)
def test_hidden_secrets_come_back(url: str) -> None:
    hidden = hide(url)

    assert all(secret in url for secret in secrets_of(url))
    assert secrets_of(hidden) == []
    assert reveal(hidden, url) == url
    assert reveal(url, "") == url, "without stars nothing is put in"


@settings(deadline=None)
@given(urls)
def test_stars_are_not_revealed_by_what_is_not_known(url: str) -> None:
    assert reveal(hide(url), "rtsp://cam/live") is None
    assert reveal(hide(url), hide(url)) is None


@pytest.mark.parametrize(
    "url", ["rtsp://me:****@cam:554/other", "RTSP://me:****@CAM:554/?a=b", "rtsp://me:hunter2@cam:554/?password=***"]
)
def test_the_known_password_goes_to_other_paths_of_its_host(url: str) -> None:
    told = reveal(url, "rtsp://me:hunter2@cam:554/live?password=secret")
    assert told == url.replace("****", "hunter2").replace("***", "secret")


@pytest.mark.parametrize(
    "url",
    [
        "rtsp://me:****@new:554/live",
        "rtsp://me:****@cam/live",
        "rtsp://me:****@cam:555/live",
        "http://me:****@cam:554/live",
        "rtsp://you:****@cam:554/live",
        "rtsp://****@cam:554/live",
        "rtsp://new/?password=***",
        "rtsp://new/@cam:554/?password=***",
        "rtsp://me:x@new/@cam:554/?password=***",
        "rtsp://me:x@new#@cam:554/?password=***",
        "me:****@cam:554/live",
        "//me:****@cam:554/live",
    ],
)
def test_the_known_password_goes_to_nobody_else(url: str) -> None:
    assert reveal(url, "rtsp://me:hunter2@cam:554/live?password=secret") is None


def test_stars_are_three_or_more() -> None:
    assert are_stars(STARS)
    assert are_stars("***")
    assert not are_stars("**")
    assert not are_stars("*** *")
