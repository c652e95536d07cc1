"""Real storages, a faulty proxy in front of each, and what brings files there."""

import contextlib
import hashlib
import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from appliance.clock import SystemClock
from appliance.storage.rclone import Rclone, find_rclone
from appliance.upload.delivery import Delivery
from appliance.upload.model import Job
from appliance.upload.remote import RemoteStore
from appliance.upload.transfer import Limits, Transfer
from tests.stands.faulty_proxy import Clean, FaultyProxy
from tests.stands.storage_servers import Kind, StorageServer, serve

CONTENT = hashlib.shake_128(b"a memory").digest(300_000)
NAME = "2026-11-21T10-20-00-MEMORY.mp4"


class HandClock(SystemClock):
    """Goes on by itself, and leaps forward when told."""

    leapt_s = 0.0

    def monotonic_s(self) -> float:
        return super().monotonic_s() + self.leapt_s


@dataclass
class Place:
    """A folder of one test on a real storage, reached through the proxy."""

    storage: StorageServer
    proxy: FaultyProxy
    rclone: Rclone
    clock: HandClock
    store: RemoteStore
    transfer: Transfer
    delivery: Delivery
    folder: str
    file: Path
    written: list[Job] = field(default_factory=list)

    def path(self, name: str = NAME) -> str:
        return f"garage:{self.folder}/{name}"

    def files(self) -> dict[str, bytes]:
        """What lies there, seen from the storage's side."""
        there = self.storage.folder / self.folder
        return {path.name: path.read_bytes() for path in there.iterdir()} if there.exists() else {}

    def put(self, name: str, content: bytes) -> None:
        """Somebody else's file."""
        target = self.storage.folder / self.folder / name
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(content)

    def job(self, **changes: Any) -> Job:
        known = {"size_bytes": len(CONTENT), "sha256": hashlib.sha256(CONTENT).hexdigest(), "name": NAME}
        return Job(**{"key": "c-1#1", "id": "m-1", "pressed_wall_s": 1.8e9, **known, **changes})

    async def deliver(self, job: Job | None = None, name: str = NAME) -> Job:
        """As the supervisor would: it writes down what is begun."""
        return await self.delivery.deliver(job or self.job(), self.file, self.path(name), self._write)

    async def _write(self, job: Job) -> None:
        self.written.append(job)


Places = Callable[..., Place]


@pytest.fixture(scope="session")
def storages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Kind], tuple[StorageServer, FaultyProxy]]]:
    """One running storage of each kind that is asked for, with a proxy in front."""
    running: dict[Kind, tuple[StorageServer, FaultyProxy]] = {}
    with contextlib.ExitStack() as stack:

        def start(kind: Kind) -> tuple[StorageServer, FaultyProxy]:
            if kind not in running:
                storage = stack.enter_context(serve(kind, tmp_path_factory.mktemp(kind)))
                running[kind] = storage, stack.enter_context(FaultyProxy(storage.port))
            return running[kind]

        yield start


@pytest.fixture
def places(
    storages: Callable[[Kind], tuple[StorageServer, FaultyProxy]], tmp_path: Path
) -> Iterator[Callable[..., Place]]:
    """Not at the lowest priority, as tests run beside others.

    `places("webdav", section=…, reread=…, limits=…, limit_mbit_s=…, step_limit_s=…)`.
    """
    file = tmp_path / NAME
    file.write_bytes(CONTENT)
    used: list[FaultyProxy] = []
    with ThreadPoolExecutor(1, "hasher") as hasher:

        def make(
            kind: Kind,
            *,
            section: Callable[[StorageServer, int], str] | None = None,
            reread: bool = False,
            limits: Limits | None = None,
            limit_mbit_s: float | None = None,
            step_limit_s: float = 60.0,
        ) -> Place:
            storage, proxy = storages(kind)
            used.append(proxy)
            config = tmp_path / "rclone.conf"
            config.write_text(section(storage, proxy.port) if section else storage.section(port=proxy.port))
            rclone, clock = Rclone(config, find_rclone()), HandClock()
            store = RemoteStore(rclone, hasher, step_limit_s, prefix=())
            transfer = Transfer(rclone, clock, limits=limits, limit_mbit_s=limit_mbit_s, prefix=())
            delivery = Delivery(store, transfer, clock, reread=reread)
            folder = f"moments-{secrets.token_hex(4)}"
            return Place(storage, proxy, rclone, clock, store, transfer, delivery, folder, file)

        yield make
    for proxy in used:
        proxy.switch(Clean())
