"""The parts of the board test that need no board: what it takes for a sign, it must not see where there is none."""

import random
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.panel.lamp import PATTERNS, LampShow, Moment
from tests.board.lamp import Edge, blinks_slowly, got_it_at_s, has_flickered
from tests.board.write_log import DISCARD, FLUSH, MAGIC, Entry, replay, survivors

SECTOR_BYTES = 512
MOMENTS = sorted({"counted", "limit", "got-it", "memory-ready", "not-saved"})


def shown(moments: list[Moment], *, base_is_lit: bool) -> list[Edge]:
    """The lamp's changes while these moments are told, each after the one before it has ended."""
    show, now_s = LampShow(0.0), 0.0
    if base_is_lit:
        show.show_state(0.0, "recording")
    edges: list[Edge] = []
    for moment in moments:
        show.tell(now_s, moment)
        for is_lit, length_s in PATTERNS[moment].steps:
            edges.append(Edge(now_s, is_lit))
            now_s += length_s
        edges.append(Edge(now_s, show.level(now_s)))
        now_s += 5
    return edges


@given(st.lists(st.sampled_from(MOMENTS), max_size=4), st.booleans())
def test_got_it_is_seen_where_it_is_shown_and_nowhere_else(moments: list[Moment], base_is_lit: bool) -> None:
    edges = shown(moments, base_is_lit=base_is_lit)
    assert (got_it_at_s(edges, 0.0) is not None) == ("got-it" in moments)


def test_an_earlier_got_it_is_no_answer() -> None:
    edges = shown(["got-it"], base_is_lit=True)
    assert got_it_at_s(edges, 60.0) is None


@pytest.mark.parametrize("name", sorted(PATTERNS))
def test_slow_blinking_and_hurried_flicker_are_told_from_every_other_pattern(name: str) -> None:
    now_s = 100.0
    edges: list[Edge] = []
    while now_s < 120.0:
        for is_lit, length_s in PATTERNS[name].steps:
            if not edges or edges[-1].is_lit != is_lit:
                edges.append(Edge(now_s, is_lit))
            now_s += length_s
        if not PATTERNS[name].repeats:
            break
    assert blinks_slowly(edges, 100.0) == (name == "set-up-mode")
    assert has_flickered(edges, 100.0) == (name == "not-saved")
    assert not has_flickered(edges, 200.0)
    assert not blinks_slowly(edges, 200.0)


def test_what_was_flushed_is_never_forgotten_and_some_of_the_rest_is() -> None:
    written = [Entry(number, 1, 0, 0) for number in range(40)]
    written.insert(20, Entry(0, 0, FLUSH, 0))
    kept = survivors(written, random.Random(1))
    assert kept[:20] == written[:20]
    assert 0 < len(kept) - 21 < 20


def test_a_log_makes_the_disk_that_was_written(tmp_path: Path) -> None:
    log, disk = tmp_path / "log", tmp_path / "disk"
    disk.write_bytes(b"o" * SECTOR_BYTES * 4)
    entry = struct.Struct("<QQQQ")
    pieces = [
        struct.pack("<QQQI", MAGIC, 1, 0, SECTOR_BYTES),
        entry.pack(1, 2, 0, 0), b"n" * SECTOR_BYTES * 2,
        entry.pack(2, 1, DISCARD, 0),
        entry.pack(0, 0, FLUSH, 0),
    ]  # fmt: skip
    log.write_bytes(b"".join(piece.ljust(-(-len(piece) // SECTOR_BYTES) * SECTOR_BYTES, b"\0") for piece in pieces))
    assert replay(log, disk, random.Random(1)) == 0
    assert disk.read_bytes() == b"".join(letter * SECTOR_BYTES for letter in (b"o", b"n", b"\0", b"o"))
