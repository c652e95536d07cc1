"""What keeps the recorder from starting, and the sentence that says so; exit code 2, and nothing half begun."""

import os
from pathlib import Path

import pytest

from tests.system.conftest import Box, BoxFactory, MountDisk, wait_until


def refusal(recorder: Box, *, path: str | None = None) -> str:
    """The one sentence that a recorder ends with, after its greeting at most."""
    recorder.start(state=None, path=path)
    wait_until("it ends", lambda: recorder.process.poll() is not None)
    assert recorder.process.returncode == 2, recorder.log
    assert "Traceback" not in recorder.log
    *greeting, sentence = recorder.log.splitlines()
    assert len(greeting) <= 1, recorder.log
    assert recorder.children() == []
    assert not recorder.socket.exists()
    return sentence


def test_a_press_before_anything_was_recorded(box: BoxFactory, free_port: int) -> None:
    recorder = box(camera={"kind": "mpegts-udp", "url": f"udp://@:{free_port}"}).start(state="starting")

    refused = recorder.moment("save", "--json")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("NOT SAVED: Nothing recorded yet")
    waited = recorder.moment("save", "--wait")
    assert (waited.returncode, waited.stdout) == (1, "")
    held = recorder.moment("press", "--hold", "0.1")
    assert (held.returncode, held.stdout) == (1, "")
    assert held.stderr.startswith("NOT SAVED: Nothing recorded yet")
    assert recorder.files() == []


def test_pins_that_cannot_be_reached_keep_nobody_from_recording(box: BoxFactory) -> None:
    recorder = box(panel={"kind": "gpio"}).start()

    trouble = recorder.status().panel_trouble
    assert trouble
    assert "No GPIO pins can be reached here" in trouble
    assert recorder.status().lamp == "fault"
    recorder.wait_for_segments(1)
    assert recorder.moment("press", "--hold", "0.1").returncode == 0
    recorder.wait_until_kept()
    assert len(recorder.files()) == 1
    assert recorder.log.count("No GPIO pins") == 1


@pytest.mark.parametrize("shared", ["ring", "memories"])
def test_two_recorders_on_one_folder(box: BoxFactory, tmp_path: Path, shared: str) -> None:
    first = box().start()
    (tmp_path / "second").mkdir()
    folder = first.ring if shared == "ring" else first.memories
    second = box(folder=tmp_path / "second", **{shared: {"directory": str(folder)}})

    assert refusal(second).startswith("Another Moment Recorder works in ")
    assert first.state() == "recording"
    first.wait_for_segments(2)


def test_two_recorders_at_one_socket(box: BoxFactory, tmp_path: Path) -> None:
    first = box().start()
    (tmp_path / "second").mkdir()
    second = box(folder=tmp_path / "second", control={"socket": str(first.socket)})

    assert "stop it first" in refusal(second)
    assert first.state() == "recording", "its socket was not taken away"


def test_a_recorder_that_was_killed_does_not_lock_out_its_successor(box: BoxFactory) -> None:
    recorder = box().start()
    recorder.kill9()
    recorder.start()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere; the test with a read-only disk speaks for it")
def test_a_folder_that_belongs_to_somebody_else(box: BoxFactory, tmp_path: Path) -> None:
    recorder = box(ring={"directory": str(tmp_path / "locked" / "ring")})
    (tmp_path / "locked").mkdir(mode=0o500)
    assert refusal(recorder).startswith("Nothing can be written in ")


def test_a_read_only_disk(box: BoxFactory, small_disk: MountDisk) -> None:
    disk = small_disk(1_000_000, options=",ro")
    said = refusal(box(memories={"directory": str(disk)}))
    assert said.startswith(f"Nothing can be written in {disk} (Read-only file system)")


def test_ring_and_memories_on_two_file_systems(box: BoxFactory, tmp_path: Path) -> None:
    other = Path("/dev/shm")
    if not other.is_dir() or other.stat().st_dev == tmp_path.stat().st_dev or not os.access(other, os.W_OK):
        pytest.skip("/dev/shm is no second file system here")
    elsewhere = other / f"moment-test-{os.getpid()}"
    recorder = box(memories={"directory": str(elsewhere)})
    try:
        assert "put both folders on one ext4" in refusal(recorder)
        assert not list(elsewhere.glob("*-test"))
    finally:
        for file in elsewhere.iterdir():
            file.unlink()
        elsewhere.rmdir()


def test_a_socket_path_that_is_a_file(box: BoxFactory, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    recorder = box(control={"socket": str(tmp_path / "notes.txt")})
    assert "is not a socket" in refusal(recorder)
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_no_ffmpeg(box: BoxFactory, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    assert (
        refusal(box(), path=str(tmp_path / "bin"))
        == "ffmpeg is not installed. Install it with: sudo apt install ffmpeg"
    )


def test_an_ffmpeg_that_is_too_old(box: BoxFactory, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    old = tmp_path / "bin" / "ffmpeg"
    old.write_text(
        "#!/bin/sh\necho 'ffmpeg version 4.4.2-0ubuntu0.22.04.1 Copyright (c) 2000-2021 the FFmpeg developers'\n"
    )
    old.chmod(0o755)

    said = refusal(box(), path=f"{tmp_path / 'bin'}:{os.environ['PATH']}")

    assert said.startswith("ffmpeg 4 is too old")
    assert "sudo apt install ffmpeg" in said


def test_settings_with_mistakes_are_told_all_at_once(box: BoxFactory) -> None:
    recorder = box(camera={"kind": "rtps", "ulr": "rtsp://10.0.0.5/live"}, ring={"segment_seconds": 0.1})
    recorder.start(state=None)
    assert recorder.process.wait(20) == 2
    lines = recorder.log.splitlines()
    assert len(lines) == 3
    assert all(line.startswith(f"{recorder.folder}/moment.toml, line ") for line in lines)
    assert 'did you mean "rtsp"?' in recorder.log
    assert 'did you mean "url"?' in recorder.log
    assert not recorder.ring.exists(), "nothing was begun"

    checked = recorder.moment("config", "check", "moment.toml")
    assert (checked.returncode, checked.stdout) == (2, "")
    assert len(checked.stderr.splitlines()) == 3
    run = recorder.moment("run", "--config", "moment.toml")
    assert (run.returncode, run.stderr) == (2, checked.stderr)
