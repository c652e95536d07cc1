"""Is somebody playing this file? Asked while a real process does."""

import subprocess
import sys
from pathlib import Path

import pytest

from appliance.upload.in_use import is_in_use

PLAYER = """
import os, sys
handle = os.open(sys.argv[1], getattr(os, sys.argv[2]))
print("playing", flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def memory(tmp_path: Path) -> Path:
    path = tmp_path / "2026-11-21T10-20-00-MEMORY.mp4"
    path.write_bytes(b"footage")
    return path


@pytest.mark.parametrize("mode", ["O_RDONLY", "O_RDWR"])
def test_a_file_is_in_use_as_long_as_another_process_has_it_open(memory: Path, mode: str) -> None:
    assert not is_in_use(memory)
    argv = [sys.executable, "-c", PLAYER, str(memory), mode]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as player:
        assert player.stdout
        assert player.stdout.readline() == "playing\n"
        assert is_in_use(memory)
        player.communicate("\n")
    assert not is_in_use(memory)


def test_our_own_reading_counts_too(memory: Path) -> None:
    with memory.open("rb"):
        assert is_in_use(memory)
    assert not is_in_use(memory)


def test_what_is_not_there_is_not_in_use(tmp_path: Path) -> None:
    assert not is_in_use(tmp_path / "gone.mp4")


OPENER = """
import os, sys
for _ in range(5000):
    os.close(os.open(sys.argv[1], os.O_RDONLY))
"""
LOOKER = """
import select, sys
from pathlib import Path
from appliance.upload.in_use import is_in_use
print("looking", flush=True)
while not select.select([sys.stdin], [], [], 0)[0]:
    is_in_use(Path(sys.argv[1]))
print("alive")
"""


def test_who_opens_the_file_in_the_instant_of_the_look_harms_nobody(memory: Path) -> None:
    """The kernel signals the holder of a lease when somebody else comes; by default that would end it."""
    argv = [sys.executable, "-c", LOOKER, str(memory)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as looker:
        assert looker.stdout
        assert looker.stdout.readline() == "looking\n"
        subprocess.run([sys.executable, "-c", OPENER, str(memory)], check=True, timeout=100)
        told, _ = looker.communicate("stop\n", timeout=100)
    assert (told, looker.returncode) == ("alive\n", 0)
