"""What the real rclone's list of backends becomes."""

import subprocess

import msgspec
import pytest

from appliance.storage.backends import is_asked, is_needed, offered, prepared, reaches_the_box
from appliance.storage.model import Choice
from appliance.storage.providers import Example, Option, Provider
from appliance.storage.questions import question, why_refused, worded
from appliance.storage.rclone import find_rclone
from tests.storage.conftest import Box


@pytest.fixture(scope="module")
def providers() -> list[Provider]:
    told = subprocess.run([find_rclone(), "config", "providers"], capture_output=True, check=True, timeout=60).stdout
    return msgspec.json.decode(told, type=list[Provider])


async def test_the_most_used_stand_first(box: Box) -> None:
    backends = await box.room.backends()
    assert [backend.kind for backend in backends[:6]] == ["drive", "onedrive", "dropbox", "webdav", "s3", "sftp"]
    assert [backend.rank for backend in backends[:7]] == [1, 2, 3, 4, 5, 6, None]
    assert [backend.signs_in for backend in backends[:6]] == [True, True, True, False, False, False]
    assert len(backends) > 40
    titles = [backend.title.casefold() for backend in backends[6:]]
    assert titles == sorted(titles)
    chained = {
        "local",
        "memory",
        "alias",
        "union",
        "combine",
        "chunker",
        "compress",
        "hasher",
        "crypt",
        "cache",
        "archive",
    }
    assert chained.isdisjoint(backend.kind for backend in backends)


def test_every_backend_that_stands_in_front_of_others_is_known(providers: list[Provider]) -> None:
    """A new one of a later rclone must be looked at."""
    chaining = {p.name for p in providers for o in p.options if o.name in {"remote", "upstreams"}}
    assert chaining.isdisjoint(backend.kind for backend in offered(providers))


def test_every_option_that_reaches_into_the_box_is_known(providers: list[Provider]) -> None:
    """By their names; a new one of a later rclone must be looked at."""
    harmless = {
        "adjust_media_files_extensions", "file_password", "speedup_file_patterns", "shared_files",
        "expose_onenote_files", "original_file_size",
    }  # fmt: skip
    offered_kinds = {backend.kind for backend in offered(providers)}
    suspicious = {
        o.name
        for p in providers
        if p.name in offered_kinds
        for o in p.options
        if any(
            part in o.name for part in ("_file", "command", "_path", "env_auth", "ssh", "socket", "agent", "profile")
        )
    }
    unknown = {name for name in suspicious - harmless if not reaches_the_box(name)}
    assert unknown <= {"user_agent", "force_path_style"}


def test_a_person_gets_few_questions(providers: list[Provider]) -> None:
    for provider in providers:
        if provider.name in {backend.kind for backend in offered(providers)}:
            basic = [o for o in provider.options if not o.advanced]
            asked = [o.name for o in basic if is_asked(provider.name, o, {})]
            assert len(asked) <= 17, provider.name
            assert not any(reaches_the_box(name) for name in asked)
            needed = {o.name for o in basic if is_needed(provider.name, o)}
            assert needed <= set(asked), provider.name


def test_the_box_sees_only_its_own_files_on_google_drive(providers: list[Provider]) -> None:
    drive = next(provider for provider in providers if provider.name == "drive")
    assert prepared(drive, {}) == {"scope": "drive.file"}
    assert prepared(drive, {"scope": "drive"}) == {"scope": "drive"}


def test_answers_are_checked_by_their_kind() -> None:
    yes_no = Option(
        "sure", type="bool", exclusive=True, default_str="false", examples=[Example("true"), Example("false")]
    )
    asked = question("s", "x", yes_no)
    assert (asked.kind, asked.choices, asked.must_choose) == ("yes-no", [Choice("true", ""), Choice("false", "")], True)
    assert why_refused(asked, yes_no, "maybe") == "Answer yes or no."
    assert why_refused(asked, yes_no, "YES") is None
    assert [worded(asked, yes_no, value) for value in ("Yes", "n", "true", "")] == ["true", "false", "true", "false"]
    one_of = Option("region", exclusive=True, required=True, examples=[Example("eu", "Europe"), Example("us")])
    asked = question("s", "x", one_of)
    assert why_refused(asked, one_of, "mars") == "Choose one of the answers that are offered."
    assert why_refused(asked, one_of, "eu") is None
    assert why_refused(asked, one_of, "") == "An answer is needed here."
    secret = Option("api_key", sensitive=True)
    assert question("s", "x", secret).kind == "secret"
    assert question("s", "x", Option("access_key_id", sensitive=True)).kind == "text"
