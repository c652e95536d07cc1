"""The whole way: a press, a file, a copy at the owner's storage that is proven, and the truth told of it."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.control.messages import MemoryUpload
from tests.stands.storage_servers import StorageServer, serve
from tests.system.conftest import Box, BoxFactory, wait_until


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[StorageServer]:
    """The owner's WebDAV server."""
    folder = tmp_path / "the cloud"
    folder.mkdir()
    with serve("webdav", folder) as server:
        yield server


def configured(box: BoxFactory, section: str, **upload: object) -> Box:
    """A box whose storage `garage` is set up."""
    made = box(upload={"remote": "garage:moments", **upload})
    config = made.folder / "var" / "rclone.conf"
    config.parent.mkdir(exist_ok=True)
    config.write_text(section)
    config.chmod(0o600)
    return made


def there(storage: StorageServer) -> dict[str, str]:
    """What lies at the storage: SHA-256 by path."""
    files = (path for path in storage.folder.rglob("*") if path.is_file())
    return {str(p.relative_to(storage.folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def upload_of(recorder: Box, name: str) -> MemoryUpload:
    """What is told of one memory's upload."""
    return next(memory.upload for memory in recorder.kept() if memory.name == name)


def wait_until_proven(recorder: Box, name: str, within_s: float = 60) -> MemoryUpload:
    wait_until(f"{name} proven\n{recorder.log}", lambda: upload_of(recorder, name).state == "proven", within_s)
    return upload_of(recorder, name)


def test_a_press_reaches_the_storage_and_is_proven(box: BoxFactory, storage: StorageServer) -> None:
    recorder = configured(box, storage.section("garage"), behaviour="manual").start()
    recorder.wait_for_segments(2)
    saved = recorder.save(wait=True)
    assert upload_of(recorder, saved.name).state == "kept"
    assert recorder.status().upload.state == "idle"

    done = recorder.moment("upload", "--wait")

    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    told = upload_of(recorder, saved.name)
    assert (told.state, told.reason, told.proof) == ("proven", None, "size")
    assert told.remote_path
    assert there(storage) == {told.remote_path.removeprefix("garage:"): saved.sha256}
    assert recorder.status().upload.state == "idle"
    assert Path(saved.path or "").exists()
