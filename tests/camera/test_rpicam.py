"""The ribbon cable's camera through a stand-in for rpicam-vid, which takes the real one's options and no others."""

import asyncio
import os
import sys
import tempfile
from pathlib import Path

import pytest

from appliance.camera import rpicam
from appliance.camera.candidates import find_cameras
from appliance.camera.rpicam import RpicamCamera, rpicam_command, why_ended
from appliance.camera.source import CameraTroubleError
from appliance.camera.v4l2 import Look, V4l2Camera
from appliance.child import Child
from tests.camera.conftest import Cutter
from tests.conftest import PROJECT_ROOT

STAND = PROJECT_ROOT / "tests" / "stands" / "rpicam_vid.py"


@pytest.fixture
def on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The program that a board has, and small pictures for the sake of the tests' time."""
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "rpicam-vid"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} {STAND} "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    monkeypatch.setattr(rpicam, "SIZE", (320, 180))
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))


@pytest.mark.usefixtures("on_path")
async def test_its_pictures_are_cut_at_key_frames_and_nothing_is_left(cut: Cutter, tmp_path: Path) -> None:
    taken = await cut(V4l2Camera(device="/dev/no-such-video", audio="none"), seconds=4)

    taken.decode()
    assert taken.codecs() == ["h264"]
    assert set(taken.key_frame_distances_s()) == {1.0}
    assert len(taken.segments) >= 3
    (tmp_path / "tmp").rmdir()  # nothing is in it


@pytest.mark.usefixtures("on_path")
@pytest.mark.parametrize(("mood", "why"), [("none", "seated at both ends"), ("busy", "in use by another program")])
async def test_why_it_ended_is_told(monkeypatch: pytest.MonkeyPatch, cut: Cutter, mood: str, why: str) -> None:
    monkeypatch.setenv("MOMENT_RPICAM", mood)

    with pytest.raises(CameraTroubleError, match=why):
        await cut(RpicamCamera(audio="none"), seconds=10)


@pytest.mark.usefixtures("on_path")
async def test_where_no_camera_is_at_all_both_are_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MOMENT_RPICAM", "none")
    with pytest.raises(CameraTroubleError, match=r"no camera at .*plugged in.*on the ribbon cable"):
        async with V4l2Camera(device=str(tmp_path / "video0"), audio="none").connect():
            pass


@pytest.mark.usefixtures("on_path")
async def test_a_camera_that_dies_ends_the_stream(monkeypatch: pytest.MonkeyPatch, cut: Cutter) -> None:
    monkeypatch.setenv("MOMENT_RPICAM", "dies")

    with pytest.raises(CameraTroubleError, match="has ended"):
        await cut(RpicamCamera(audio="none"), seconds=30)


@pytest.mark.usefixtures("on_path")
async def test_one_that_hangs_is_given_up_and_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """A handle that the loop still watched after it was closed would make the next one of its number unheard."""
    monkeypatch.setenv("MOMENT_RPICAM", "hangs")
    tasks = asyncio.all_tasks()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1), RpicamCamera(audio="none").connect():
            pass
    assert asyncio.all_tasks() == tasks

    loop, heard = asyncio.get_running_loop(), asyncio.Event()
    reader, writer = os.pipe()
    loop.add_reader(reader, heard.set)
    try:
        os.write(writer, b"x")
        async with asyncio.timeout(30):
            await heard.wait()
    finally:
        loop.remove_reader(reader)
        os.close(reader)
        os.close(writer)


async def test_without_the_program_the_cure_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(CameraTroubleError, match="apt install rpicam-apps"):
        async with RpicamCamera().connect():
            pass


async def test_the_stand_in_refuses_what_the_real_one_would(tmp_path: Path) -> None:
    for words in (["--frobnicate"], ["--verbose", "0"], ["positional"]):
        child = await Child.start([sys.executable, str(STAND), *words])
        assert await child.wait() == 1
        assert "unrecognised option" in child.last_words
    known = rpicam_command("rpicam-vid", tmp_path / "x")
    assert known[-2:] == ["--output", str(tmp_path / "x")]


def test_a_sensor_that_gives_raw_patterns_is_the_ribbon_s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for node in ("video0", "video1"):
        (tmp_path / node).mkdir()
        (tmp_path / node / "name").write_text("unicam-image\n" if node == "video0" else "unicam-embedded\n")
    raw = Look(frozenset({"pBAA"}), ())
    monkeypatch.setenv("PATH", str(tmp_path))

    (without,) = find_cameras(tmp_path, Path("/dev"), lambda _: raw)
    program = tmp_path / "rpicam-vid"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    (found,) = find_cameras(tmp_path, Path("/dev"), lambda _: raw)

    assert (found.kind, found.trouble) == ("rpicam", None)
    assert without.trouble is not None
    assert "rpicam-vid" in without.trouble


def test_its_last_words_are_cleaned() -> None:
    assert "hunter2" not in why_ended("x\nrtsp://a:hunter2@b failed\n", 1)
    assert why_ended("", -9).endswith("exit code -9")
