"""What must survive a power cut, and folders that cannot serve."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import which

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.durable import (
    RESERVE_BYTES,
    FolderInUseError,
    FolderLock,
    UnusableFolderError,
    disk_reserve_bytes,
    flush_file,
    flush_folder,
    free_bytes,
    prepare_folder,
    require_links,
    unfinished_name,
    write_durably,
    write_privately,
)
from tests.stands.campaign import IS_FULL
from tests.stands.small_disk import small_disk

Spawn = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def spawn() -> Iterator[Spawn]:
    """`spawn(code, *arguments)`: another Python at work, killed with the test."""
    with contextlib.ExitStack() as stack:

        def start(code: str, *arguments: object) -> subprocess.Popen[str]:
            argv = [sys.executable, "-c", code, *map(str, arguments)]
            process = stack.enter_context(subprocess.Popen(argv, stdout=subprocess.PIPE, text=True))
            stack.callback(process.kill)
            return process

        yield start


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    with contextlib.ExitStack() as stack:
        yield lambda options: stack.enter_context(small_disk(tmp_path / "disk", options))


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


# The lock

HOLD = """
import sys, time
from pathlib import Path
from appliance.durable import FolderLock
lock = FolderLock(Path(sys.argv[1]))
print("held", flush=True)
time.sleep(60)
"""
HOLD_WITH_CHILD = """
import subprocess, sys, time
from pathlib import Path
from appliance.durable import FolderLock
lock = FolderLock(Path(sys.argv[1]))
child = subprocess.Popen(["sleep", "60"])
print(child.pid, flush=True)
time.sleep(60)
"""


def test_a_second_supervisor_is_refused_until_the_first_is_gone(tmp_path: Path, spawn: Spawn) -> None:
    first = spawn(HOLD, tmp_path)
    assert first_line(first) == "held"
    with pytest.raises(FolderInUseError) as refusal:
        FolderLock(tmp_path)
    sentence = f"Another Moment Recorder works in {tmp_path}: stop it first, or give this one other folders."
    assert str(refusal.value) == sentence
    first.kill()
    first.wait()
    lock = FolderLock(tmp_path)
    with pytest.raises(FolderInUseError):
        FolderLock(tmp_path)
    lock.release()
    FolderLock(tmp_path).release()


def test_a_child_that_outlives_the_supervisor_does_not_keep_the_lock(tmp_path: Path, spawn: Spawn) -> None:
    first = spawn(HOLD_WITH_CHILD, tmp_path)
    child = int(first_line(first))
    try:
        first.kill()
        first.wait()
        assert Path(f"/proc/{child}").exists()
        FolderLock(tmp_path).release()
    finally:
        os.kill(child, signal.SIGKILL)


def test_a_refusal_leaves_no_open_file(tmp_path: Path) -> None:
    lock = FolderLock(tmp_path)
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - names, not paths
    for _ in range(20):
        with pytest.raises(FolderInUseError):
            FolderLock(tmp_path)
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208 - names, not paths
    lock.release()


# Whole or not at all


def test_a_private_file_is_so_from_its_first_byte(tmp_path: Path) -> None:
    path, elsewhere = tmp_path / "file", tmp_path / "elsewhere"
    (tmp_path / unfinished_name("file")).symlink_to(elsewhere)
    path.write_text("earlier, for everybody's eyes")

    write_privately(path, b"secret")

    assert path.read_bytes() == b"secret"
    assert path.stat().st_mode & 0o777 == 0o600
    assert not elsewhere.exists()


WRITE = """
import sys
from pathlib import Path
from appliance.durable import write_durably
path, count = Path(sys.argv[1]), 0
print("go", flush=True)
while True:
    write_durably(path, bytes([count % 256]) * 500_000)
    count += 1
"""


@pytest.mark.campaign
def test_a_file_is_never_half_written_however_the_writer_dies(tmp_path: Path, spawn: Spawn) -> None:
    """Killed at random instants: one of the whole versions is there, and the next writer is not disturbed."""
    path = tmp_path / "file"
    write_durably(path, b"first")
    unfinished = 0
    for attempt in range(200 if IS_FULL else 12):
        writer = spawn(WRITE, path)
        assert first_line(writer) == "go"
        time.sleep(0.003 * (attempt % 12))
        writer.kill()
        writer.wait()
        content = path.read_bytes()
        assert content == b"first" or (len(content) == 500_000 and len(set(content)) == 1)
        unfinished += (tmp_path / unfinished_name("file")).exists()
        write_durably(path, b"first")
        assert path.read_bytes() == b"first"
        assert [p.name for p in tmp_path.iterdir()] == ["file"]
    assert unfinished, "no writer was caught in the middle: this proved nothing"


@given(st.lists(st.binary(max_size=200), min_size=1, max_size=5))
@settings(deadline=None, max_examples=20)
def test_the_last_content_is_the_content(contents: list[bytes]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for content in contents:
            write_durably(folder / "a file", content)
            assert (folder / "a file").read_bytes() == content
        assert [p.name for p in folder.iterdir()] == ["a file"]


def test_a_full_disk_leaves_the_earlier_content(disk: Callable[[str], Path]) -> None:
    root = disk("size=1m")
    write_durably(root / "file", b"earlier")
    with pytest.raises(OSError, match="No space left"):
        write_durably(root / "file", bytes(2_000_000))
    assert (root / "file").read_bytes() == b"earlier"


TRACED = """
import sys
from pathlib import Path
from appliance.durable import flush_file, flush_folder, write_durably
folder = Path(sys.argv[1])
write_durably(folder / "file", b"content")
flush_folder(folder)
flush_file(folder / "file")
"""


def test_bytes_come_before_the_name_and_the_name_before_the_folder(tmp_path: Path) -> None:
    if which("strace") is None:
        pytest.skip("strace is not installed: `scripts/system-packages test` installs it")
    folder, log = tmp_path / "folder", tmp_path / "trace"
    folder.mkdir()
    calls = "write,fdatasync,fsync,rename,renameat,renameat2"
    command = ["strace", "-f", "-y", "-o", str(log), "-e", f"trace={calls}", sys.executable, "-c", TRACED, str(folder)]
    subprocess.run(command, check=True)
    ours = [line.split(maxsplit=1)[1] for line in log.read_text().splitlines() if str(folder) in line]
    assert [call.partition("(")[0] for call in ours] == ["write", "fsync", "rename", "fsync", "fdatasync"]
    new, done = f"{folder}/.file.new", f"{folder}/file"
    assert new in ours[0]
    assert new in ours[1]
    assert new in ours[2]
    assert f"{folder}>" in ours[3]
    assert f"{done}>" in ours[4]


def test_flushing_tells_what_is_missing(tmp_path: Path) -> None:
    for flush in (flush_file, flush_folder):
        with pytest.raises(FileNotFoundError):
            flush(tmp_path / "nothing")
    (tmp_path / "file").touch()
    with pytest.raises(NotADirectoryError):
        flush_folder(tmp_path / "file")
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - names, not paths
    for _ in range(10):
        flush_file(tmp_path / "file")
        flush_folder(tmp_path)
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208 - names, not paths


# Space


def test_free_space_is_what_a_user_may_write(disk: Callable[[str], Path]) -> None:
    root = disk("size=40m")
    before = free_bytes(root)
    assert before == 40 * 1024 * 1024
    (root / "file").write_bytes(bytes(10 * 1024 * 1024))
    assert free_bytes(root) == before - 10 * 1024 * 1024


@pytest.mark.parametrize(
    ("size", "reserve"), [("40m", 40 * 1024 * 1024 // 20), ("5g", 5 * 1024**3 // 20), ("10g", RESERVE_BYTES)]
)
def test_a_twentieth_of_a_small_disk_is_left_free(disk: Callable[[str], Path], size: str, reserve: int) -> None:
    assert disk_reserve_bytes(disk(f"size={size}")) == reserve


# Folders that cannot serve


def test_a_missing_folder_is_made_with_its_parents(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b" / "c"
    for _ in range(2):
        prepare_folder(folder)
        assert list(folder.iterdir()) == []


def test_a_read_only_disk_is_refused_with_a_sentence(disk: Callable[[str], Path]) -> None:
    root = disk("size=1m,ro")
    with pytest.raises(UnusableFolderError) as refusal:
        prepare_folder(root)
    assert str(refusal.value) == (
        f"Nothing can be written in {root} (Read-only file system): check that the disk is there, "
        "not read-only, and belongs to the user that runs the recorder."
    )
    with pytest.raises(UnusableFolderError, match="Read-only file system"):
        prepare_folder(root / "new")


def test_a_file_in_the_way_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(UnusableFolderError, match=f"Nothing can be written in {folder}"):
            prepare_folder(folder)


def test_links_on_one_disk_are_fine(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    other.mkdir()
    (other / ".link-test").touch()  # left by a power cut
    require_links(one, other)
    assert list(one.iterdir()) == list(other.iterdir()) == []


def test_folders_on_two_disks_are_refused_with_a_sentence(tmp_path: Path, disk: Callable[[str], Path]) -> None:
    ring, memories = tmp_path / "ring", disk("size=1m")
    ring.mkdir()
    with pytest.raises(UnusableFolderError) as refusal:
        require_links(ring, memories)
    assert str(refusal.value) == (
        f"{memories} cannot hold hard links to files of {ring} (Invalid cross-device link): "
        "put both folders on one ext4 (or similar) file system."
    )
    assert list(ring.iterdir()) == list(memories.iterdir()) == []
