"""The whole way: a press, a file, a copy at the owner's storage that is proven, and the truth told of it."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.control.client import Client
from tests.stands.faulty_proxy import FaultyProxy, Refuse
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


def test_a_press_reaches_the_storage_by_itself(box: BoxFactory, storage: StorageServer) -> None:
    recorder = configured(box, storage.section("garage")).start()
    recorder.wait_for_segments(2)
    saved = recorder.save(wait=True)
    wait_until(f"uploaded\n{recorder.log}", lambda: len(there(storage)) == 1, 60)
    ((path, sha256),) = there(storage).items()
    assert path.endswith(f"/{saved.name}")
    assert sha256 == saved.sha256
