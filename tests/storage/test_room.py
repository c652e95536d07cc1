"""Storages that are set up, tried and removed: real rclones on both ends."""

import os
from pathlib import Path

import pytest

from appliance.storage.model import Ready, Remote, StorageRefusedError
from tests.storage.conftest import PASSWORD, USER, Box, Served, answered, as_question, set_up


def files_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def webdav_answers(served: Served, **others: str) -> dict[str, str]:
    return {"url": served.url, "vendor": "other", "user": USER, "pass": PASSWORD, **others}


async def test_webdav_from_the_first_question_to_a_proven_test(box: Box, webdav: Served) -> None:
    assert await set_up(box, "my cloud", "webdav", webdav_answers(webdav)) == ["url", "vendor", "user", "pass"]
    assert await box.room.remotes() == [Remote("my cloud", "webdav")]
    assert box.changes == [None]
    assert PASSWORD not in box.text
    tested = await box.room.test("my cloud:memories/garden (1)")
    assert (tested.remote, tested.proof) == ("my cloud:memories/garden (1)", "size")
    assert tested.space.free_bytes is None or tested.space.free_bytes > 0
    assert files_in(webdav.folder) == []


async def test_a_wrong_password_is_told_by_the_test(box: Box, webdav: Served) -> None:
    await set_up(box, "cloud", "webdav", webdav_answers(webdav, **{"pass": "wrong"}))
    with pytest.raises(StorageRefusedError, match="401"):
        await box.room.test("cloud")
    with pytest.raises(StorageRefusedError, match="401"):
        await box.room.free("cloud")


async def test_sftp_is_proven_by_hash(box: Box, sftp: Served) -> None:
    answers = {"host": "127.0.0.1", "user": USER, "port": str(sftp.port), "pass": PASSWORD}
    assert await set_up(box, "nas", "sftp", answers) == ["host", "user", "port", "pass"]
    assert (await box.room.test("nas:")).proof in {"sha1", "md5"}
    assert files_in(sftp.folder) == []


async def test_s3_is_proven_by_hash(box: Box, s3: Served) -> None:
    answers = {"provider": "Other", "access_key_id": "ACCESS", "secret_access_key": "SECRETSECRET", "endpoint": s3.url}
    keys = await set_up(box, "bucket", "s3", answers)
    assert keys == ["provider", "access_key_id", "secret_access_key", "region", "endpoint"]
    tested = await box.room.test("bucket:moments")
    assert (tested.proof, tested.space.free_bytes) == ("md5", None)
    assert files_in(s3.folder) == []
