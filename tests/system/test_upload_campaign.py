"""Many memories, a storage behind a faulty network, and a supervisor that is killed again and again."""

import contextlib
import hashlib
import random
import time
from pathlib import Path

import pytest

from appliance.control.errors import GoneError, NoSupervisorError, RefusedError
from appliance.control.messages import Memories, Upload
from appliance.memories.model import Entry
from tests.stands.campaign import IS_FULL
from tests.stands.faulty_proxy import (
    Answer,
    Clean,
    Corrupt,
    Fault,
    FaultyProxy,
    HalfClose,
    Latency,
    Portal,
    Refuse,
    Reset,
    Stall,
    Truncate,
)
from tests.stands.planted import plant
from tests.stands.ports import free_port
from tests.stands.storage_servers import Kind, StorageServer, serve
from tests.system.conftest import Box, BoxFactory, wait_until

FAULTS: tuple[Fault, ...] = (
    Clean(),
    Clean(),
    Clean(),
    Latency(0.05),
    Reset(),
    Reset(after_bytes=20_000),
    Stall(),
    Stall(after_bytes=20_000),
    Corrupt(at_byte=10_000),
    HalfClose(after_bytes=20_000),
    Refuse(),
    Portal(),
    Portal(redirects=True),
    Answer(500),
    Answer(503, methods=("PUT",)),
    Answer(507, methods=("PUT",)),
    Answer(401),
    Truncate(keep_bytes=10_000),
)


class Owner:
    """Looks whether the box keeps its word, and presses the upload button from time to time."""

    def __init__(self, box: Box, storage: StorageServer, planted: list[Entry]) -> None:
        self.box = box
        self._storage = storage
        self._wanted = {entry.sha256: entry.name for entry in planted}

    def presses(self) -> None:
        """Wants everything now, as far as somebody listens."""
        with (
            contextlib.suppress(NoSupervisorError, GoneError, RefusedError),
            self.box.client(20) as client,
        ):
            client.ask(Upload())

    def looks(self) -> None:
        """Nothing may be gone from the box that the storage does not have whole; nor may "proven" be said of it."""
        there = self.there()
        here = {path.name for path in self.box.files()}
        for sha256, name in self._wanted.items():
            assert name in here or sha256 in there, f"{name} was deleted before its proof"
        with contextlib.suppress(NoSupervisorError, GoneError), self.box.client(20) as client:
            for memory in client.ask(Memories()).memories:
                assert memory.upload.state != "proven" or memory.sha256 in there, f"{memory.name} is not there"

    def there(self) -> dict[str, str]:
        """What lies at the storage under names of memories: paths by SHA-256."""
        found: dict[str, str] = {}
        for path in self._storage.folder.rglob("*.mp4"):
            with contextlib.suppress(FileNotFoundError):
                found[hashlib.sha256(path.read_bytes()).hexdigest()] = str(path.relative_to(self._storage.folder))
        return found

    def is_content(self) -> bool:
        return self._wanted.keys() <= self.there().keys()


@pytest.mark.campaign
@pytest.mark.timeout(3600)
@pytest.mark.parametrize(
    ("kind", "upload"),
    [
        # without a hash in common, only reading it back tells that a byte of a copy is another one
        ("webdav", {"after_upload": "keep", "reread": True}),
        ("s3", {"after_upload": "delete-when-proven"}),
    ],
    ids=["webdav", "s3"],
)
def test_every_memory_arrives_whole_and_once(
    box: BoxFactory, tmp_path: Path, kind: Kind, upload: dict[str, object]
) -> None:
    count, kills = (100, 25) if IS_FULL else (3, 1)
    chance = random.Random(f"{kind} {kills}")
    cloud = tmp_path / "cloud"
    cloud.mkdir()
    recorder = box(
        camera={"kind": "mpegts-udp", "url": f"udp://127.0.0.1:{free_port()}"},
        upload={"remote": "garage:moments", "order": "oldest-first", **upload},
    )
    planted = plant(recorder.memories, count)
    with serve(kind, cloud) as storage, FaultyProxy(storage.port) as proxy:
        recorder.socket.parent.mkdir(exist_ok=True)
        (recorder.folder / "var" / "rclone.conf").write_text(storage.section("garage", port=proxy.port))
        owner = Owner(recorder, storage, planted)
        for _ in range(kills):
            recorder.start(state=None)
            live(owner, proxy, chance)
            recorder.kill9()
            owner.looks()
        proxy.switch(Clean())
        recorder.start(state=None)
        wait_until("somebody answers", lambda: recorder.state() != "absent")
        owner.presses()
        wait_until(f"all there\n{recorder.log[-3000:]}", owner.is_content, 60 + 10 * count)
        wait_until("all proven", lambda: recorder.status().upload.proven == count, 60)
        check_the_end(recorder, owner, planted, storage)


def live(owner: Owner, proxy: FaultyProxy, chance: random.Random) -> None:
    """A while in a bad world."""
    until_s = time.monotonic() + chance.uniform(1.0, 5.0)
    while time.monotonic() < until_s:
        proxy.switch(chance.choice(FAULTS))
        owner.presses()
        owner.looks()
        time.sleep(chance.uniform(0.1, 1.0))


def check_the_end(recorder: Box, owner: Owner, planted: list[Entry], storage: StorageServer) -> None:
    names = [path.name for path in storage.folder.rglob("*") if path.is_file()]
    assert sorted(names) == sorted(entry.name for entry in planted), "once each, and nothing half"
    assert owner.there().keys() == {entry.sha256 for entry in planted}
    keeps = recorder.status().upload.sentence
    assert keeps is None
    assert "Traceback" not in recorder.log
    assert recorder.litter() == []
