"""The gallery and each memory's page, with real films behind a stand-in of the recorder."""

import contextlib
import os
import subprocess
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask, g
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from setup_portal import figures
from setup_portal.attachments import disposition, file_name
from setup_portal.ranges import UnsatisfiableError, asked_part, is_current, is_known
from werkzeug.http import parse_options_header

from appliance.control.messages import (
    CancelUpload,
    Deleted,
    Departed,
    DepartedMemory,
    Gap,
    Memories,
    Memory,
    MemoryUpload,
    Upload,
    UploadProgress,
)
from appliance.control.standin import StandInService, StandInSupervisor
from tests.portal.conftest import Portal
from tests.portal.films import keep, make_film
from tests.portal.test_looks import troubles_of
from tests.portal.test_nonsense import ONCE
from tests.portal.test_process import PATIENCE_S, running
from tests.portal.visitor import Page, Visitor

UPLOADING = MemoryUpload("uploading", "It is being sent.", None, "garage:moments/x.mp4",
                         progress=UploadProgress(30_000_000, 120_000_000, 1e6, 90.0))  # fmt: skip
UNHURRIED = settings(deadline=None)
PROVEN = MemoryUpload("proven", None, "sha256", "garage:moments/x.mp4")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "memories"
    (folder / ".thumbnails").mkdir(parents=True)
    return folder


@pytest.fixture
def owner(portal: Portal) -> Visitor:
    return portal.owner()


@pytest.fixture
def memory(service: StandInService, folder: Path) -> Memory:
    return keep(service, folder)


def older_than(page: Page) -> str:
    """Where its link to the older ones leads."""
    return page.html.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0]


def at(memory: Memory, more: str = "") -> str:
    return f"/memories/{quote(memory.name)}{more}"


# The gallery


def test_the_gallery_shows_the_newest_first_page_by_page(owner: Visitor, service: StandInService, folder: Path) -> None:
    for number in range(1, 31):
        keep(service, folder, number, title="" if number % 2 else f"Fox {number} <b>")
    page = owner.get("/memories")
    assert (
        page.words.index("Fox 30 <b>") < page.words.index("1 October 2026, 12:00:29") < page.words.index("Fox 28 <b>")
    )
    assert "Fox 6 <b>" not in page.words
    assert service.asked[-2:] == [Memories(limit=24), Deleted(limit=24)]
    assert 'src="/memories/2026-10-01T12-00-30-MEMORY.mp4/picture"' in page.html
    page = owner.get(older_than(page))
    assert "Fox 6 <b>" in page.words
    assert "Older ones" not in page.words
    assert owner.get("/memories", Accept_Language="ru").title == "Записи"


def test_an_empty_gallery_says_what_to_do(owner: Visitor) -> None:
    assert "Press the button of the box" in owner.get("/memories").words


def test_ten_thousand_memories_cost_a_page_no_more_than_a_page(
    owner: Visitor, service: StandInService, folder: Path
) -> None:
    service.kept.extend(replace(keep(service, folder), name=f"m{number}-MEMORY.mp4") for number in range(10_000))
    page = owner.get("/memories?before=m5000-MEMORY.mp4")
    assert page.html.count("<li>") == 24
    assert len(page.response.data) < 40_000
    assert {request.limit for request in service.asked if isinstance(request, Memories)} == {24}


def test_why_a_memory_is_not_uploaded_yet_and_how_far_it_is(
    owner: Visitor, service: StandInService, folder: Path
) -> None:
    states = service.upload.states
    states[keep(service, folder, 1).name] = UPLOADING
    states[keep(service, folder, 2).name] = MemoryUpload("parked", "The storage is full: make room there.", None, None)
    page = owner.get("/memories")
    assert "Being copied to your storage 30 MB of 120 MB, 1 min 30 s to go It is being sent." in page.words
    assert '<progress max="120000000" value="30000000"' in page.html
    assert "Not copied: this needs you The storage is full: make room there." in page.words


def test_what_has_left_the_box_is_told_in_pages(owner: Visitor, service: StandInService) -> None:
    service.upload.departed = [
        DepartedMemory(f"d{n}", f"gone-{n}-MEMORY.mp4", "2026-09-01T10:00:00+02:00", 5_000_000, "ab" * 32,
                       f"garage:moments/gone-{n}-MEMORY.mp4", "sha256", "2026-09-02T10:00:00+02:00")
        for n in range(30)
    ]  # fmt: skip
    page = owner.get("/memories/departed")
    assert "garage:moments/gone-0-MEMORY.mp4" in page.words
    assert "1 September 2026" in page.words
    page = owner.get(older_than(page))
    assert "gone-24-MEMORY.mp4" in page.words
    assert service.asked[-1] == Departed(limit=24, before="gone-23-MEMORY.mp4")
    assert "Older ones" not in page.words
    shared = owner.send(page, "departed", name="gone-25-MEMORY.mp4")
    assert "https://storage.example/s/gone-25-MEMORY.mp4" in shared.html
    assert "gone-24-MEMORY.mp4" in shared.words
    assert owner.send(page, "departed", name="other").code == 409
    assert owner.get(f"/memories/departed?before={'9' * 5000}").code == 200
    assert "There are no older ones." in owner.get("/memories/departed?before=gone-29-MEMORY.mp4").words


# One memory


def test_a_memory_tells_the_truth_about_itself(owner: Visitor, service: StandInService, folder: Path) -> None:
    gaps = [Gap(30.0, 12.5, "the camera was away"), Gap(61.0, None, "the box was started anew")]
    memory = keep(service, folder, gaps=gaps, time_quality="provisional", part=1, parts=2, cause="stretch")
    service.upload.states[memory.name] = replace(PROVEN, proof="size", remark="It got another name.")
    words = owner.get(at(memory)).words
    for told in (
        "Asked for 3 min 0 s, chosen from the last hours",
        "Got 3 min 5 s, part 1 of 2",
        "at 30 s, 12 s missing: the camera was away",
        "at 1 min 1 s, nobody knows how long: the box was started anew",
        "the box did not know the time for sure",
        "its size is right; the storage offers no more",
        memory.sha256,
        "It got another name.",
    ):
        assert told in words


def test_title_and_note_are_kept_as_they_are_written(owner: Visitor, service: StandInService, memory: Memory) -> None:
    title, note = 'A "fox" & <i>two</i> cubs', "first line\r\n\r\nsecond </textarea><script>alert(1)</script>"
    page = owner.send(owner.get(at(memory)), "describe", title=title, note=note)
    assert (page.title, "<script>alert" in page.html) == (title, False)
    assert (service.kept[0].title, service.kept[0].note) == (title, note.replace("\r\n", "\n"))
    for too_long in ({"title": "x" * 201}, {"note": "x" * 4001}):
        page = owner.send(owner.get(at(memory)), "describe", **too_long)
        assert (page.code, "too long" in page.words) == (422, True)
    assert service.kept[0].title == title


def test_deleting_can_be_undone(owner: Visitor, service: StandInService, memory: Memory) -> None:
    page = owner.send(owner.get(at(memory)), "delete")
    assert (page.title, service.kept) == ("Memories", [])
    assert "For 9 min 0 s it can be taken back." in page.words
    assert owner.get(at(memory)).code == 404
    page = owner.get("/memories/deleted")
    assert "1 October 2026, 12:00:01 · 123 MB" in page.words
    owner.send(page, "take-back")
    assert [kept.name for kept in service.kept] == [memory.name]
    again = owner.send(page, "take-back")
    assert (again.code, "cannot be taken back any more" in again.words) == (409, True)


def test_what_is_deleted_is_told_in_pages(owner: Visitor, service: StandInService, folder: Path) -> None:
    for number in range(1, 31):
        keep(service, folder, number, title=f"Fox {number}")
    service.trash, service.kept = service.kept, []
    page = owner.get("/memories")
    assert "Deleted, can be taken back 30" in page.words
    page = owner.get("/memories/deleted")
    assert service.asked[-1] == Deleted(limit=24)
    assert ("Fox 7 " in page.words, "Fox 6 " in page.words) == (True, False)
    page = owner.get(older_than(page))
    assert ("Fox 7 " in page.words, "Fox 6 " in page.words, "Older ones" in page.words) == (False, True, False)
    assert "To the newest" in page.words


def test_what_is_on_its_way_is_stopped_first(owner: Visitor, service: StandInService, memory: Memory) -> None:
    service.upload.states[memory.name] = UPLOADING
    page = owner.get(at(memory))
    assert "stop that before you delete it" in page.words
    assert f'data-renewed="{at(memory, "/upload")}"' in page.html
    page = owner.send(page, "upload", do="cancel")
    assert service.asked[-2] == CancelUpload([memory.name])
    assert "On the box only" in page.words
    service.upload.is_frozen = True
    page = owner.send(page, "upload", do="now")
    assert Upload([memory.name]) in service.asked
    assert "Waits to be copied" in owner.get(at(memory, "/upload")).words


def test_what_is_refused_is_told_on_the_memorys_page(owner: Visitor, service: StandInService, memory: Memory) -> None:
    service.refusals = {"delete": "It is just growing longer.", "upload": "No storage is set up."}
    for action, sentence in (("delete", "It is just growing longer."), ("upload", "No storage is set up.")):
        page = owner.send(owner.get(at(memory)), action)
        assert (page.code, page.title, sentence in page.words) == (409, "1 October 2026, 12:00:01", True)


def test_a_link_is_made_where_the_storage_gives_one(owner: Visitor, service: StandInService, memory: Memory) -> None:
    assert "Make a link" not in owner.get(at(memory)).words
    service.upload.states[memory.name] = PROVEN
    page = owner.send(owner.get(at(memory)), "share")
    assert f"https://storage.example/s/{memory.name}" in page.html
    service.refusals["share"] = "This kind of storage gives no links."
    page = owner.send(owner.get(at(memory)), "share")
    assert (page.code, "gives no links" in page.words) == (409, True)


@pytest.mark.parametrize(
    "name", ["nothing.mp4", "..", ".catalogue.db", "x" * 300, "ä" * 200, "a\x00b", "a\nb", "a%2fb"]
)
def test_no_name_but_the_recorders_opens_a_file(owner: Visitor, memory: Memory, name: str) -> None:
    for more in ("", "/film", "/picture", "/upload"):
        answer = owner.ask("GET", f"/memories/{quote(name)}{more}")
        assert (answer.code, "MEMORY" in answer.html) == (404, False)


# The film


def test_the_film_is_sent_whole_in_parts_and_to_be_kept(owner: Visitor, memory: Memory) -> None:
    film = make_film(Path(memory.path))
    whole = owner.ask("GET", at(memory, "/film"))
    assert (whole.code, whole.response.data, whole.response.content_type) == (200, film, "video/mp4")
    assert whole.response.headers["Accept-Ranges"] == "bytes"
    tag = whole.response.headers["ETag"]
    part = owner.ask("GET", at(memory, "/film"), Range="bytes=100-199", If_Range=tag)
    assert (part.code, part.response.data) == (206, film[100:200])
    assert part.response.headers["Content-Range"] == f"bytes 100-199/{len(film)}"
    assert owner.ask("GET", at(memory, "/film"), Range="bytes=-7").response.data == film[-7:]
    assert owner.ask("GET", at(memory, "/film"), Range="bytes=100-199", If_Range='"other"').response.data == film
    behind = owner.ask("GET", at(memory, "/film"), Range=f"bytes={len(film)}-")
    assert (behind.code, behind.response.headers["Content-Range"]) == (416, f"bytes */{len(film)}")
    head = owner.ask("HEAD", at(memory, "/film"))
    assert (head.code, head.response.headers["Content-Length"], head.response.data) == (200, str(len(film)), b"")
    assert owner.ask("HEAD", at(memory, "/film"), Range="bytes=0-9").code == 200
    assert owner.ask("GET", at(memory, "/film"), If_None_Match=tag).code == 304
    Path(memory.path).write_bytes(film + b"more")
    assert owner.ask("GET", at(memory, "/film"), If_None_Match=tag).code == 200


def test_a_film_is_saved_under_its_title(owner: Visitor, service: StandInService, folder: Path) -> None:
    memory = keep(service, folder, title='Лиса/"fox"\r\nSet-Cookie: x=y')
    Path(memory.path).write_bytes(b"film")
    field = owner.ask("GET", at(memory, "/film?download=yes")).response.headers["Content-Disposition"]
    assert parse_options_header(field)[1]["filename"] == f"Лиса fox Set-Cookie x=y {memory.name}"


def test_pictures_and_what_lies_in_their_place(owner: Visitor, memory: Memory, folder: Path, tmp_path: Path) -> None:
    place = folder / ".thumbnails" / memory.name.replace(".mp4", ".jpg")
    assert owner.ask("GET", at(memory, "/picture")).code == 404
    place.write_bytes(b"\xff\xd8picture")
    answer = owner.ask("GET", at(memory, "/picture"))
    assert (answer.code, answer.response.content_type, answer.response.data) == (200, "image/jpeg", b"\xff\xd8picture")
    (tmp_path / "secret").write_bytes(b"secret")
    place.unlink()
    place.symlink_to(tmp_path / "secret")
    assert owner.ask("GET", at(memory, "/picture")).code == 404
    place.unlink()
    os.mkfifo(place)
    assert owner.ask("GET", at(memory, "/picture")).code == 404
    place.unlink()
    place.mkdir()
    assert owner.ask("GET", at(memory, "/picture")).code == 404


def test_a_path_that_is_not_the_names_is_not_followed(owner: Visitor, service: StandInService, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    memory = keep(service, tmp_path, path=str(tmp_path / "secret"))
    assert owner.ask("GET", at(memory, "/film")).code == 404


def test_a_film_leaves_no_file_open(owner: Visitor, memory: Memory) -> None:
    Path(memory.path).write_bytes(b"x" * 200_000)
    for fields in ({"Range": "bytes=0-9"}, {"Range": "bytes=999999-"}, {"If_None_Match": "*"}, {}):
        owner.ask("GET", at(memory, "/film"), **fields)
        owner.ask("HEAD", at(memory, "/film"), **fields)
    assert Path(memory.path) not in opened()


def opened() -> set[Path]:
    """The files that this process has open; other threads close some of theirs meanwhile."""
    found = set[Path]()
    for file in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):
            found.add(file.readlink())
    return found


def test_ffmpeg_seeks_in_a_film_over_the_real_server(
    tmp_path: Path, control: Path, supervisor: StandInSupervisor, service: StandInService, folder: Path
) -> None:
    """And slow readers, more of them than the server has threads, do not keep others waiting."""
    memory = keep(service, folder)
    film = make_film(Path(memory.path))
    with running(tmp_path / "pages", control) as pages:
        url = f"http://127.0.0.1:{pages.port}{at(memory, '/film')}"
        seen = subprocess.run(
            ["ffmpeg", "-v", "error", "-ss", "0.5", "-i", url, "-f", "framecrc", "-"],
            capture_output=True, text=True, check=True, timeout=PATIENCE_S,
        )  # fmt: skip
        assert len([line for line in seen.stdout.splitlines() if not line.startswith("#")]) == 5
        head = b"GET %s HTTP/1.0\r\nHost: 127.0.0.1\r\nRange: bytes=%d-\r\n\r\n"
        answer = pages.raw(head % (at(memory, "/film").encode(), 100))
        assert answer.split()[1] == b"206"
        assert answer.endswith(film[100:])
        os.truncate(memory.path, 64_000_000)
        slow = [pages.begin(head % (at(memory, "/film").encode(), 0)) for _ in range(10)]
        assert pages.ask("/memories")[0] == 200
        for connection in slow:
            connection.close()


@ONCE
@given(
    range_field=st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=40)
    | st.from_regex(r"bytes=[0-9]{0,4}-[0-9]{0,4}", fullmatch=True),
    if_range=st.sampled_from(["", '"x"', "W/", "Wed, 21 Oct 2026 07:28:00 GMT"]),
)
def test_no_field_of_a_player_is_too_strange(owner: Visitor, memory: Memory, range_field: str, if_range: str) -> None:
    Path(memory.path).write_bytes(b"x" * 1000)
    fields = {"Range": range_field} | ({"If_Range": if_range} if if_range else {})
    answer = owner.ask("GET", at(memory, "/film"), **fields)
    sent = len(answer.response.data)
    assert answer.code in ({200} if if_range else {200, 206, 416})
    assert sent == (0 if answer.code == 416 else int(answer.response.headers["Content-Length"]))


@pytest.mark.parametrize("language", ["en", "fr", "ru"])
def test_every_page_can_be_read_by_everybody(
    owner: Visitor, service: StandInService, folder: Path, language: str
) -> None:
    memory = keep(service, folder, gaps=[Gap(1.0, None, "x"), Gap(2.0, 3.0, "y")], parts=2, note="a note")
    owner.send(owner.get(at(keep(service, folder, 2))), "delete")
    owner.headers["Accept-Language"] = language
    for upload in (UPLOADING, PROVEN):
        service.upload.states[memory.name] = upload
        for path in ("/memories", "/memories/deleted", "/memories/departed", at(memory)):
            assert troubles_of(owner, path) == [], path


# What is pure


@UNHURRIED
@given(field=st.none() | st.text(max_size=40) | st.from_regex(r"bytes=[0-9]{0,5}-[0-9]{0,5}", fullmatch=True),
       size_bytes=st.integers(0, 100_000))  # fmt: skip
def test_no_range_is_too_strange(field: str | None, size_bytes: int) -> None:
    try:
        part = asked_part(field, size_bytes)
    except UnsatisfiableError:
        return
    assert part is None or (0 <= part.start < part.stop <= size_bytes)


@UNHURRIED
@given(size_bytes=st.integers(1, 1000), first=st.integers(0, 1200), count=st.integers(1, 1200))
def test_a_range_is_what_was_asked_for_as_far_as_there_is(size_bytes: int, first: int, count: int) -> None:
    if first < size_bytes:
        content = range(size_bytes)
        assert asked_part(f"bytes={first}-{first + count - 1}", size_bytes) == content[first : first + count]
        assert asked_part(f"Bytes = {first}-", size_bytes) in {None, content[first:]}
        assert asked_part(f"bytes=-{count}", size_bytes) == content[-count:]
    else:
        with pytest.raises(UnsatisfiableError):
            asked_part(f"bytes={first}-", size_bytes)


@pytest.mark.parametrize("field", ["bytes=5-3", "bytes=-", "bytes=0-1,5-6", "lines=0-3", "bytes=a-b", "bytes=٣-٤", ""])
def test_what_is_no_single_range_gets_the_whole(field: str) -> None:
    assert asked_part(field, 100) is None
    assert asked_part("bytes=-5", 0) is None
    with pytest.raises(UnsatisfiableError):
        asked_part("bytes=-0", 100)


def test_tags_are_compared() -> None:
    assert (is_current(None, '"a"'), is_current('"a"', '"a"'), is_current('W/"a"', '"a"')) == (True, True, False)
    assert not is_current("Wed, 21 Oct 2026 07:28:00 GMT", '"a"')
    assert (is_known('"b", W/"a"', '"a"'), is_known("*", '"a"'), is_known('"b"', '"a"')) == (True, True, False)
    assert not is_known(None, '"a"')


@UNHURRIED
@given(title=st.text(max_size=300))
def test_every_title_makes_a_file_name(title: str) -> None:
    name = file_name(title, "2026-MEMORY.mp4")
    assert name.endswith("2026-MEMORY.mp4")
    assert name.isprintable()
    assert not set(name) & set('/\\:*?"<>|%')
    assert not name.startswith((" ", "."))
    field = disposition(name)
    assert field.isascii()
    assert field.isprintable()
    assert field.count('"') == 2
    assert parse_options_header(field)[1]["filename"] == name


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", ["1 kB", "999 kB", "124 MB", "8.1 GB", "0 s", "9.5 s", "59 s", "1 min 0 s", "2 h 1 min"]),
        ("fr", ["1 ko", "999 ko", "124 Mo", "8,1 Go", "0 s", "9,5 s", "59 s", "1 min 0 s", "2 h 1 min"]),
    ],
)
def test_sizes_and_lengths_are_told_in_the_visitors_way(language: str, told: list[str]) -> None:
    with Flask("texts").app_context():
        g.language = language
        sizes = [figures.size(count) for count in (1, 999_000, 123_600_000, 8_100_000_000)]
        assert sizes + [figures.length(seconds) for seconds in (0, 9.5, 59.4, 59.6, 7290)] == told
        assert figures.moment("no date") == figures.day("no date") == "no date"
