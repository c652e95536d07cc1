"""Sizes, durations and gaps, said."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.command import words
from appliance.control.messages import Gap, MemoryUpload, UploadProgress


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"),
        (1.52, "1.5 s"),
        (9.96, "10 s"),
        (45.4, "45 s"),
        (59.6, "1 min"),
        (185, "3 min 5 s"),
        (3599.7, "1 h"),
        (7800, "2 h 10 min"),
        (86_399.9, "1 d"),
        (4 * 86_400 + 3 * 3600, "4 d 3 h"),
    ],
)
def test_durations(seconds: float, said: str) -> None:
    assert words.duration(seconds) == said


@given(st.floats(0, 1e7))
def test_a_duration_is_said_to_one_part_in_twenty_four(seconds: float) -> None:
    units = {"s": 1, "min": 60, "h": 3600, "d": 86_400}
    pairs = re.findall(r"([\d.]+) (s|min|h|d)", words.duration(seconds))
    said = sum(float(number) * units[unit] for number, unit in pairs)

    assert abs(said - seconds) <= max(0.051 if seconds < 9.95 else 0.5, seconds / 24)
    assert all(float(number) < {"s": 60, "min": 60, "h": 24, "d": 1000}[unit] for number, unit in pairs)


@pytest.mark.parametrize(
    ("size_bytes", "said"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (1_234_000_000, "1.2 GB"),
        (150_000_000, "150 MB"),
        (999_700_000, "1.0 GB"),
        (2_000_000_000_000, "2.0 TB"),
    ],
)
def test_sizes(size_bytes: int, said: str) -> None:
    assert words.size(size_bytes) == said


def test_gaps() -> None:
    assert words.gap(Gap(62, 30, "the camera was away")) == "30 s missing at 1 min 2 s (the camera was away)"
    assert words.gap(Gap(0.0, None, "a restart")) == "an unknown time missing at the start (a restart)"


def test_what_was_got() -> None:
    assert words.got(180, 180) == "3 min"
    assert words.got(184.9, 180) == "3 min 5 s"
    assert words.got(179.9, 180) == "3 min"
    assert words.got(120, 180) == "2 min of 3 min"


FAR = UploadProgress(1_000_000, 4_000_000, 2e6, 1.5)


@pytest.mark.parametrize(
    ("upload", "said"),
    [
        (MemoryUpload("kept", "It stays here.", None, None), "kept: It stays here."),
        (MemoryUpload("waiting", None, None, None), "waiting"),
        (MemoryUpload("parked", "The password is wrong.", None, "g:x"), "parked: The password is wrong."),
        (MemoryUpload("proven", None, "re-read", "g:x"), "proven by reading it back, g:x"),
        (MemoryUpload("proven", None, "size", "g:x"), "proven by its size, g:x"),
        (
            MemoryUpload("proven", None, "md5", "g:x-2", "the name was taken"),
            "proven by its md5, g:x-2 (the name was taken)",
        ),
        (
            MemoryUpload("uploading", "why", None, "g:x", None, FAR),
            "uploading, 25%, 1.0 MB of 4.0 MB, 2.0 MB/s, 1.5 s left",
        ),
        (MemoryUpload("parked", "bad \x1b[31m\nname", None, None), "parked: bad  [31m name"),
    ],
)
def test_how_an_upload_is(upload: MemoryUpload, said: str) -> None:
    assert words.upload(upload) == said


def test_an_empty_file_is_all_sent() -> None:
    assert words.progress(UploadProgress(0, 0, 0.0, None)) == "100%, 0 B of 0 B, 0 B/s"


@given(st.text())
def test_nothing_that_a_terminal_obeys_is_said(text: str) -> None:
    assert words.printable(text).isprintable()
    assert len(words.printable(text)) == len(text)
