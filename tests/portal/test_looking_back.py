"""Looking back: an hour of the ring as a page, as a list for players, as files and as a film."""

import http.client
import io
import re
import subprocess
import time
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from setup_portal.lookback.files import Part, opened
from setup_portal.lookback.footage import runs
from setup_portal.lookback.fragments import Fragments
from setup_portal.lookback.times import DAY_S, HOUR_S, MOST_DAYS, days, hour_of, hours, local, midnight, stretch
from setup_portal.lookback.transport import AAC, HEAD_BYTES, HEVC, kinds
from setup_portal.lookback.watching import Film, Watching, command

from appliance.control.messages import Keep, RingSegment
from appliance.control.standin import StandInService
from appliance.control.standin.ring import BEGAN_S, StandInRing
from tests.portal.conftest import Portal
from tests.portal.test_front import set_up
from tests.portal.test_process import PATIENCE_S, running
from tests.portal.visitor import Visitor
from tests.stands.ring_folder import filled

HOUR = {"since": f"{BEGAN_S - 60:.0f}", "until": f"{BEGAN_S + 3000:.0f}"}
STRETCH = f"since={HOUR['since']}&until={HOUR['until']}"


@pytest.fixture(scope="module")
def reel(tmp_path_factory: pytest.TempPathFactory) -> StandInRing:
    """A small ring with files, which are made once."""
    return filled(tmp_path_factory.mktemp("ring"))


@pytest.fixture
def folder(reel: StandInRing) -> Path:
    return Path(reel.directory)


@pytest.fixture(scope="module")
def hevc(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("hevc") / "hevc.ts"
    subprocess.run(
        ["ffmpeg", "-nostdin", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc2=size=64x64:duration=0.2",
         "-c:v", "libx265", "-x265-params", "log-level=none", "-f", "mpegts", str(path)],
        check=True,
    )  # fmt: skip
    return path


@pytest.fixture
def owner(portal: Portal, service: StandInService, folder: Path) -> Visitor:
    set_up(portal.folder)
    service.ring.directory = str(folder)
    return portal.owner()


# The page


def test_the_newest_hour(owner: Visitor, service: StandInService) -> None:
    page = owner.get("/look-back")
    assert page.title == "Look back"
    assert page.html.count("<rect ") == 2
    assert 'aria-label="30 min of footage, 1 gap"' in page.html
    at = f"{local(BEGAN_S + 900, 3600):%H:%M:%S}"
    assert f"{at}: 20 s are missing (the camera was away)." in page.words
    assert 'type="application/vnd.apple.mpegurl"' in page.html
    assert page.html.index(".m3u8") < page.html.index("film.mp4"), "a browser takes the first that it can play"
    french = owner.get("/look-back", Accept_Language="fr").words
    assert "il manque 20 s" in french


def test_another_hour_and_an_instant(owner: Visitor) -> None:
    page = owner.get(f"/look-back?at={BEGAN_S + 1200:.0f}")
    assert f"since={BEGAN_S + 1200:.3f}" in page.html
    hours = re.findall(r'<a href="(/look-back\?from=\d+)"', page.html)
    assert len(hours) >= 1
    for link in hours:
        assert owner.get(link).code == 200
    assert "There is no footage of this time" in owner.get("/look-back?at=1000000000").words


@pytest.mark.parametrize("query", ["at=x", "from=-1", "at=1e9", "from=99999999999", "at=99999999999", "at=nan"])
def test_no_instant_is_too_strange(owner: Visitor, query: str) -> None:
    assert owner.get(f"/look-back?{query}").code == 200


def test_an_empty_ring_and_one_without_a_clock(owner: Visitor, service: StandInService) -> None:
    service.ring.is_dated = False
    assert "does not know the time of day yet" in owner.get("/look-back").words
    service.ring.segments, service.ring.gaps = [], []
    assert "Nothing is recorded yet." in owner.get("/look-back").words


# The list


def test_the_list_is_what_lies_on_the_card(owner: Visitor, service: StandInService) -> None:
    page = owner.get(f"/look-back/playlist.m3u8?{STRETCH}")
    assert page.response.content_type == "application/vnd.apple.mpegurl"
    lines = page.html.splitlines()
    assert lines[:3] == ["#EXTM3U", "#EXT-X-VERSION:6", "#EXT-X-TARGETDURATION:5"]
    assert lines[-1] == "#EXT-X-ENDLIST"
    assert lines.count("#EXTINF:5.000,") == len(service.ring.segments) == 360
    assert lines.count("#EXT-X-DISCONTINUITY") == 1
    place = lines.index("#EXT-X-DISCONTINUITY")
    assert lines[place + 1 : place + 4] == [
        f"#EXT-X-PROGRAM-DATE-TIME:{local(BEGAN_S + 920, 0):%Y-%m-%dT%H:%M:%S}.000Z",
        "#EXTINF:5.000,",
        "/look-back/segment/2-0.ts",
    ]


@pytest.mark.parametrize("query", ["", "since=1", "since=5&until=4", "since=a&until=b", "since=-1&until=1"])
def test_a_list_of_nothing_is_not_there(owner: Visitor, query: str) -> None:
    for path in ("playlist.m3u8", "film.mp4"):
        assert owner.get(f"/look-back/{path}?{query}").code == 404


def test_ffmpeg_plays_the_list(owner: Visitor, service: StandInService, reel: StandInRing, tmp_path: Path) -> None:
    """As a player would: every picture of both epochs comes."""
    ring = service.ring = reel
    written = owner.get(f"/look-back/playlist.m3u8?{STRETCH}").html
    for segment in ring.segments:
        name = f"{segment.epoch}-{segment.number}.ts"
        (tmp_path / name).write_bytes(owner.get(f"/look-back/segment/{name}").response.data)
    (tmp_path / "list.m3u8").write_text(written.replace("/look-back/segment/", ""))
    shown = subprocess.run(
        ["ffprobe", "-loglevel", "error", "-count_packets", "-select_streams", "v:0",
         "-show_entries", "stream=nb_read_packets", "-of", "csv=p=0", str(tmp_path / "list.m3u8")],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "300" in shown.stdout.split()


# Files


def test_a_segment_whole_and_in_parts(owner: Visitor, folder: Path) -> None:
    whole = (folder / "00000001/000002.ts").read_bytes()
    page = owner.get("/look-back/segment/1-2.ts")
    assert (page.code, page.response.content_type, page.response.data) == (200, "video/mp2t", whole)
    assert page.response.headers["Accept-Ranges"] == "bytes"
    size = len(whole)
    for asked, start, stop in (("0-0", 0, 1), ("188-375", 188, 376), ("-188", size - 188, size), ("376-", 376, size)):
        part = owner.get("/look-back/segment/1-2.ts", Range=f"bytes={asked}")
        assert (part.code, part.response.data) == (206, whole[start:stop]), asked
        assert part.response.headers["Content-Range"] == f"bytes {start}-{stop - 1}/{size}"
    for ignored in ("bytes=0-1,4-5", "lines=1-2", "bytes=x"):
        assert owner.get("/look-back/segment/1-2.ts", Range=ignored).response.data == whole, ignored
    beyond = owner.get("/look-back/segment/1-2.ts", Range=f"bytes={size}-")
    assert (beyond.code, beyond.response.headers["Content-Range"]) == (416, f"bytes */{size}")


@pytest.mark.parametrize(
    "name", ["9-0", "1-180", "1", "..%2f..%2fetc%2fpasswd", "1-2-3", "-1-0", "0-0", "1-٣", "99999999999999999999-1"]
)
def test_only_what_the_ring_holds_is_handed_out(owner: Visitor, name: str) -> None:
    assert owner.get(f"/look-back/segment/{name}.ts").code == 404


def test_a_segment_that_has_gone_meanwhile_is_told(owner: Visitor, service: StandInService) -> None:
    page = owner.get("/look-back/segment/1-179.ts")  # told by the ring, not on the card
    assert (page.code, "newer footage took its place" in page.words) == (404, True)


def test_no_path_leads_out_of_the_ring(tmp_path: Path) -> None:
    (tmp_path / "ring").mkdir()
    (tmp_path / "secret").write_text("x")
    (tmp_path / "ring" / "link").symlink_to(tmp_path / "secret")
    (tmp_path / "ring" / "file").write_text("y")
    for path in ("../secret", str(tmp_path / "secret"), "link", "a/../../secret", "missing"):
        assert opened(str(tmp_path / "ring"), path) is None, path
    file = opened(str(tmp_path / "ring"), "file")
    assert file is not None
    file.close()


@given(st.binary(max_size=50), st.data())
def test_a_part_reads_as_a_file_of_its_own(content: bytes, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(content)))
    stop = data.draw(st.integers(start, len(content)))
    part, own = Part(io.BytesIO(content), start, stop), io.BytesIO(content[start:stop])
    for _ in range(data.draw(st.integers(0, 5))):
        count = data.draw(st.integers(0, 60))
        assert part.read(count) == own.read(count)
        where = data.draw(st.integers(0, stop - start)), data.draw(st.sampled_from([0, 2]))
        if where[1] == 0:
            assert part.seek(where[0]) == own.seek(where[0])
        else:
            assert part.seek(-where[0], 2) == own.seek(-where[0], 2)
        assert part.tell() == own.tell()
    assert part.read() == own.read()


# Pieces of MP4


def picture_times_s(film: Path) -> list[float]:
    shown = subprocess.run(
        ["ffprobe", "-loglevel", "error", "-select_streams", "v:0", "-show_entries", "packet=pts_time",
         "-of", "csv=p=0", str(film)], capture_output=True, text=True, check=True,
    )  # fmt: skip
    return sorted(float(line.strip(",")) for line in shown.stdout.split())


def test_pieces_follow_each_other_as_the_segments_do(owner: Visitor, folder: Path, tmp_path: Path) -> None:
    head = owner.get("/look-back/head/1-0.mp4")
    assert (head.code, head.response.content_type, b"moov" in head.response.data) == (200, "video/mp4", True)
    pieces = [owner.get(f"/look-back/piece/1-{number}.m4s").response.data for number in range(5)]
    assert all(piece[4:8] == b"moof" for piece in pieces)
    (tmp_path / "film.mp4").write_bytes(head.response.data + b"".join(pieces))
    assert picture_times_s(tmp_path / "film.mp4") == pytest.approx(
        [time_s for number in range(5) for time_s in picture_times_s(folder / f"00000001/{number:06d}.ts")]
    )
    for kind in ("head/1-179.mp4", "piece/1-179.m4s", "head/x.mp4", "piece/9-9.m4s"):
        assert owner.get(f"/look-back/{kind}").code == 404


def test_hevc_is_handed_out_in_pieces(owner: Visitor, service: StandInService, tmp_path: Path, hevc: Path) -> None:
    ring = tmp_path / "ring"
    (ring / "00000001").mkdir(parents=True)
    (ring / "00000001" / "000000.ts").write_bytes(hevc.read_bytes())
    service.ring.directory, service.ring.segments = str(ring), service.ring.segments[:1]
    lines = owner.get(f"/look-back/playlist.m3u8?{STRETCH}").html.splitlines()
    assert '#EXT-X-MAP:URI="/look-back/head/1-0.mp4"' in lines
    assert "/look-back/piece/1-0.m4s" in lines
    assert b"hvc1" in owner.get("/look-back/head/1-0.mp4").response.data


def test_what_is_no_footage_is_no_piece(owner: Visitor, service: StandInService, tmp_path: Path) -> None:
    (tmp_path / "00000001").mkdir()
    service.ring.directory = str(tmp_path)
    for content in (b"", b"\0" * 5000, b"\x47" * 5000):
        (tmp_path / "00000001" / "000000.ts").write_bytes(content)
        assert owner.get("/look-back/piece/1-0.m4s").code == 404
        assert owner.get(f"/look-back/film.mp4?{STRETCH}").code == 200


def test_who_goes_leaves_room_for_the_next_piece(folder: Path) -> None:
    fragments = Fragments(most=1)
    for _ in range(3):
        file = opened(str(folder), "00000001/000000.ts")
        assert file is not None
        made = fragments.of(file)
        assert b"moov" in next(made)
        made.close()
        assert file.closed


# The film


def test_the_film_has_every_picture_and_no_pause(folder: Path, tmp_path: Path) -> None:
    names = [f"0000000{epoch}/00000{number}.ts" for epoch in (1, 2) for number in range(5)]
    names.insert(3, "00000001/000099.ts")  # has gone meanwhile
    film = Film([lambda name=name: opened(str(folder), name) for name in names])  # type: ignore[misc]
    (tmp_path / "film.mp4").write_bytes(b"".join(film.read()))
    film.close()
    shown = picture_times_s(tmp_path / "film.mp4")
    assert len(shown) == 300
    assert max(after - one for one, after in pairwise(shown)) < 0.2


def test_who_goes_ends_the_film(folder: Path) -> None:
    film = Film([lambda: opened(str(folder), "00000001/000000.ts")] * 100_000)
    reading = film.read()
    assert next(reading)
    film.close()
    assert film._process.returncode is not None
    assert not film._feeder.is_alive()


def test_two_watch_at_a_time_and_the_newest_wish_counts() -> None:
    watching, films = Watching(), [_film() for _ in range(4)]
    assert watching.watch("a", lambda: films[0]) is films[0]
    assert watching.watch("b", lambda: films[1]) is films[1]
    assert (watching.is_full_for("c"), watching.is_full_for("a")) == (True, False)
    assert watching.watch("c", lambda: films[3]) is None
    assert watching.watch("a", lambda: films[2]) is films[2]
    assert films[0]._process.returncode is not None, "the one before is stopped"
    watching.leave("a", films[0])
    assert watching.is_full_for("c"), "a watches another one now"
    for visitor, film in (("a", films[2]), ("b", films[1]), ("", films[3])):
        watching.leave(visitor, film)
    assert not watching.is_full_for("c")


def _film() -> Film:
    return Film([])


def test_a_film_over_the_wire_and_a_viewer_who_leaves(
    tmp_path: Path, control: Path, service: StandInService, supervisor: object, folder: Path
) -> None:
    set_up(tmp_path / "pages")
    service.ring.directory = str(folder)
    with running(tmp_path / "pages", control) as pages:
        connection = http.client.HTTPConnection("127.0.0.1", pages.port, timeout=PATIENCE_S)
        connection.request("GET", f"/look-back/film.mp4?{STRETCH}")
        answer = connection.getresponse()
        assert (answer.status, answer.getheader("Content-Type")) == (200, "video/mp4")
        assert b"ftyp" in answer.read(64)
        answer.close()
        connection.close()
        deadline_s = time.monotonic() + PATIENCE_S
        while _children(pages.process.pid):
            assert time.monotonic() < deadline_s
            time.sleep(0.05)
        code, _ = pages.ask("/look-back/segment/1-0.ts", "HEAD", Range="bytes=0-99")
        assert code == 206


def _children(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def test_what_a_segment_is_made_of(folder: Path, hevc: Path) -> None:
    assert kinds((folder / "00000001/000000.ts").read_bytes()[:HEAD_BYTES]) == {AAC, 0x1B}
    found = kinds(hevc.read_bytes())
    assert found == {HEVC}
    assert "hvc1" in command(found)
    assert "aac_adtstoasc" not in command(found)


@given(st.binary(max_size=800) | st.binary(min_size=184, max_size=184).map(lambda rest: b"\x47\x40\0\x10" + rest))
def test_no_bytes_are_too_strange(head: bytes) -> None:
    assert kinds(head) <= set(range(256))


# Keeping


def test_a_part_is_kept(owner: Visitor, service: StandInService) -> None:
    page = owner.get(f"/look-back?at={BEGAN_S:.0f}")
    begins = f"{local(BEGAN_S + 10, 3600):%H:%M:%S}"
    kept = owner.send(
        page, "/keep", **{"from": begins, "to": f"{local(BEGAN_S + 70, 3600):%H:%M:%S}", "title": " Fox "}
    )
    assert kept.title == "It is kept"
    assert "Kept: 1 min, as " in kept.words
    assert Keep(BEGAN_S + 10, BEGAN_S + 70, "Fox") in service.asked
    assert owner.get(re.findall(r'class="button" href="([^"]+)"', kept.html)[0]).title == "Look back"


def test_what_cannot_be_kept_is_told_beside_the_form(owner: Visitor, service: StandInService) -> None:
    page = owner.get("/look-back")
    for begins, ends in (("", ""), ("x", "12:00"), ("12:00:00", "12:00:00")):
        answer = owner.send(page, "/keep", **{"from": begins, "to": ends})
        assert (answer.code, "Write from when to when" in answer.words) == (422, True)
    service.trouble = "NOT SAVED: the card is full; delete some memories."
    answer = owner.send(page, "/keep")
    assert (answer.code, "the card is full" in answer.words, answer.title) == (409, True, "Look back")


# Pure


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(0, 9)), unique=True).map(sorted))
def test_runs_are_what_follows_without_a_gap(keys: list[tuple[int, int]]) -> None:
    found = list(runs([RingSegment(epoch, number, 0.0, 1.0, "", 1) for epoch, number in keys]))
    assert [(s.epoch, s.number) for run in found for s in run.segments] == keys
    for run in found:
        numbers = [segment.number for segment in run.segments]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        assert len({segment.epoch for segment in run.segments}) == 1
    for one, after in pairwise(found):
        last, first = one.segments[-1], after.segments[0]
        assert (last.epoch, last.number + 1) != (first.epoch, first.number)


INSTANTS = st.floats(1_700_000_000, 1_900_000_000)
OFFSETS = st.sampled_from([0, 3600, -12_600, 20_700, 50_400])


@given(INSTANTS, st.floats(0, 60 * DAY_S), OFFSETS)
def test_every_instant_of_the_ring_is_in_an_hour_that_is_offered(
    start_s: float, length_s: float, offset_s: int
) -> None:
    end_s = start_s + length_s
    offered = days(start_s, end_s, offset_s)
    assert len(offered) <= MOST_DAYS
    assert offered[-1] == local(end_s, offset_s).date()
    starts = [since_s for day in offered for since_s in hours(day, start_s, end_s, offset_s)]
    assert hour_of(end_s, offset_s).since_s in starts
    if length_s < (MOST_DAYS - 1) * DAY_S:
        assert hour_of(start_s, offset_s).since_s in starts
    assert all(hour_of(since_s, offset_s).since_s == since_s for since_s in starts)
    assert starts == sorted(set(starts))


@given(INSTANTS, st.integers(1, HOUR_S), OFFSETS)
def test_a_stretch_is_what_the_form_said(start_s: float, length_s: int, offset_s: int) -> None:
    start_s = round(start_s)
    window = hour_of(start_s, offset_s)
    day = local(window.since_s, offset_s).date().isoformat()
    begins, ends = (f"{local(at_s, offset_s):%H:%M:%S}" for at_s in (start_s, start_s + length_s))
    assert stretch(day, begins, ends, offset_s, window.since_s - 1) == (start_s, start_s + length_s)


def test_a_stretch_past_midnight() -> None:
    since_s = midnight(date(2026, 11, 18), 3600) + 23.5 * HOUR_S
    assert stretch("2026-11-18", "00:05", "00:10:30", 3600, since_s) == (since_s + 2100, since_s + 2430)


@given(st.text(max_size=12), st.text(max_size=12), st.text(max_size=12))
def test_no_form_is_too_strange(day: str, begins: str, ends: str) -> None:
    assert stretch(day, begins, ends, 0, 0.0) is None or day
