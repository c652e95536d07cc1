"""rclone's remote control: started, called, lost, ended."""

import asyncio
import os
import signal
import stat
from pathlib import Path

import pytest

from appliance.storage.plain_http import NoAnswerError, ask
from appliance.storage.rcd import Rcd, RcdError, RcdGoneError
from appliance.storage.rclone import find_rclone
from tests.storage.conftest import private_folders


async def test_it_answers_privately_and_leaves_nothing() -> None:
    rcd = await Rcd.start(find_rclone())
    assert stat.S_IMODE(rcd.folder.stat().st_mode) == 0o700
    assert (await rcd.call("rc/noop", {"word": "`$(x)` \u00fc"})) == {"word": "`$(x)` \u00fc"}
    with pytest.raises(RcdError, match="couldn't find backend"):
        await rcd.call("config/create", {"name": "x", "type": "nonsense", "parameters": {}})
    with pytest.raises(RcdError, match="couldn't find method"):
        await rcd.call("no/such/thing")
    await rcd.stop()
    await rcd.stop()
    assert not has_state(rcd.pid, "RSDTZ")
    with pytest.raises(RcdGoneError):
        await rcd.call("rc/noop")
    assert private_folders() == []


async def test_a_frozen_rclone_is_not_waited_for() -> None:
    rcd = await Rcd.start(find_rclone())
    await freeze(rcd.pid)
    with pytest.raises(RcdGoneError, match="did not answer within 0 s"):
        await rcd.call("rc/noop", limit_s=0.3)
    os.kill(rcd.pid, signal.SIGKILL)
    await rcd.stop()


async def test_one_that_is_killed_in_the_middle_of_a_call_is_told() -> None:
    rcd = await Rcd.start(find_rclone())
    await freeze(rcd.pid)
    waiting = asyncio.create_task(rcd.call("rc/noop"))
    await asyncio.sleep(0)
    os.kill(rcd.pid, signal.SIGKILL)
    with pytest.raises(RcdGoneError, match="has ended in the middle of it"):
        await waiting
    await rcd.stop()


async def test_one_that_does_not_start_says_why(tmp_path: Path) -> None:
    with pytest.raises(RcdError, match="No such file"):
        await Rcd.start(str(tmp_path / "nothing"))
    script = tmp_path / "rclone"
    script.write_text("#!/bin/sh\necho no memory >&2\nexit 1\n")
    script.chmod(0o755)
    with pytest.raises(RcdError, match="no memory"):
        await Rcd.start(str(script))
    assert private_folders() == []


@pytest.mark.parametrize(
    "said", [b"", b"SSH-2.0-x\r\n\r\n", b"HTTP/1.0 200 OK\r\nContent-Length: 10\r\n\r\nshort", b"\xff\xfe"]
)
async def test_a_server_that_talks_nonsense(said: bytes) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(said)
        writer.close()

    async with await asyncio.start_server(talk, "127.0.0.1", 0) as server:
        streams = await asyncio.open_connection(*server.sockets[0].getsockname())
        with pytest.raises(NoAnswerError):
            await ask(*streams, "GET", "/")


async def freeze(pid: int) -> None:
    """Stop every thread of a process; the kernel takes its time."""
    os.kill(pid, signal.SIGSTOP)
    async with asyncio.timeout(30):
        while not has_state(pid, "T"):  # noqa: ASYNC110 - the kernel tells nobody but its parent
            await asyncio.sleep(0.01)


def has_state(pid: int, states: str) -> bool:
    """Whether every thread of a process is in one of these states."""
    threads = list(Path(f"/proc/{pid}/task").glob("*/stat"))
    return bool(threads) and all(path.read_text().rpartition(")")[2].split()[0] in states for path in threads)
