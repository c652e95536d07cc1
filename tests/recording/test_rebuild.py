"""Start-up: the ring as the folder tells it, after power cuts, damage, strangers and several boots."""

import itertools
import math
import os
import random
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.recording.folder import RingFolder
from appliance.recording.rebuild import Rebuilt, rebuild
from appliance.recording.ring import Ring
from appliance.recording.segment import Epoch, Key, Segment

SEGMENT_S = 5.0
TRANSPORT = (b"\x47" + b"\0" * 187) * 4
RUBBISH = b"not a transport stream, but as long as several packets of one. " * 20

BOOTS = {"boot-1": 1_800_000_000.0, "boot-2": 1_800_100_000.0, "boot-3": 1_800_200_000.0}
"""When each began by a wall clock that is right."""

NOW_S = 40_000.0
"""On boot 3's clock."""


def now(*, is_trusted: bool = True, boot: str = "boot-3", at_s: float = NOW_S) -> Epoch:
    return Epoch(0, boot, at_s, BOOTS[boot] if is_trusted else 0.0, is_trusted, "", "")


def make_epoch(
    root: Path, number: int, *, boot: str = "boot-3", began_s: float = 0.0, is_trusted: bool = True, wall: float = 0.0
) -> Epoch:
    epoch = Epoch(number, boot, began_s, BOOTS[boot] if is_trusted else wall, is_trusted, "camera", "why")
    folder = root / f"{number:08d}"
    folder.mkdir()
    (folder / "epoch.json").write_bytes(msgspec.json.encode(epoch))
    return epoch


def put(root: Path, segment: Segment, content: bytes = TRANSPORT, *, listed: bool = True) -> None:
    path = root / segment.key.path
    path.write_bytes(content)
    if listed:
        with (path.parent / "index").open("a") as index:
            index.write(f"{segment.number} {segment.start_s:.3f} {segment.end_s:.3f} {segment.size_bytes}\n")


def segments_of(epoch: int, count: int, start_s: float, length_s: float = SEGMENT_S) -> list[Segment]:
    size = len(TRANSPORT)
    return [Segment(epoch, n, start_s + n * length_s, start_s + (n + 1) * length_s, size) for n in range(count)]


def check_order(found: Rebuilt, now_s: float) -> None:
    """What holds of every ring, whatever the folder is like: the ring itself takes it, and time runs forward."""
    ring = Ring(10**12)
    for epoch in found.epochs:
        ring.begin_epoch(epoch)
    for segment in found.segments:
        ring.add(segment)
    assert {s.epoch for s in found.segments} <= set(ring.epochs)
    for segment in found.segments:
        assert math.isfinite(segment.start_s)
        assert segment.start_s <= segment.end_s <= now_s
    for before, after in itertools.pairwise(found.segments):
        assert before.key < after.key
        assert before.end_s <= after.start_s + 1e-6, "footage overlaps"


@pytest.fixture
def unprivileged() -> Iterator[Path]:
    """A folder in which the test has no more rights than any user."""
    with tempfile.TemporaryDirectory() as name:
        was = os.geteuid()
        if was == 0:
            os.chown(name, 65534, 65534)
            os.seteuid(65534)
        try:
            yield Path(name)
        finally:
            os.seteuid(was)


# Random folders


@dataclass
class Planned:
    """What a random folder holds, and what must come of it."""

    there: list[Key] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    exact: list[Segment] = field(default_factory=list)
    highest: int = -1


SEGMENT_KINDS = st.sampled_from(
    ["sound"] * 12 + ["unlisted", "unlisted", "empty", "short", "rubbish", "resized", "gone", "a folder"]
)
DESCRIPTIONS = st.sampled_from(["sound"] * 5 + ["missing", "torn", "bytes", "a folder", "of another shape", "empty"])
INDEXES = st.sampled_from(["sound"] * 5 + ["missing", "torn", "a folder", "rubbish", "zeros"])
STRANGERS = st.sampled_from(
    [
        "holiday.mp4",
        "0000001.ts",
        "00000a.ts",
        "000000.TS",
        "٠٠٠٠٠٠.ts",  # noqa: RUF001 - decimal digits, but not ours
        "000001.mp4",
        "000001.ts.part",
        "new\nline",
        "-000001.ts",
    ]
)
OUTSIDERS = st.sampled_from(["lost+found", "0000001", "000000001", "٠٠٠٠٠٠٠١", "notes.txt", "0000000x"])  # noqa: RUF001


@st.composite
def folders(draw: st.DrawFn) -> tuple[list[dict[str, object]], list[str], bool]:
    epochs: list[dict[str, object]] = []
    number, boot = 0, 0
    for _ in range(draw(st.integers(0, 5))):
        number += draw(st.integers(1, 3))
        boot = min(2, boot + draw(st.sampled_from([0, 0, 0, 1])))
        epochs.append(
            {
                "number": number,
                "boot": f"boot-{boot + 1}",
                "trusted": draw(st.booleans()),
                "pause_s": draw(st.floats(0, 300)),
                "description": draw(DESCRIPTIONS),
                "index": draw(INDEXES),
                "segments": draw(st.lists(st.tuples(SEGMENT_KINDS, st.floats(0.5, 12.0)), max_size=7)),
                "strangers": draw(st.sets(STRANGERS, max_size=2)),
                "clock_is_wrong": draw(st.booleans()),
            }
        )
    return epochs, sorted(draw(st.sets(OUTSIDERS, max_size=2))), draw(st.booleans())


def build(root: Path, plan: list[dict[str, object]], outsiders: list[str]) -> Planned:
    planned = Planned()
    at_s = dict.fromkeys(BOOTS, 10.0)
    for wanted in plan:
        boot, number = str(wanted["boot"]), int(str(wanted["number"]))
        at_s[boot] = round(at_s[boot] + float(str(wanted["pause_s"])), 3)  # as precise as the index
        trusted = bool(wanted["trusted"])
        epoch = make_epoch(root, number, boot=boot, began_s=at_s[boot], is_trusted=trusted)
        folder = root / f"{number:08d}"
        planned.highest = number
        kinds: list[tuple[str, float]] = wanted["segments"]  # type: ignore[assignment]
        listed = [n for n, (kind, _) in enumerate(kinds) if kind in {"sound", "resized", "gone"}]
        readable = {"sound": listed, "torn": listed[:-1], "rubbish": listed[:-1]}.get(str(wanted["index"]), [])
        for n, (kind, length_s) in enumerate(kinds):
            segment = Segment(number, n, at_s[boot], round(at_s[boot] + length_s, 3), len(TRANSPORT))
            at_s[boot] = segment.end_s
            name = f"{number:08d}/{n:06d}.ts"
            if kind == "gone":
                put(root, segment)
                (root / name).unlink()
            elif kind == "a folder":
                (root / name).mkdir()
                planned.told.append(name)
            else:
                content = {"empty": b"", "short": TRANSPORT[:100], "rubbish": RUBBISH}.get(kind, TRANSPORT)
                put(root, segment, content, listed=n in listed)
                if kind == "resized":
                    (root / name).write_bytes(TRANSPORT[:188])
                offset_s = epoch.wall_offset_s + (86_400 if wanted["clock_is_wrong"] else 0)
                os.utime(root / name, (offset_s + segment.end_s,) * 2)
                if kind in {"sound", "unlisted"} or (kind == "resized" and n not in readable):
                    planned.there.append(segment.key)
                else:
                    planned.told.append(name)
                if kind == "sound" and n in readable and wanted["description"] == "sound" and boot == "boot-3":
                    planned.exact.append(segment)
        damage_index(folder, str(wanted["index"]))
        damage_description(folder, str(wanted["description"]), planned)
        for name in wanted["strangers"]:  # type: ignore[attr-defined]
            (folder / name).write_bytes(TRANSPORT)
            planned.told.append(f"{number:08d}/{name}")
    for name in outsiders:
        (root / name).mkdir()
        (root / name / "000000.ts").write_bytes(TRANSPORT)
        planned.told.append(name)
    return planned


def damage_index(folder: Path, how: str) -> None:
    """A torn index has lost its end in the middle of its last line, as after a power cut."""
    index = folder / "index"
    text = index.read_bytes() if index.exists() else b""
    if how == "sound":
        return
    index.unlink(missing_ok=True)
    if how == "torn":
        index.write_bytes(text[:-3])
    elif how == "a folder":
        index.mkdir()
    elif how == "rubbish":
        index.write_bytes(b"\xff\xfe\0\n1 nan inf 752\n0 9 8 7 6\n\n2 -5 x 3\n1e3 0 1 2\n" + text[:-10])
    elif how == "zeros":
        index.write_bytes(bytes(4096))


def damage_description(folder: Path, how: str, planned: Planned) -> None:
    path = folder / "epoch.json"
    if how == "sound":
        return
    text = path.read_bytes()
    path.unlink()
    if how == "a folder":
        path.mkdir()
    elif how != "missing":
        damage = {
            "torn": text[:-4],
            "bytes": text.replace(b'camera":"', b'camera":"\xff\xfe'),
            "of another shape": b'{"number": "seven", "boot_id": null}',
            "empty": b"",
        }
        path.write_bytes(damage[how])
    planned.told.append(f"{folder.name}/epoch.json")


@given(wanted=folders())
@settings(deadline=None, max_examples=150)
def test_whatever_lies_in_the_folder_the_ring_is_built_and_the_rest_is_told(
    wanted: tuple[list[dict[str, object]], list[str], bool],
) -> None:
    plan, outsiders, is_trusted = wanted
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        planned = build(root, plan, outsiders)
        before = sorted(root.rglob("*"))
        found = rebuild(RingFolder(root), now(is_trusted=is_trusted), SEGMENT_S)

        check_order(found, NOW_S)
        keys = [segment.key for segment in found.segments]
        assert keys == planned.there
        for segment in found.segments:
            assert segment.size_bytes == (root / segment.key.path).stat().st_size
        for what in planned.told:
            assert any(sentence.startswith(what) for sentence in found.left_out), f"{what} was not told"
        assert len(found.left_out) == len(planned.told)
        assert found.next_epoch > planned.highest
        assert sorted(root.rglob("*")) == before, "looking changes nothing"


@given(wanted=folders())
@settings(deadline=None, max_examples=150)
def test_what_is_listed_by_this_boot_is_where_it_was(
    wanted: tuple[list[dict[str, object]], list[str], bool],
) -> None:
    """Only footage of earlier boots is moved, whatever lies beside it."""
    plan = [epoch | {"boot": "boot-3", "description": "sound"} for epoch in wanted[0]]
    with tempfile.TemporaryDirectory() as name:
        planned = build(Path(name), plan, [])
        found = rebuild(RingFolder(Path(name)), now(is_trusted=wanted[2]), SEGMENT_S)
        listed = {segment.key: segment for segment in found.segments if segment.is_whole}
        for segment in planned.exact:
            assert listed[segment.key] == segment


# The interesting cases one by one


def test_an_empty_folder_is_an_empty_ring(tmp_path: Path) -> None:
    assert rebuild(RingFolder(tmp_path), now(), SEGMENT_S) == Rebuilt([], [], [], 0)


def test_the_segment_that_was_being_written_ends_when_it_was_last_written(tmp_path: Path) -> None:
    make_epoch(tmp_path, 0, began_s=100.0)
    put(tmp_path, Segment(0, 0, 100.0, 105.0, len(TRANSPORT)))
    put(tmp_path, Segment(0, 1, 0, 0, 0), listed=False)
    os.utime(tmp_path / Key(0, 1).path, (BOOTS["boot-3"] + 107.5,) * 2)
    found = rebuild(RingFolder(tmp_path), now(), SEGMENT_S)
    assert found.segments[1] == Segment(0, 1, 105.0, 107.5, len(TRANSPORT), is_whole=False)


@pytest.mark.parametrize("written_s", [-86_400.0, 90.0, 130.0, 86_400.0])
def test_a_file_time_that_cannot_be_is_not_believed(tmp_path: Path, written_s: float) -> None:
    make_epoch(tmp_path, 0, began_s=100.0)
    put(tmp_path, Segment(0, 0, 0, 0, 0), listed=False)
    os.utime(tmp_path / Key(0, 0).path, (BOOTS["boot-3"] + written_s,) * 2)
    found = rebuild(RingFolder(tmp_path), now(), SEGMENT_S)
    assert found.segments == [Segment(0, 0, 100.0, 105.0, len(TRANSPORT), is_whole=False)]


def test_an_estimated_end_is_never_in_the_future(tmp_path: Path) -> None:
    """The supervisor was killed and came back within a second, and the wall clock had been stepped."""
    make_epoch(tmp_path, 0, began_s=100.0)
    put(tmp_path, Segment(0, 0, 0, 0, 0), listed=False)
    os.utime(tmp_path / Key(0, 0).path, (0, 0))
    found = rebuild(RingFolder(tmp_path), now(at_s=101.0), SEGMENT_S)
    assert found.segments == [Segment(0, 0, 100.0, 101.0, len(TRANSPORT), is_whole=False)]


def test_an_estimated_end_does_not_reach_into_what_is_known(tmp_path: Path) -> None:
    make_epoch(tmp_path, 0, began_s=100.0)
    put(tmp_path, Segment(0, 0, 0, 0, 0), listed=False)
    put(tmp_path, Segment(0, 1, 102.0, 107.0, len(TRANSPORT)))
    make_epoch(tmp_path, 1, began_s=108.0)
    put(tmp_path, Segment(1, 0, 108.0, 113.0, len(TRANSPORT)))
    for path in tmp_path.rglob("*.ts"):
        os.utime(path, (0, 0))
    found = rebuild(RingFolder(tmp_path), now(), SEGMENT_S)
    assert [(s.start_s, s.end_s) for s in found.segments] == [(100.0, 102.0), (102.0, 107.0), (108.0, 113.0)]


def test_a_torn_line_of_the_index_does_not_cost_its_segment(tmp_path: Path) -> None:
    """Cut in the size, the line still looks like one."""
    make_epoch(tmp_path, 0, began_s=100.0)
    for segment in segments_of(0, 2, 100.0):
        put(tmp_path, segment)
    index = tmp_path / "00000000" / "index"
    index.write_bytes(index.read_bytes()[:-2])
    os.utime(tmp_path / Key(0, 1).path, (BOOTS["boot-3"] + 109.5,) * 2)
    found = rebuild(RingFolder(tmp_path), now(), SEGMENT_S)
    assert found.left_out == []
    assert found.segments[1] == Segment(0, 1, 105.0, 109.5, len(TRANSPORT), is_whole=False)


def test_what_was_cut_off_stays_known_as_cut_off_after_a_second_start(tmp_path: Path) -> None:
    make_epoch(tmp_path, 0, began_s=100.0)
    put(tmp_path, Segment(0, 0, 0, 0, 0), listed=False)
    folder = RingFolder(tmp_path)
    first = rebuild(folder, now(), SEGMENT_S)
    assert [s.is_whole for s in first.segments] == [False]
    folder.settle(first.segments[0])
    assert rebuild(folder, now(), SEGMENT_S).segments == first.segments


def test_a_line_that_follows_a_torn_one_is_read(tmp_path: Path) -> None:
    make_epoch(tmp_path, 0, began_s=100.0)
    put(tmp_path, Segment(0, 0, 100.0, 105.0, len(TRANSPORT)))
    put(tmp_path, Segment(0, 1, 0, 0, 0), listed=False)
    with (tmp_path / "00000000" / "index").open("a") as index:
        index.write("1 105.000 11")
    folder = RingFolder(tmp_path)
    cut_off = Segment(0, 1, 105.0, 108.0, len(TRANSPORT), is_whole=False)
    folder.settle(cut_off)
    assert rebuild(folder, now(), SEGMENT_S).segments[1] == cut_off


def test_a_stranger_with_an_epochs_name_is_told_and_its_number_is_never_given(tmp_path: Path) -> None:
    (tmp_path / "00000007").write_text("I am a file")
    found = rebuild(RingFolder(tmp_path), now(), SEGMENT_S)
    assert found.next_epoch == 8
    assert found.left_out == ["00000007 is not footage: it is left alone"]


def test_a_link_to_a_folder_elsewhere_is_not_ours(tmp_path: Path) -> None:
    elsewhere, ring = tmp_path / "elsewhere", tmp_path / "ring"
    elsewhere.mkdir()
    ring.mkdir()
    (elsewhere / "000000.ts").write_bytes(TRANSPORT)
    (ring / "00000003").symlink_to(elsewhere)
    found = rebuild(RingFolder(ring), now(), SEGMENT_S)
    assert found.segments == []
    assert found.left_out == ["00000003 is not footage: it is left alone"]
    assert found.next_epoch == 4


def test_hidden_files_are_nobodys_news(tmp_path: Path) -> None:
    make_epoch(tmp_path, 0)
    (tmp_path / ".lock").touch()
    (tmp_path / "00000000" / ".epoch.json.new").touch()
    assert rebuild(RingFolder(tmp_path), now(), SEGMENT_S).left_out == []


def test_what_may_not_be_read_is_told(unprivileged: Path) -> None:
    for number in range(2):
        make_epoch(unprivileged, number, began_s=100.0 * number)
    make_epoch(unprivileged, 2, began_s=200.0)
    put(unprivileged, Segment(0, 0, 0.0, 5.0, len(TRANSPORT)), listed=False)
    put(unprivileged, Segment(1, 0, 100.0, 105.0, len(TRANSPORT)))
    put(unprivileged, Segment(2, 0, 200.0, 205.0, len(TRANSPORT)))
    (unprivileged / Key(0, 0).path).chmod(0)
    (unprivileged / "00000001").chmod(0)
    found = rebuild(RingFolder(unprivileged), now(), SEGMENT_S)
    assert [s.key for s in found.segments] == [Key(2, 0)]
    assert found.left_out == [
        "00000000/000000.ts is empty or damaged: it is left out",
        "00000001/epoch.json cannot be read: when its footage was taken is a guess",
        "00000001 cannot be read: it is left out",
    ]


def test_an_epoch_that_ran_for_months_is_read_beyond_six_digits(tmp_path: Path) -> None:
    """%06d goes on to seven digits after 999,999."""
    make_epoch(tmp_path, 0, began_s=100.0)
    put(tmp_path, Segment(0, 999_999, 100.0, 105.0, len(TRANSPORT)))
    put(tmp_path, Segment(0, 1_000_000, 105.0, 110.0, len(TRANSPORT)))
    found = rebuild(RingFolder(tmp_path), now(), SEGMENT_S)
    assert [s.number for s in found.segments] == [999_999, 1_000_000]
    assert found.left_out == []


# Boots


def place(root: Path, *epochs: tuple[str, bool, float], is_trusted: bool = True) -> list[list[Segment]]:
    """Three segments an epoch of (boot, trusted, its start on that boot's clock); what comes of them, by epoch."""
    for number, (boot, trusted, start_s) in enumerate(epochs):
        make_epoch(root, number, boot=boot, began_s=start_s, is_trusted=trusted)
        for segment in segments_of(number, 3, start_s):
            put(root, segment)
    found = rebuild(RingFolder(root), now(is_trusted=is_trusted), SEGMENT_S)
    check_order(found, NOW_S)
    return [list(group) for _, group in itertools.groupby(found.segments, key=lambda s: s.epoch)]


def test_trusted_clocks_give_the_true_distance(tmp_path: Path) -> None:
    """A boot that began 100,000 s earlier, and another 100,000 s before that."""
    first, second, third = place(tmp_path, ("boot-1", True, 50.0), ("boot-2", True, 80.0), ("boot-3", True, 90.0))
    assert [s.start_s for s in first] == [50 - 200_000.0, 55 - 200_000.0, 60 - 200_000.0]
    assert [s.start_s for s in second] == [80 - 100_000.0, 85 - 100_000.0, 90 - 100_000.0]
    assert [s.start_s for s in third] == [90.0, 95.0, 100.0]


@pytest.mark.parametrize(("then", "here"), [(False, True), (True, False), (False, False)])
def test_without_trust_the_footage_ends_where_the_next_begins(tmp_path: Path, then: bool, here: bool) -> None:
    """As near as it can have been: a memory may hold more than was asked for, never less."""
    first, second = place(tmp_path, ("boot-1", then, 50_000.0), ("boot-3", True, 90.0), is_trusted=here)
    assert [s.end_s for s in first] == [80.0, 85.0, 90.0]
    assert second[0].start_s == 90.0


def test_without_trust_several_boots_lie_side_by_side(tmp_path: Path) -> None:
    first, second = place(tmp_path, ("boot-1", False, 50_000.0), ("boot-2", False, 7.0))
    assert [s.end_s for s in first + second] == [-25.0, -20.0, -15.0, -10.0, -5.0, 0.0]


def test_the_epochs_of_one_earlier_boot_keep_their_distance(tmp_path: Path) -> None:
    first, second = place(tmp_path, ("boot-1", False, 100.0), ("boot-1", False, 200.0))
    assert second[0].start_s - first[0].start_s == 100.0
    assert second[-1].end_s == 0.0


def test_an_untrusted_boot_between_two_trusted_ones_pushes_nothing_into_the_future(tmp_path: Path) -> None:
    first, second, third = place(tmp_path, ("boot-1", True, 50.0), ("boot-2", False, 80.0), ("boot-3", True, 90.0))
    assert first[0].start_s == 50.0 - 200_000.0
    assert second[-1].end_s == 90.0
    assert third[0].start_s == 90.0


def test_a_trusted_clock_that_contradicts_the_order_is_overruled(tmp_path: Path) -> None:
    """A boot whose trusted clock was ahead would lie in the future."""
    make_epoch(tmp_path, 0, boot="boot-1", began_s=10.0)
    for segment in segments_of(0, 3, 400_000.0):
        put(tmp_path, segment)
    found = rebuild(RingFolder(tmp_path), now(), SEGMENT_S)
    assert [s.end_s for s in found.segments] == [-10.0, -5.0, 0.0]


def test_an_epoch_without_a_description_and_footage_does_not_unhinge_the_others(tmp_path: Path) -> None:
    """Killed between the making of a folder and its description; later the box was restarted."""
    (tmp_path / "00000001").mkdir()
    make_epoch(tmp_path, 0, boot="boot-1", began_s=60_000.0)
    make_epoch(tmp_path, 2, boot="boot-1", began_s=60_100.0)
    for segment in segments_of(0, 3, 60_000.0) + segments_of(2, 3, 60_100.0):
        put(tmp_path, segment)
    found = rebuild(RingFolder(tmp_path), now(is_trusted=False), SEGMENT_S)
    check_order(found, NOW_S)
    assert found.segments[-1].end_s == 0.0
    assert found.segments[3].start_s - found.segments[0].start_s == 100.0


def test_an_epoch_without_a_description_lies_right_before_what_followed(tmp_path: Path) -> None:
    make_epoch(tmp_path, 0, began_s=100.0)
    make_epoch(tmp_path, 1, began_s=30_000.0)
    for segment in segments_of(0, 3, 100.0) + segments_of(1, 3, 30_000.0):
        put(tmp_path, segment)
    (tmp_path / "00000000" / "epoch.json").unlink()
    found = rebuild(RingFolder(tmp_path), now(), SEGMENT_S)
    assert found.segments[0].duration_s == SEGMENT_S
    assert found.segments[2].end_s <= 30_000.0
    assert found.segments[3].start_s == 30_000.0
    assert found.epochs[0].reason == "unknown"


def test_a_full_ring_is_read(tmp_path: Path) -> None:
    """25,600 segments, the last three of them not listed, one in the middle damaged."""
    count, per_epoch = 25_600, 3_200
    original = tmp_path / ".original"
    original.write_bytes(TRANSPORT)
    for number in range(count // per_epoch):
        start_s = number * 4_000.0
        make_epoch(tmp_path, number, began_s=start_s)
        folder = tmp_path / f"{number:08d}"
        segments = segments_of(number, per_epoch, start_s, 1.0)
        for segment in segments:
            os.link(original, f"{folder}/{segment.number:06d}.ts")
        listed = segments[:-3] if number + 1 == count // per_epoch else segments
        random.Random(number).shuffle(listed)
        lines = [f"{s.number} {s.start_s:.3f} {s.end_s:.3f} {s.size_bytes}\n" for s in listed]
        (folder / "index").write_text("".join(lines))
    (tmp_path / Key(4, 77).path).unlink()
    (tmp_path / Key(4, 77).path).touch()
    found = rebuild(RingFolder(tmp_path), now(), 1.0)
    check_order(found, NOW_S)
    assert len(found.segments) == count - 1
    assert found.left_out == ["00000004/000077.ts is empty or damaged: it is left out"]
    assert [s.is_whole for s in found.segments[-4:]] == [True, False, False, False]
    assert found.next_epoch == 8
