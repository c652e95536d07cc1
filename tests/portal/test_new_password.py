"""The password that is set at a terminal, as somebody would type it there."""

import os
import pty
import select
import subprocess
import sys
from pathlib import Path

import pytest
from setup_portal.keys import Keys
from setup_portal.store import Store

from tests.portal.conftest import PASSWORD


def typed(folder: Path, *lines: str) -> int:
    """The exit code, with these lines typed, each as it is asked for."""
    keyboard, terminal = pty.openpty()
    argv = [sys.executable, "-m", "setup_portal.new_password", "--state", str(folder)]
    with subprocess.Popen(argv, stdin=terminal, stdout=terminal, stderr=terminal, start_new_session=True) as process:
        os.close(terminal)
        try:
            for line in lines:
                seen_until(keyboard, b": ")
                os.write(keyboard, f"{line}\n".encode())
            return process.wait(60)
        finally:
            process.kill()
            os.close(keyboard)


def seen_until(keyboard: int, end: bytes) -> None:
    seen = b""
    while not seen.endswith(end):
        assert select.select([keyboard], [], [], 60)[0], seen
        seen += os.read(keyboard, 1024)


def test_it_opens_the_pages(tmp_path: Path) -> None:
    assert typed(tmp_path, PASSWORD, PASSWORD) == 0
    assert Keys(Store(tmp_path)).opens(PASSWORD)


@pytest.mark.parametrize(
    "lines", [("short", "short"), ("password", "password"), (PASSWORD, "another"), ("x" * 200,) * 2]
)
def test_what_will_not_do_changes_nothing(tmp_path: Path, lines: tuple[str, str]) -> None:
    assert typed(tmp_path, *lines) == 1
    assert not (tmp_path / "keys.json").exists()


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert typed(tmp_path / "file" / "pages", PASSWORD, PASSWORD) == 2
