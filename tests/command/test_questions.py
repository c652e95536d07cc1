"""The questions of a set-up: what is shown, and what a typed line means."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.command import questions
from appliance.command.questions import NotUnderstoodError, matching, most_used, numbered, prompt, shown, understood
from appliance.control.messages import Backend, Choice, Question

VENDORS = [Choice("nextcloud", "Nextcloud"), Choice("other", "Others"), Choice("", "Nobody")]
YES_NO = [Choice("true", "Yes"), Choice("false", "No")]
BACKENDS = [
    Backend("pcloud", "Pcloud", signs_in=True),
    Backend("webdav", "WebDAV", signs_in=False, rank=2),
    Backend("drive", "Google Drive", signs_in=True, rank=1),
    Backend("google photos", "Google Photos", signs_in=True),
]


def question(**changes: Any) -> Question:
    plain: dict[str, Any] = {
        "session": "s1", "key": "vendor", "text": "Who made it?", "kind": "text", "choices": [], "must_choose": False,
        "is_required": False, "default": "",
    }  # fmt: skip
    return Question(**plain | changes)


def test_a_question_is_shown_with_its_trouble_and_numbered_choices() -> None:
    asked = question(text="Who made it?\n\n Or who runs it?\n", choices=VENDORS, trouble="That was nobody.")

    assert list(shown(asked)) == [
        "That was nobody.",
        "Who made it?",
        "Or who runs it?",
        "  1) nextcloud: Nextcloud",
        "  2) other: Others",
        "  3) (nothing): Nobody",
    ]


@pytest.mark.parametrize(
    ("asked", "stands"),
    [
        (question(), "vendor [none]: "),
        (question(is_required=True), "vendor: "),
        (question(default="other", is_required=True), "vendor [other]: "),
        (question(kind="secret", default="hunter2"), "vendor [none]: "),
        (question(kind="secret", is_required=True), "vendor: "),
        (question(kind="yes-no", default="true"), "vendor [Y/n]: "),
        (question(kind="yes-no", default="false"), "vendor [y/N]: "),
        (question(kind="yes-no"), "vendor [y/n]: "),
        (question(key="\x1b[31m"), " [31m [none]: "),
    ],
)
def test_the_prompt_tells_what_an_empty_line_means(asked: Question, stands: str) -> None:
    assert prompt(asked) == stands


@pytest.mark.parametrize(
    ("asked", "typed", "value"),
    [
        (question(), "  anything ", "anything"),
        (question(), "", ""),
        (question(default="other"), "", "other"),
        (question(is_required=True, default="other"), " ", "other"),
        (question(choices=VENDORS, must_choose=True), "2", "other"),
        (question(choices=VENDORS, must_choose=True), "nextcloud", "nextcloud"),
        (question(choices=VENDORS, must_choose=True, default="other"), "3", ""),
        (question(choices=VENDORS, must_choose=True, default="odd"), "", "odd"),
        (question(choices=VENDORS), "443", "443"),
        (question(choices=VENDORS), "0", "0"),
        (question(choices=VENDORS), "-1", "-1"),
        (question(kind="number", choices=[Choice("443", "")]), "1", "443"),
        (question(kind="secret", choices=VENDORS), "1", "1"),
        (question(kind="secret"), " pass word ", " pass word "),
        (question(kind="yes-no", choices=YES_NO, must_choose=True), "y", "true"),
        (question(kind="yes-no", choices=YES_NO, must_choose=True), "No", "false"),
        (question(kind="yes-no", choices=YES_NO, must_choose=True), "2", "false"),
        (question(kind="yes-no", default="true"), "", "true"),
    ],
)
def test_what_a_typed_line_means(asked: Question, typed: str, value: str) -> None:
    assert understood(asked, typed) == value


@pytest.mark.parametrize(
    ("asked", "typed", "said"),
    [
        (question(is_required=True), " ", "This has to be answered."),
        (question(is_required=True, kind="secret"), "", "This has to be answered."),
        (question(choices=VENDORS, must_choose=True), "4", "Type a number from 1 to 3, or one of the values."),
        (question(choices=VENDORS, must_choose=True), "Nextcloud", "Type a number from 1 to 3, or one of the values."),
        (question(kind="yes-no"), "maybe", "Type y for yes or n for no."),
    ],
)
def test_a_typed_line_that_is_no_answer_is_told(asked: Question, typed: str, said: str) -> None:
    with pytest.raises(NotUnderstoodError) as trouble:
        understood(asked, typed)

    assert str(trouble.value) == said


@given(st.text(), st.booleans(), st.booleans(), st.sampled_from(["text", "secret", "yes-no", "number"]))
def test_only_what_may_be_answered_is_understood(typed: str, must_choose: bool, is_required: bool, kind: str) -> None:
    asked = question(choices=VENDORS, must_choose=must_choose, is_required=is_required, kind=kind)
    try:
        value = understood(asked, typed)
    except NotUnderstoodError:
        return
    if is_required and typed.strip() != "3":
        assert value
    if kind == "yes-no":
        assert value in {"true", "false", ""}
    elif kind != "secret" and must_choose:
        assert value in {"nextcloud", "other", ""}


def test_the_most_used_come_first_and_tell_who_signs_in() -> None:
    assert list(numbered(most_used(BACKENDS))) == [
        "  1) drive: Google Drive (sign in at its web page)",
        "  2) webdav: WebDAV",
    ]


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("drive", ["drive"]),
        ("DAV", ["webdav"]),
        ("google", ["drive", "google photos"]),
        ("webdva", ["webdav"]),
        ("", ["pcloud", "webdav", "drive", "google photos"]),
        ("zzz", []),
    ],
)
def test_kinds_are_found_by_a_word(word: str, found: list[str]) -> None:
    assert [backend.kind for backend in matching(BACKENDS, word)] == found


@given(st.text())
def test_any_word_may_be_searched(word: str) -> None:
    assert set(questions.matching(BACKENDS, word)) <= set(BACKENDS)
