"""What rclone_python answers, from a process of its own; and what it is never asked."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from appliance.storage.asking import Listed, Queries, QueryError
from appliance.storage.model import StorageRefusedError
from appliance.storage.rclone import Rclone, find_rclone
from tests.stands.oauth_provider import OAuthProvider
from tests.stands.processes import ends
from tests.stands.storage_servers import StorageServer
from tests.storage.conftest import Box, private_folders


@pytest.fixture
def config(tmp_path: Path, s3: StorageServer) -> Path:
    path = tmp_path / "rclone.conf"
    path.write_text(
        f"[my bucket]\ntype = s3\nprovider = Other\naccess_key_id = ACCESS\nsecret_access_key = SECRETSECRET\n"
        f"endpoint = {s3.url}\n[b]\ntype = alias\nremote = my bucket:\n"
    )
    return path


async def test_every_query_against_a_real_storage(config: Path, s3: StorageServer, tmp_path: Path) -> None:
    for number in range(2):
        folder = [s3.folder / "shelf", tmp_path / "mine"][number]
        folder.mkdir()
        (folder / "a (1).bin").write_bytes(b"same")
        (folder / "b.bin").write_bytes(b"other"[number:])
    queries = Queries(Rclone(config, find_rclone()))
    assert sorted(await queries.remotes()) == ["b", "my bucket"]
    assert await queries.ls("my bucket:shelf") == [
        Listed("a (1).bin", 4, is_dir=False),
        Listed("b.bin", 5, is_dir=False),
    ]
    assert await queries.hash("md5", "my bucket:shelf/a (1).bin") == "51037a4a37730f52c8732586d3aaa316"
    assert await queries.hash("sha1", "my bucket:shelf/a (1).bin") is None
    checked = await queries.check(str(tmp_path / "mine"), "my bucket:shelf")
    assert (checked.is_same, checked.signs) == (False, {"a (1).bin": "=", "b.bin": "*"})
    with pytest.raises(QueryError, match="doesn't support about"):
        await queries.about("my bucket:")
    with pytest.raises(QueryError, match="didn't find section"):
        await queries.ls("nobody:")


async def test_a_shell_never_sees_anything_unusual(tmp_path: Path) -> None:
    queries = Queries(Rclone(tmp_path / "rclone.conf", find_rclone()))
    for path in ("a:`touch PWNED`", "a:$(touch PWNED)", 'a:"; touch PWNED; "', "a:b\nc"):
        with pytest.raises(StorageRefusedError):
            await queries.ls(path)


def test_nor_does_it_when_the_process_is_started_by_others(tmp_path: Path) -> None:
    for config, *words in (
        ["c", "ls", "a:`touch PWNED`"],
        ["c`touch PWNED`", "remotes"],
        ["c", "hash", "md5;x", "a:b"],
    ):
        argv = [sys.executable, "-m", "appliance.storage.queries", find_rclone(), str(tmp_path / config), *words]
        told = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60).stdout
        assert "characters" in told
    assert not (tmp_path / "PWNED").exists()


async def test_a_configuration_with_an_unusual_path_is_reached_by_a_link(
    box: Box, provider: OAuthProvider, tmp_path: Path
) -> None:
    """And a token that rclone refreshes on the way lands in the file itself."""
    folder = tmp_path / "my $(touch PWNED) `data`"
    folder.mkdir()
    config = folder / "rclone.conf"
    expired = '{"access_token":"old","token_type":"bearer","refresh_token":"r","expiry":"2020-01-01T00:00:00Z"}'
    config.write_text(
        f"[hi]\ntype = hidrive\ntoken_url = {provider.url}/token\nendpoint = {provider.url}\ntoken = {expired}\n"
    )
    queries = Queries(Rclone(config, find_rclone()))
    with pytest.raises(QueryError):
        await queries.about("hi:")
    assert "access-1" in config.read_text()
    assert [path.name for path in folder.iterdir()] == ["rclone.conf"]
    assert private_folders() == []


async def test_a_query_that_nobody_waits_for_is_ended_with_all_its_children(tmp_path: Path) -> None:
    """Also the rclone behind the shell."""
    pid = tmp_path / "pid"
    queries = Queries(Rclone(tmp_path / "rclone.conf", stuck_rclone(tmp_path)))
    asking = asyncio.create_task(queries.remotes())
    async with asyncio.timeout(100):
        while not pid.exists():  # noqa: ASYNC110 - the script tells nobody else
            await asyncio.sleep(0.02)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert ends(int(pid.read_text()), 20.0)


async def test_a_query_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    queries = Queries(Rclone(tmp_path / "rclone.conf", stuck_rclone(tmp_path)), limit_s=1)
    with pytest.raises(QueryError, match="did not answer within 1 s"):
        await queries.remotes()


def stuck_rclone(folder: Path) -> str:
    script = folder / "rclone"
    script.write_text(f"#!/bin/sh\necho $$ > {folder}/new\nmv {folder}/new {folder}/pid\nexec sleep 600\n")
    script.chmod(0o755)
    return str(script)
