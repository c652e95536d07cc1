"""What lay on a worn-out card may be any bytes: each room says its own word of it, and nothing else is raised."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from setup_portal.keys import Kept
from setup_portal.store import Store

from appliance.boot.boots import Boots
from appliance.boot.report import BootReport, read_report
from appliance.decoding import UnreadableError, decoded, decoded_or_none
from appliance.memories.catalogue import FILE, Catalogue
from appliance.memories.claims import Claims
from appliance.memories.descriptions import NOTHING, Descriptions
from appliance.memories.truth import read_truth
from appliance.network.attempts import ATTEMPT, PROVEN, Attempts
from appliance.network.hotspot import Hotspot
from appliance.recording.folder import DESCRIPTION
from appliance.recording.rebuild import _read_epoch
from appliance.service.box import _read as read_clock_answer
from appliance.update.manifest import parse_manifest
from appliance.update.outcome import read_outcome
from appliance.update.refusal import RefusedBundleError
from appliance.update.shelf import read_json
from appliance.upload.ledger import Ledger
from tests.stands.upload_entries import entry

DEEP = b"[" * 5000
DAMAGED = st.one_of(
    st.binary(max_size=60),
    st.builds(lambda name, byte: b'{"%b": "%b"}' % (name, byte), st.binary(max_size=8), st.binary(max_size=8)),
)


def any_bytes(test: Callable[..., None]) -> Callable[..., None]:
    """Some that JSON may begin with, some that are no text, and some that never end."""
    for content in (b"\xff", b'{"a": "\xff"}', b'{"name": "\xed\xa0\x80"}', b'{"a": ' + DEEP, DEEP):
        test = example(content=content)(test)
    return given(content=DAMAGED)(test)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with TemporaryDirectory() as made:
        yield Path(made)


@any_bytes
def test_whatever_the_bytes_only_one_error_is_raised(content: bytes) -> None:
    for kind in (object, BootReport, list[int]):
        try:
            value = decoded(content, kind)
        except UnreadableError:
            value = None
        assert decoded_or_none(content, kind) == value


def test_what_is_well_is_understood() -> None:
    assert decoded('{"mode": "safe"}', BootReport) == decoded(b'{"mode": "safe"}', BootReport) == BootReport("safe")


@any_bytes
def test_every_room_has_a_word_for_a_damaged_file(folder: Path, content: bytes) -> None:
    file = folder / "file.json"
    file.write_bytes(content)
    assert isinstance(read_report(str(file)), BootReport)
    assert isinstance(Boots(file).read(), list)
    assert read_outcome(file) is None
    assert isinstance(read_json(file, Kept), Kept | None)
    assert read_clock_answer(file) is None
    hotspot = Hotspot(file)
    assert hotspot.read() is None
    assert hotspot.trouble


@any_bytes
def test_every_folder_goes_on_without_a_damaged_file(folder: Path, content: bytes) -> None:
    for name in (ATTEMPT, PROVEN, DESCRIPTION, "keys.json"):
        (folder / name).write_bytes(content)
    assert Attempts(folder).read() == (None, None)
    assert Attempts(folder).password() == ""
    assert _read_epoch(folder, 7, []).number == 7
    assert isinstance(Store(folder).read("keys", Kept), Kept)


@any_bytes
def test_a_damaged_claim_or_description_is_none(folder: Path, content: bytes) -> None:
    claims, descriptions = Claims(folder), Descriptions(folder)
    claims.prepare()
    (claims.root / "c-1").mkdir()
    (claims.root / "c-1" / "claim.json").write_bytes(content)
    assert claims.read_all() == []
    descriptions.open()
    (folder / ".descriptions" / "abc.json").write_bytes(content)
    descriptions.open()
    assert descriptions.read("abc") == NOTHING or b"{" in content


@any_bytes
def test_a_damaged_manifest_is_refused(content: bytes) -> None:
    with pytest.raises(RefusedBundleError):
        parse_manifest(content)


@given(st.text())
def test_any_comment_of_a_film_is_looked_at(comment: str) -> None:
    assert read_truth(comment) is None


def test_a_row_that_is_no_text_keeps_no_other_back(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path)
    catalogue.replace([], [entry("a"), entry("b")])
    ledger = Ledger(tmp_path)
    ledger.open()
    database = sqlite3.connect(tmp_path / FILE)
    database.execute("update memories set entry = cast(x'7bff7d' as text) where name = ?", (entry("a").name,))
    database.execute("insert into uploads values (cast(x'ff' as text), 0, 0, cast(x'7bff7d' as text))")
    database.commit()
    database.close()
    assert catalogue.entries() == catalogue.page(None, 5) == [entry("b")]
    assert catalogue.entry(entry("a").name) is None
    assert len(ledger.read("cloud").told) == 1
    ledger.close()
    catalogue.close()
