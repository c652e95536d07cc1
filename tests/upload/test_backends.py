"""What the kinds of storage differ in, held against the real rclone."""

import json
import subprocess
from pathlib import Path

import pytest

from appliance.storage.proof import HASHES, usable_hashes
from appliance.storage.rclone import find_rclone
from appliance.upload import backends
from appliance.upload.backends import BY_PYTHON, is_atomic, low_memory_flags


@pytest.fixture(scope="module")
def providers() -> dict[str, dict[str, object]]:
    """Every kind of rclone with its options."""
    told = subprocess.run([find_rclone(), "config", "providers"], capture_output=True, check=True).stdout
    return {one["Name"]: {option["Name"]: option for option in one["Options"]} for one in json.loads(told)}


def test_every_kind_that_we_name_exists(providers: dict[str, dict[str, object]]) -> None:
    assert set(providers) >= backends._SELF_CONTAINED


def test_every_flag_is_taken_by_rclone(tmp_path: Path) -> None:
    flags = low_memory_flags("crypt")
    argv = [find_rclone(), "lsf", f"--config={tmp_path / 'none'}", *flags, str(tmp_path)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert len(flags) > 15


def test_every_hash_that_we_name_can_be_computed(tmp_path: Path) -> None:
    told = subprocess.run([find_rclone(), "hashsum"], capture_output=True, text=True, check=True).stdout
    assert set(HASHES) == {line.removeprefix("- ") for line in told.splitlines() if line.startswith("- ")}
    assert set(HASHES) >= BY_PYTHON


def test_the_best_hash_is_first() -> None:
    assert usable_hashes(["crc32", "md5", "sha1"]) == ("sha1", "md5", "crc32")
    assert usable_hashes(["quickxor", "unheard-of"]) == ("quickxor",)
    assert usable_hashes([]) == ()


def test_who_publishes_whole_files_only() -> None:
    assert is_atomic("s3", shows_partial_files=False)
    assert not is_atomic("s3", shows_partial_files=True), "rclone knows better"
    assert not any(is_atomic(kind, shows_partial_files=False) for kind in ("webdav", "ftp", "sftp", "crypt", ""))


def test_a_wrapper_may_hide_any_kind() -> None:
    assert low_memory_flags("b2") == ("--b2-chunk-size=5Mi", "--b2-upload-concurrency=1")
    assert low_memory_flags("sftp") == ()
    assert set(low_memory_flags("crypt")) > set(low_memory_flags("b2"))
