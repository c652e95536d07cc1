"""A card for every test that asks for one."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stands.loop_card import GB, LoopCard

SEARCHED = "/usr/sbin:/sbin"
"""Where a user's own PATH may not lead."""


@pytest.fixture
def card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LoopCard]:
    """A card of 4 GB with the image's table on it, and nothing in the third part."""
    monkeypatch.setenv("PATH", f"{os.environ['PATH']}:{SEARCHED}")
    missing = [tool for tool in ("sfdisk", "losetup", "mkfs.ext4", "resize2fs") if not shutil.which(tool)]
    if missing or os.geteuid() != 0:
        pytest.skip(f"needs root and {', '.join(missing) or 'its tools'}")
    if subprocess.run(["losetup", "-f"], capture_output=True, check=False).returncode:
        pytest.skip("no loop device can be had on this machine")
    # two tests at the same time must not find each other's card
    card = LoopCard(tmp_path, 4 * GB, signature=0x4D4F0000 + os.getpid() % 0xFFFF)
    card.flash()
    with card:
        yield card
