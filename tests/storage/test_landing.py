"""The address that is pasted after a sign-in."""

from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.storage.landing import Landing, NoLandingError, read_landing, state_of

STATE = "a-b_C1"
words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


@settings(deadline=None)
@given(
    words, st.sampled_from(["http://localhost:53682/", "http://127.0.0.1:53682/", "localhost:53682/"]), st.booleans()
)
def test_what_a_provider_says_comes_through_as_it_is(code: str, start: str, is_first: bool) -> None:
    said = [("code", code), ("state", STATE), ("hostname", "eapi.pcloud.com")]
    query = urlencode(said if is_first else said[::-1])
    assert read_landing(f" {start}?{query} \n", STATE) == Landing(query, None)


@settings(deadline=None)
@given(words)
def test_a_denial_is_told_in_one_short_line(error: str) -> None:
    landing = read_landing(f"http://localhost:53682/?{urlencode({'state': STATE, 'error': error})}", STATE)
    assert landing.denial is not None
    assert landing.denial.isprintable()
    assert len(landing.denial) <= 100


@settings(deadline=None)
@given(st.text(max_size=60))
def test_anything_else_is_no_such_address(text: str) -> None:
    with pytest.raises(NoLandingError):
        read_landing(text, STATE)


@pytest.mark.parametrize(
    "address",
    [
        f"https://localhost:53682/?state={STATE}&code=x",
        f"http://localhost/?state={STATE}&code=x",
        f"http://example.com:53682/?state={STATE}&code=x",
        f"http://localhost@example.com:53682/?state={STATE}&code=x",
        f"http://localhost:99999/?state={STATE}&code=x",
        f"http://localhost:53682/?state={STATE}&code=x y",
        f"http://localhost:53682/?state={STATE}&code=x\r\nHost: evil",
        f"http://localhost:53682/?state={STATE}",
        "http://localhost:53682/?code=x",
        f"http://localhost:53682/?state=other&state={STATE}&code=x",
        "http://localhost:53682/?state=other&code=x",
        "http://[/?",
    ],
)
def test_addresses_that_only_look_like_it(address: str) -> None:
    with pytest.raises(NoLandingError):
        read_landing(address, STATE)


def test_a_link_tells_its_state() -> None:
    assert state_of(f"https://provider/authorize?x=1&state={STATE}") == STATE
    assert state_of("https://provider/authorize") == ""
