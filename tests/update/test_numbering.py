"""Which version is the newer one."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.update.numbering import is_newer, is_version, order

ORDERED = ["0.9", "1.0.dev3", "1.0a1", "1.0a2", "1.0b1", "1.0rc1", "1.0rc10", "1.0", "1.0.1", "1.2", "1.10", "2.0rc1"]


def test_the_order_is_the_one_that_python_packages_have() -> None:
    assert sorted(sorted(ORDERED), key=order) == ORDERED
    assert all(is_newer(after, before) for before, after in itertools.pairwise(ORDERED))


def test_zeros_at_the_end_change_nothing() -> None:
    assert order("1.2") == order("1.2.0.0")
    assert not is_newer("1.2.0", "1.2")


@pytest.mark.parametrize(
    "text", ["", "1", "1.", "v1.2", "1.2/..", "..", "1.2\n", "1.2 ", "1.2.3.4.5", "1.2+x", "9" * 9]
)
def test_what_is_no_number_is_refused(text: str) -> None:
    assert not is_version(text)
    with pytest.raises(ValueError, match="no version"):
        order(text)


@given(st.text(max_size=20))
def test_a_version_is_a_plain_name_of_a_folder(text: str) -> None:
    if is_version(text):
        assert "/" not in text
        assert not text.startswith(".")
