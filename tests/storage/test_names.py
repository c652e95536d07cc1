"""Names, paths and values from outside."""

import subprocess

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from appliance.storage.model import StorageRefusedError
from appliance.storage.names import (
    beneath,
    has_control,
    is_shell_safe,
    is_shell_word,
    require_name,
    require_shell_safe,
    split_where,
    why_not_keepable,
)


@pytest.mark.parametrize("name", ["a", "my cloud", "a-b_c.d+e@f", "\u00fcber", "9", "a  b", "."])
def test_names_that_rclone_takes(name: str) -> None:
    assert require_name(name) == name


@pytest.mark.parametrize(
    "name", ["", " a", "a ", "-a", "a:b", "a/b", "a\nb", "a\n", "[a]", "`a`", "$(a)", "a" * 65, "a\\b"]
)
def test_names_that_rclone_does_not_take(name: str) -> None:
    with pytest.raises(StorageRefusedError, match="cannot be the name of a storage"):
        require_name(name)


def test_a_connection_string_is_no_remote() -> None:
    """`:local:/etc` and `name,option=value:` would reach past the configuration."""
    for where in (":local:/etc", "cloud,url=http://x:a", "/etc", "./x"):
        with pytest.raises(StorageRefusedError):
            split_where(where)
    assert split_where("cloud") == ("cloud", "")
    assert split_where("cloud:a/b: c") == ("cloud", "a/b: c")
    with pytest.raises(StorageRefusedError, match="control characters"):
        split_where("cloud:a\nb")


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=20))
@example("$HOME")
@example("a`id`")
@example('a"b')
@example("a\\")
@example("It's all = fine, (really) & #1~")
def test_what_is_let_through_means_nothing_to_a_shell(text: str) -> None:
    if is_shell_safe(text):
        assert (
            subprocess.run(f'printf %s "{text}"', shell=True, capture_output=True, check=True).stdout == text.encode()
        )
    if is_shell_word(text):
        assert subprocess.run(f"printf %s {text}", shell=True, capture_output=True, check=True).stdout == text.encode()


@pytest.mark.parametrize("path", ["a`b", "a$b", 'a"b', "a\\b", "a\nb", "a!b", "", "a;b", "a|b", "a*b"])
def test_what_is_not_let_through(path: str) -> None:
    assert not is_shell_safe(path)
    assert not is_shell_word(path)
    with pytest.raises(StorageRefusedError):
        require_shell_safe(path)


@settings(deadline=None)
@given(st.text(max_size=10))
def test_a_value_that_can_be_kept_has_one_line(value: str) -> None:
    if why_not_keepable(value) is None:
        assert value.splitlines() in ([], [value])
        assert value == value.strip()
        assert not has_control(value)


def test_a_file_in_a_folder() -> None:
    assert beneath("cloud:", "f") == "cloud:f"
    assert beneath("cloud:a", "f") == "cloud:a/f"
    assert beneath("cloud:a/", "f") == "cloud:a/f"
