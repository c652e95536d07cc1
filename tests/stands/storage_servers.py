"""Real storages on loopback: `rclone serve` with a user and a password, on a folder that a test can look into.

    with serve("webdav", folder) as storage:
        config.write_text(storage.section("garage"))

The storage is then the remote `garage:`; for S3 its buckets are the folders in `folder`.
"""

import contextlib
import functools
import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from appliance.storage.rclone import find_rclone
from tests.stands.ports import free_port

Kind = Literal["webdav", "sftp", "s3", "ftp"]

USER = "moment"
PASSWORD = "open-sesame-27"
READY_LIMIT_S = 60.0
_DIES_WITH_US = ("setpriv", "--pdeathsig", "KILL", "--")


@functools.cache
def obscured(password: str) -> str:
    """A password as rclone's configuration holds it."""
    argv = [find_rclone(), "obscure", password]
    return subprocess.run(argv, capture_output=True, text=True, check=True).stdout.strip()


@dataclass(frozen=True)
class StorageServer:
    """One running storage. `folder`: what lies on it."""

    kind: Kind
    folder: Path
    port: int
    process: subprocess.Popen[bytes]
    user: str = USER
    password: str = PASSWORD

    @property
    def url(self) -> str:
        """For kinds that speak HTTP."""
        return f"http://127.0.0.1:{self.port}"

    def section(self, name: str = "garage", *, port: int | None = None, password: str | None = None) -> str:
        """The section of rclone's configuration that reaches it, by another port if a proxy stands in front."""
        key = self.password if password is None else password
        return section(self.kind, name, port=port or self.port, user=self.user, password=key)


def section(kind: Kind, name: str, *, port: int, user: str = USER, password: str = PASSWORD, tls: bool = False) -> str:
    """The section of rclone's configuration for a storage at a port of loopback."""
    address = f"{'https' if tls else 'http'}://127.0.0.1:{port}"
    login = {"user": user, "pass": obscured(password)}
    host = {"host": "127.0.0.1", "port": str(port)}
    values: dict[Kind, dict[str, str]] = {
        "webdav": {"url": address, "vendor": "other", **login},
        "sftp": {**host, **login},
        "ftp": {**host, **login},
        "s3": {"provider": "Rclone", "endpoint": address, "access_key_id": user, "secret_access_key": password},
    }
    lines = [f"[{name}]", f"type = {kind}", *(f"{key} = {value}" for key, value in values[kind].items())]
    return "\n".join(lines) + "\n\n"


@contextlib.contextmanager
def serve(
    kind: Kind, folder: Path, *options: str, user: str = USER, password: str = PASSWORD
) -> Iterator[StorageServer]:
    """A storage that runs until the block ends. What a test puts into `folder` by hand is seen at once."""
    with tempfile.TemporaryDirectory(prefix="storage-") as cache:
        at = free_port()
        process = subprocess.Popen(
            [*_DIES_WITH_US, *_command(kind, folder, at, user, password), *options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "RCLONE_CACHE_DIR": cache, "RCLONE_CONFIG": f"{cache}/none.conf"},
        )
        try:
            _wait_until_it_listens(at, process)
            yield StorageServer(kind, folder, at, process, user, password)
        finally:
            process.kill()
            process.wait()


def _command(kind: Kind, folder: Path, port: int, user: str, password: str) -> list[str]:
    login = [f"--auth-key={user},{password}"] if kind == "s3" else [f"--user={user}", f"--pass={password}"]
    # What a test lays into the folder is there at once. Not 0: the timer that forgets a folder would never rest, and
    # rclone takes a processor for itself (seen with 1.75.2).
    fresh = ["--dir-cache-time=5ms", "--buffer-size=0", "--vfs-write-wait=60s"]  # pieces may come in any order
    return [find_rclone(), "serve", kind, f"--addr=127.0.0.1:{port}", *login, *fresh, str(folder)]


def _wait_until_it_listens(port: int, process: subprocess.Popen[bytes]) -> None:
    until_s = time.monotonic() + READY_LIMIT_S
    while time.monotonic() < until_s:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1.0):
            return
        assert process.poll() is None, f"rclone serve ended with {process.returncode}"
        time.sleep(0.02)
    raise TimeoutError("rclone serve does not listen")
