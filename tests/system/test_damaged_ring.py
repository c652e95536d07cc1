"""Damage in the middle of the ring: what is sound is kept, what is not is told as a gap, and nothing crashes."""

import os
from pathlib import Path

import pytest

from appliance.mpegts.packets import PACKET_BYTES
from tests.system.conftest import BoxFactory, Film


def truncated(segment: Path) -> None:
    """Between two packets, where its form does not betray it."""
    os.truncate(segment, segment.stat().st_size // 2 // PACKET_BYTES * PACKET_BYTES)


def emptied(segment: Path) -> None:
    os.truncate(segment, 0)


def garbled(segment: Path) -> None:
    segment.write_bytes(os.urandom(segment.stat().st_size))


def replaced(segment: Path) -> None:
    segment.write_bytes(os.urandom(5000))


def missing(segment: Path) -> None:
    segment.unlink()


def test_damage_while_recording(box: BoxFactory) -> None:
    recorder = box().start()
    recorder.wait_for_segments(7)
    segments = recorder.segments()
    for damage, segment in zip((truncated, emptied, missing), segments[1:6:2], strict=True):
        damage(segment)

    saved = recorder.save(1, wait=True)

    assert saved.gaps is not None
    assert [gap.length_s for gap in saved.gaps] == [pytest.approx(1, abs=0.35)] * 3
    assert [gap.at_s for gap in saved.gaps] == [pytest.approx(at_s, abs=0.1) for at_s in (1, 2, 3)]
    film = Film(saved.path or "")
    film.decode()
    pictures = film.pictures()
    assert len(set(pictures)) == len(pictures) == round((saved.got_s or 0) * 30)
    assert recorder.state() == "recording"
    assert recorder.status().memories.trouble is None


def test_damage_found_at_start(box: BoxFactory) -> None:
    recorder = box().start()
    recorder.wait_for_segments(9)
    assert recorder.end() == 0
    segments = recorder.segments()
    for damage, segment in zip((truncated, emptied, replaced), segments[1:6:2], strict=True):
        damage(segment)
    garbled(segments[7])  # of the same size: only a press looks inside
    (recorder.ring / "holiday.jpg").write_bytes(b"mine")
    (segments[0].parent / "notes.txt").write_text("mine too")

    recorder.start()

    left_out = recorder.status().ring.left_out
    for segment in segments[1:6:2]:
        assert any(f"{segment.name} is empty or damaged" in sentence for sentence in left_out), left_out
    assert any("holiday.jpg is not footage" in sentence for sentence in left_out)
    assert any("notes.txt is not footage" in sentence for sentence in left_out)
    assert all(sentence in recorder.log for sentence in left_out)
    saved = recorder.save(1, wait=True)
    assert saved.gaps is not None
    assert len(saved.gaps) == 5, "one for each damage, and the restart"
    assert all(gap.length_s == pytest.approx(1, abs=0.35) for gap in saved.gaps[:4])
    assert "restarted" in saved.gaps[4].reason
    Film(saved.path or "").decode()
    assert (recorder.ring / "holiday.jpg").read_bytes() == b"mine"


def test_an_emptied_ring_does_not_confuse_what_was_kept(box: BoxFactory) -> None:
    """The ring's epochs start anew, but never under a number that a memory knows."""
    recorder = box().start()
    recorder.wait_for_segments(2)
    first = recorder.save(0.05, wait=True)
    recorder.end()
    for segment in recorder.segments():
        segment.unlink()
    for folder in recorder.ring.iterdir():
        if folder.is_dir():
            for file in folder.iterdir():
                file.unlink()
            folder.rmdir()

    recorder.start().wait_for_segments(2)
    second = recorder.save(0.05, wait=True)

    assert second.extends is None
    assert {memory.id for memory in recorder.kept()} == {first.id, second.id}
    for path in recorder.files():
        Film(path).decode()
