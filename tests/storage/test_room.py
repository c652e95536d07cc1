"""Storages that are set up, tried and removed: real rclones on both ends."""

import asyncio
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path

import pytest

from appliance.storage.model import Remote, StorageRefusedError
from appliance.storage.rclone import Rclone, find_rclone
from appliance.storage.room import StorageRoom
from tests.stands.storage_servers import USER, StorageServer, serve
from tests.storage.conftest import PASSWORD, Box, private_folders, set_up


def files_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def webdav_answers(served: StorageServer, **others: str) -> dict[str, str]:
    return {"url": served.url, "vendor": "other", "user": USER, "pass": PASSWORD, **others}


async def test_webdav_from_the_first_question_to_a_proven_test(box: Box, webdav: StorageServer) -> None:
    assert await set_up(box, "my cloud", "webdav", webdav_answers(webdav)) == ["url", "vendor", "user", "pass"]
    assert await box.room.remotes() == [Remote("my cloud", "webdav")]
    assert box.changes == [None]
    assert PASSWORD not in box.text
    tested = await box.room.test("my cloud:memories/garden (1)")
    assert (tested.remote, tested.proof) == ("my cloud:memories/garden (1)", "size")
    assert tested.space.free_bytes is None or tested.space.free_bytes > 0
    assert files_in(webdav.folder) == []


async def test_a_wrong_password_is_told_by_the_test(box: Box, webdav: StorageServer) -> None:
    await set_up(box, "cloud", "webdav", webdav_answers(webdav, **{"pass": "wrong"}))
    with pytest.raises(StorageRefusedError, match="401"):
        await box.room.test("cloud")
    with pytest.raises(StorageRefusedError, match="401"):
        await box.room.free("cloud")


async def test_sftp_is_proven_by_hash(box: Box, sftp: StorageServer) -> None:
    answers = {"host": "127.0.0.1", "user": USER, "port": str(sftp.port), "pass": PASSWORD}
    assert await set_up(box, "nas", "sftp", answers) == ["host", "user", "port", "pass"]
    assert (await box.room.test("nas:")).proof in {"sha1", "md5"}
    assert files_in(sftp.folder) == []


async def test_s3_is_proven_by_hash(box: Box, s3: StorageServer) -> None:
    answers = {"provider": "Other", "access_key_id": "ACCESS", "secret_access_key": "SECRETSECRET", "endpoint": s3.url}
    keys = await set_up(box, "bucket", "s3", answers)
    assert keys == ["provider", "access_key_id", "secret_access_key", "region", "endpoint"]
    tested = await box.room.test("bucket:moments")
    assert (tested.proof, tested.space.free_bytes) == ("md5", None)
    assert files_in(s3.folder) == []


async def test_a_storage_that_cannot_be_written_is_told(box: Box, tmp_path: Path) -> None:
    with serve("webdav", tmp_path / "served", "--read-only", password=PASSWORD) as served:
        await set_up(box, "cloud", "webdav", webdav_answers(served))
        with pytest.raises(StorageRefusedError, match="Failed to copy"):
            await box.room.test("cloud:x")


async def test_it_is_asked_whether_a_storage_answers(box: Box, webdav: StorageServer, tmp_path: Path) -> None:
    await set_up(box, "cloud", "webdav", webdav_answers(webdav))
    assert await box.room.reaches("cloud:") is True
    assert await box.room.reaches("cloud:a folder/that is yet to be made") is True
    await set_up(box, "locked", "webdav", webdav_answers(webdav, **{"pass": "wrong"}))
    assert await box.room.reaches("locked:") is False
    with serve("webdav", tmp_path / "served", password=PASSWORD) as gone:
        await set_up(box, "gone", "webdav", webdav_answers(gone))
    assert await box.room.reaches("gone:memories") is False
    for where in ("", "absent:", "cloud:a\nb", ":local:/tmp"):
        assert await box.room.reaches(where) is None


async def test_only_what_is_set_up_is_touched(box: Box, tmp_path: Path) -> None:
    for where in ("absent", "absent:folder", ":local:/tmp", "/tmp", "cloud:a\nb", "cloud:$(touch PWNED)"):
        with pytest.raises(StorageRefusedError):
            await box.room.test(where)
    with pytest.raises(StorageRefusedError, match="There is no storage 'absent'"):
        await box.room.free("absent")
    with pytest.raises(StorageRefusedError, match="There is no storage 'absent'"):
        await box.room.remove("absent")
    assert box.changes == []


async def test_the_folder_may_not_be_named_like_a_command(box: Box) -> None:
    box.config.parent.mkdir(parents=True)
    box.config.write_text("[cloud]\ntype = memory\n")
    with pytest.raises(StorageRefusedError, match="unusual characters"):
        await box.room.test("cloud:`touch PWNED`")


async def test_a_removed_storage_is_forgotten_and_its_files_stay(box: Box, webdav: StorageServer) -> None:
    await set_up(box, "cloud", "webdav", webdav_answers(webdav))
    (webdav.folder / "memory.mp4").write_bytes(b"x")
    await box.room.remove("cloud")
    assert (await box.room.remotes(), len(box.changes)) == ([], 2)
    assert files_in(webdav.folder) == ["memory.mp4"]
    (webdav.folder / "memory.mp4").unlink()


LYING = {
    "cat": ("echo other bytes", "came back with other bytes"),
    "deletefile": ("echo no right to delete >&2; exit 1", "no right to delete"),
    "backend": ('echo \'{"Hashes": ["md5"]}\'', None),
    "hashsum": ('case "$*" in *shelf:*) echo 0123abcd  file;; *) exec $RCLONE "$@";; esac', "wrong md5 hash"),
}


def lying_rclone(folder: Path, *commands: str) -> str:
    """An rclone that does everything right but some commands."""
    cases = "".join(f"{command}) {LYING[command][0]};;\n" for command in commands)
    script = folder / "rclone"
    script.write_text(
        f'#!/bin/sh\nRCLONE={find_rclone()}\ncase "$1" in --config=*) command=$2;; *) command=$1;; esac\n'
        f'case "$command" in\n{cases}*) exec $RCLONE "$@";;\nesac\n'
    )
    script.chmod(0o755)
    return str(script)


def shelf(tmp_path: Path, binary: str) -> StorageRoom:
    """A room whose one storage is a folder of this machine, as somebody may have noted by hand."""
    (tmp_path / "shelf").mkdir()
    config = tmp_path / "rclone.conf"
    config.write_text(f"[shelf]\ntype = alias\nremote = {tmp_path}/shelf\n")
    return StorageRoom(Rclone(config, binary), lambda: None, explain=lambda log: log)


@pytest.mark.parametrize("commands", [["cat"], ["deletefile"], ["backend", "hashsum"]])
async def test_a_storage_that_does_not_do_what_it_says_is_refused(tmp_path: Path, commands: list[str]) -> None:
    room = shelf(tmp_path, lying_rclone(tmp_path, *commands))
    with pytest.raises(StorageRefusedError, match=LYING[commands[-1]][1]):
        await room.test("shelf:")
    assert len(files_in(tmp_path / "shelf")) == (1 if commands == ["deletefile"] else 0)
    assert private_folders() == []
    await room.close()


async def test_whoever_stops_waiting_for_a_test_leaves_no_file(tmp_path: Path) -> None:
    script = tmp_path / "rclone"
    script.write_text(f'#!/bin/sh\ncase "$1" in cat) exec sleep 600;; *) exec {find_rclone()} "$@";; esac\n')
    script.chmod(0o755)
    room = shelf(tmp_path, str(script))
    testing = asyncio.create_task(room.test("shelf:"))
    async with asyncio.timeout(60):
        while not files_in(tmp_path / "shelf"):  # noqa: ASYNC110 - nobody tells that it was written
            await asyncio.sleep(0.02)
    testing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await testing
    assert files_in(tmp_path / "shelf") == []
    assert private_folders() == []
    await room.close()


async def test_what_can_be_set_up_is_asked_once_and_a_failure_is_not_remembered(tmp_path: Path) -> None:
    asked, script = tmp_path / "asked", tmp_path / "rclone"
    script.write_text(
        f"#!/bin/sh\n[ -e {asked} ] || {{ touch {asked}; echo later >&2; exit 1; }}\n"
        f'echo "$1" >>{asked}\nexec {find_rclone()} "$@"\n'
    )
    script.chmod(0o755)
    room = StorageRoom(Rclone(tmp_path / "rclone.conf", str(script)), lambda: None, explain=lambda log: log)

    with pytest.raises(StorageRefusedError, match="later"):
        await room.backends()
    first, second = await asyncio.gather(room.backends(), room.backends())

    assert first == second == await room.backends()
    assert len(first) > 40
    assert asked.read_text() == "config\n"
    await room.close()


async def test_nothing_runs_while_nobody_uses_it(tmp_path: Path) -> None:
    tasks, threads = asyncio.all_tasks(), threading.active_count()
    room = StorageRoom(Rclone(tmp_path / "rclone.conf", find_rclone()), lambda: None, explain=lambda log: log)
    assert (asyncio.all_tasks(), threading.active_count()) == (tasks, threads)
    await room.close()


def test_the_room_loads_nothing_heavy() -> None:
    code = "import sys, appliance.storage.room; print({'rich', 'requests', 'rclone_python'} & {*sys.modules})"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60).stdout
    assert told == "set()\n"


async def test_a_public_link_opens_the_file(box: Box, s3: StorageServer) -> None:
    answers = {"provider": "Other", "access_key_id": "ACCESS", "secret_access_key": "SECRETSECRET", "endpoint": s3.url}
    await set_up(box, "bucket", "s3", answers)
    (s3.folder / "linked").mkdir()
    (s3.folder / "linked" / "a film.mp4").write_bytes(b"a film")

    link = await box.room.link("bucket:linked/a film.mp4")

    def fetched() -> bytes:
        with urllib.request.urlopen(link, timeout=20) as answer:
            return bytes(answer.read())

    assert await asyncio.to_thread(fetched) == b"a film"
    assert "SECRETSECRET" not in link


async def test_a_kind_without_public_links_says_so(box: Box, webdav: StorageServer) -> None:
    await set_up(box, "cloud", "webdav", webdav_answers(webdav))
    (webdav.folder / "film.mp4").write_bytes(b"a film")

    with pytest.raises(StorageRefusedError, match="makes no public links"):
        await box.room.link("cloud:film.mp4")
    with pytest.raises(StorageRefusedError, match="nowhere"):
        await box.room.link("nowhere:film.mp4")
