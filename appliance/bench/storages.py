"""Storages on loopback that the bench starts itself, by `rclone serve`."""

import asyncio
import contextlib
import os
import re
import secrets
import socket
import tempfile
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from itertools import count
from pathlib import Path

from appliance.bench.materials import ToolFailedError
from appliance.bench.sending import FOLDER, REMOTE, Kind, NotedRclone, Storage
from appliance.bench.stage import Stage
from appliance.child import Child
from appliance.durable import free_bytes
from appliance.storage.rclone import find_rclone

_USER = "bench"
_PATIENCE_S = 30.0
_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own is made there
_ROOM_FOR = 4
"""So many times the file must fit into the memory that is free: a small board keeps to its disk."""


@asynccontextmanager
async def storage(stage: Stage, kind: Kind, size_bytes: int) -> AsyncIterator[Storage]:
    """A storage that runs until the block ends, and then leaves nothing. `size_bytes`: the largest file it gets."""
    with _folder(stage, size_bytes) as folder:
        (folder / "files" / FOLDER).mkdir(parents=True)
        port, password, binary = _free_port(), secrets.token_hex(8), find_rclone()
        config = folder / "rclone.conf"
        config.write_text(await _section(kind, port, password), encoding="utf-8")
        login = [f"--auth-key={_USER},{password}"] if kind == "s3" else [f"--user={_USER}", f"--pass={password}"]
        argv = [binary, "serve", kind, f"--addr=127.0.0.1:{port}", *login]
        own = {"RCLONE_CACHE_DIR": str(folder / "cache"), "RCLONE_CONFIG": str(folder / "none.conf")}
        child = await Child.start([*argv, str(folder / "files")], environment=own)
        try:
            await _until_it_listens(port, child)
            yield Storage(kind, folder / "files", NotedRclone(config, binary), count(1))
        finally:
            await child.stop()


def lies_in_memory(size_bytes: int) -> bool:
    """Whether the memory that is free has room for a storage that gets files of this size."""
    try:
        told = re.search(r"^MemAvailable:\s+(\d+) kB$", Path("/proc/meminfo").read_text(encoding="ascii"), re.MULTILINE)
        room_bytes = min(int(told[1]) * 1024 if told else 0, free_bytes(_SHARED_MEMORY))
    except OSError:
        return False
    return os.access(_SHARED_MEMORY, os.W_OK) and room_bytes >= _ROOM_FOR * size_bytes


def where_it_lies(size_bytes: int) -> str:
    """The same, as a remark."""
    if lies_in_memory(size_bytes):
        return (
            "The storage is a `rclone serve` on loopback whose files lie in memory (tmpfs): no disk takes part in it."
        )
    return (
        "The storage is a `rclone serve` on loopback whose files lie on the same disk: its writes are in every figure."
    )


@contextmanager
def _folder(stage: Stage, size_bytes: int) -> Iterator[Path]:
    where = _SHARED_MEMORY if lies_in_memory(size_bytes) else stage.folder
    with tempfile.TemporaryDirectory(dir=where, prefix="moment-bench-") as folder:
        yield Path(folder)


async def _section(kind: Kind, port: int, password: str) -> str:
    address = f"http://127.0.0.1:{port}"
    values: dict[str, str] = {"type": kind}
    if kind == "s3":
        values |= {"provider": "Rclone", "endpoint": address, "access_key_id": _USER, "secret_access_key": password}
    else:
        obscured = (await told([find_rclone(), "obscure", password])).strip()
        host = {"url": address, "vendor": "other"} if kind == "webdav" else {"host": "127.0.0.1", "port": str(port)}
        values |= {**host, "user": _USER, "pass": obscured}
    return "\n".join([f"[{REMOTE}]", *(f"{key} = {value}" for key, value in values.items())]) + "\n"


async def told(argv: list[str]) -> str:
    """What a program writes to its standard output.

    Raises:
        ToolFailedError: if it did not end well.
    """
    child = await Child.start(argv, output=PIPE)
    try:
        text = await child.output.read()
        if await child.wait() != 0:
            raise ToolFailedError(f"{argv[0]} failed: {child.last_words}")
    finally:
        await child.stop()
    return text.decode()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


async def _until_it_listens(port: int, child: Child) -> None:
    limit_s = time.monotonic() + _PATIENCE_S
    while time.monotonic() < limit_s:
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        await asyncio.sleep(0.05)
    raise ToolFailedError(f"rclone serve does not listen: {child.last_words}")
