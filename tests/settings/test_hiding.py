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


def test_the_known_password_goes_to_a_new_address() -> None:
    assert reveal("rtsp://me:****@new/live", "rtsp://me:hunter2@old/live") == "rtsp://me:hunter2@new/live"


def test_stars_are_three_or_more() -> None:
    assert are_stars(STARS)
    assert are_stars("***")
    assert not are_stars("**")
    assert not are_stars("*** *")
