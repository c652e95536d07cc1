"""The event log, through Python's own logging, into real files: full, missing and stalled ones too."""

import logging
import os
import re
import threading
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from appliance.events import MOST_BYTES, MOST_REPEATS, MOST_WAITING, WINDOW_S, Repeats, event_log

_log = logging.getLogger("moment")


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines()


def test_a_line_tells_when_it_was_said(tmp_path: Path) -> None:
    path = tmp_path / "events.log"
    with event_log(str(path), lambda: True):
        _log.warning("no-camera: %s is away", "it")
    assert re.fullmatch(
        r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d, \d+ s after power-on: no-camera: it is away\n",
        path.read_text(),
    )


def test_a_clock_that_nobody_set_is_told(tmp_path: Path) -> None:
    path = tmp_path / "events.log"
    with event_log(str(path), lambda: False):
        _log.warning("recording")
    assert " (clock not set), " in path.read_text()


def test_what_is_said_again_and_again_stands_there_once(tmp_path: Path) -> None:
    path = tmp_path / "events.log"
    with event_log(str(path), lambda: True):
        for word in ["off", "off", "off", "on", "off"]:
            _log.warning(word)
    assert [line.rpartition(": ")[2] for line in lines(path)] == ["off", "on", "off"]


def test_a_camera_that_comes_and_goes_does_not_wash_the_log_away() -> None:
    repeats = Repeats()
    written = [repeats.take(word, at_s) for at_s in range(100) for word in ("stalled", "recording")]
    told = [text for text in written if text]
    assert told[:2] == ["stalled", "recording"]
    assert told[-1] == "recording (again and again: left out for now)"
    assert len(told) == 2 * MOST_REPEATS
    assert repeats.take("stalled", WINDOW_S + 100) == "stalled"


@given(st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, WINDOW_S))))
def test_what_is_new_is_always_written_and_a_window_holds_few_of_the_same(said: list[tuple[str, float]]) -> None:
    repeats, now_s, seen = Repeats(), 0.0, set()
    written: list[tuple[float, str]] = []
    for text, after_s in said:
        now_s += after_s
        taken = repeats.take(text, now_s)
        assert taken or text in seen
        seen.add(text)
        written += [(now_s, text)] if taken else []
    for at_s, text in written:  # any span of a window's length touches two windows at most
        assert sum(other == text and at_s <= when_s < at_s + WINDOW_S for when_s, other in written) <= 2 * MOST_REPEATS


def test_a_fault_of_ours_is_there_with_its_traceback(tmp_path: Path) -> None:
    path = tmp_path / "events.log"
    with event_log(str(path), lambda: True):
        try:
            int("broken")
        except ValueError:
            _log.exception("failed")
    assert lines(path)[-1].startswith("ValueError: invalid literal")


def test_there_are_two_files_of_a_bounded_size(tmp_path: Path) -> None:
    path = tmp_path / "events.log"
    path.write_text("from an earlier life\n")
    with event_log(str(path), lambda: True):
        for number in range(6):
            _log.error("%d %s", number, "x" * (MOST_BYTES // 2 - 100))
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["events.log", "events.log.1"]
    assert all(entry.stat().st_size <= MOST_BYTES for entry in tmp_path.iterdir())
    assert ": 5 x" in path.read_text()


def test_an_earlier_life_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "events.log"
    path.write_text("from an earlier life\n")
    with event_log(str(path), lambda: True):
        _log.error("now")
    assert lines(path)[0] == "from an earlier life"
    assert len(lines(path)) == 2


def test_a_full_disk_or_none_is_no_trouble(tmp_path: Path) -> None:
    for path in ("/dev/full", str(tmp_path / "absent" / "events.log")):
        with event_log(path, lambda: True):
            _log.error("lost")


def test_a_stalled_card_holds_up_nobody_and_takes_a_bounded_room(tmp_path: Path) -> None:
    path = tmp_path / "events.log"
    os.mkfifo(path)  # opening it lasts until somebody reads
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.extend(lines(path)))
    with event_log(str(path), lambda: True):
        for number in range(2 * MOST_WAITING):
            _log.warning("line %d", number)
        reader.start()
    reader.join()
    assert read[0].endswith("line 0")
    assert MOST_WAITING <= len(read) <= MOST_WAITING + 1


def test_without_a_path_there_is_none(tmp_path: Path) -> None:
    handlers = list(logging.getLogger().handlers)
    with event_log("", lambda: True):
        assert logging.getLogger().handlers == handlers
