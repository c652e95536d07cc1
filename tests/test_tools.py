"""Programs that are missing or too old."""

import re
import subprocess
import sys
from pathlib import Path
from shutil import which

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.tools import OLDEST_FFMPEG, ffmpeg_major, require_new_tools, require_tools

ASK = """
from appliance.tools import MissingToolError, require_new_tools, require_tools
try:
    require_tools()
    require_new_tools()
except MissingToolError as error:
    print(error)
"""
PROGRAMS = {"ffmpeg": "ffmpeg", "ffprobe": "ffmpeg", "setpriv": "util-linux", "ionice": "util-linux"}


def answer(path: Path) -> str:
    """What is said where PATH is one folder."""
    command = [sys.executable, "-c", ASK]
    return subprocess.run(command, env={"PATH": str(path)}, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A folder with all of them."""
    for name in PROGRAMS:
        found = which(name)
        assert found is not None
        (tmp_path / name).symlink_to(found)
    return tmp_path


def test_this_machine_has_all_that_is_needed() -> None:
    require_tools()
    require_new_tools()


def test_with_everything_there_nothing_is_said(programs: Path) -> None:
    assert answer(programs) == ""


@pytest.mark.parametrize(("program", "package"), PROGRAMS.items())
def test_a_missing_program_is_told_with_the_command_that_installs_it(
    programs: Path, program: str, package: str
) -> None:
    (programs / program).unlink()
    assert answer(programs) == f"{program} is not installed. Install it with: sudo apt install {package}"


@pytest.mark.parametrize(
    ("said", "refused"),
    [
        ("ffmpeg version 4.3.6-0+deb11u1 Copyright (c) 2000-2023 the FFmpeg developers", True),
        ("ffmpeg version 4.4.2-0ubuntu0.22.04.1 Copyright", True),
        ("ffmpeg version 5.1.6-0+deb12u1+rpt1 Copyright", False),
        ("ffmpeg version n7.1 Copyright", False),
        ("ffmpeg version N-118000-gabc Copyright", False),
    ],
)
def test_an_old_ffmpeg_is_told(programs: Path, said: str, refused: bool) -> None:
    (programs / "ffmpeg").unlink()
    (programs / "ffmpeg").write_text(f"#!/bin/sh\necho '{said}'\n")
    (programs / "ffmpeg").chmod(0o755)
    sentence = answer(programs)
    if refused:
        assert sentence.startswith("ffmpeg 4 is too old: version 5 or newer is needed. Install it with: sudo apt")
        assert "\n" not in sentence
    else:
        assert sentence == ""


@given(major=st.integers(0, 500), rest=st.text(max_size=30), prefix=st.sampled_from(["", "n"]))
@settings(deadline=None)
def test_the_major_version_is_read(major: int, rest: str, prefix: str) -> None:
    assert ffmpeg_major(f"ffmpeg version {prefix}{major}.{rest}") == major


@given(st.text(max_size=60))
@settings(deadline=None)
def test_other_words_give_no_version(text: str) -> None:
    assert ffmpeg_major(text) is None
    assert ffmpeg_major(f"ffmpeg version N-{text}") is None


def test_the_real_one_is_read() -> None:
    said = subprocess.run(["ffmpeg", "-version"], capture_output=True, text=True, check=True).stdout
    major = ffmpeg_major(said)
    if re.match(r"ffmpeg version n?\d", said):
        assert major is not None
        assert OLDEST_FFMPEG <= major < 100
    else:
        assert major is None
