"""What is asked of a storage in one step."""

import hashlib
import os
from pathlib import Path

import pytest

from appliance.child import GENTLY
from appliance.upload.model import Facts, RemoteFile, StorageError
from appliance.upload.transfer import Limits, Transfer, progress_of, read_stats
from tests.stands.storage_servers import Kind, StorageServer
from tests.upload.delivery.conftest import CONTENT, NAME, Places


def behind_an_alias(storage: StorageServer, port: int) -> str:
    return "[garage]\ntype = alias\nremote = real:\n\n" + storage.section("real", port=port)


def encrypted(storage: StorageServer, port: int) -> str:
    return (
        "[garage]\ntype = crypt\nremote = real:\nfilename_encryption = off\ndirectory_name_encryption = false\n"
        f"password = {storage.section('x').rpartition('pass = ')[2].strip()}\n\n" + storage.section("real", port=port)
    )


FACTS = {
    "webdav": Facts("webdav", (), can_move=True, is_atomic=False),
    "ftp": Facts("ftp", (), can_move=True, is_atomic=False),
    "s3": Facts("s3", ("md5",), can_move=True, is_atomic=True),
}


@pytest.mark.parametrize("kind", list(FACTS))
async def test_facts(places: Places, kind: Kind) -> None:
    assert await places(kind).store.facts("garage:moments/2026") == FACTS[kind]


async def test_an_alias_has_the_facts_of_what_it_stands_for(places: Places) -> None:
    assert await places("s3", section=behind_an_alias).store.facts("garage:") == FACTS["s3"]


async def test_facts_are_asked_anew_when_the_configuration_changed(places: Places) -> None:
    place = places("webdav")
    first = await place.store.facts("garage:")
    assert await place.store.facts("garage:x/y") is first
    config = place.rclone.config
    config.write_text(behind_an_alias(place.storage, place.proxy.port))
    os.utime(config, ns=(0, 1))
    assert await place.store.facts("garage:") == first
    assert await place.store.facts("garage:") is not first


async def test_an_encrypted_storage_gets_whole_files_too(places: Places) -> None:
    """The wrapper is taken for not atomic, and the size that it tells is that of the plain file."""
    place = places("webdav", section=encrypted, reread=True)
    job = await place.deliver()
    assert job.proof == "re-read"
    assert [name for name in place.files() if name.startswith(NAME)] == [f"{NAME}.bin"]


async def test_looking_tells_what_is_there_and_what_is_not(places: Places) -> None:
    place = places("s3")
    assert await place.store.look(place.path(), "md5") is None
    place.put(NAME, CONTENT)
    expected = RemoteFile(len(CONTENT), hashlib.md5(CONTENT).hexdigest())
    assert await place.store.look(place.path(), "md5") == expected
    assert await place.store.look(place.path()) == RemoteFile(len(CONTENT))
    assert await place.store.look("garage:no-such-bucket/a/b.mp4") is None


async def test_sweeping_sees_its_own_names_only(places: Places) -> None:
    place = places("webdav")
    assert await place.store.partials(place.path("").rstrip("/"), ".00.partial") == []
    for name in ("a.mp4.00.partial", "b [x].mp4.00.partial", "a.mp4", "a.mp4.01.partial"):
        place.put(name, b"x")
    found = await place.store.partials(place.path(""), ".00.partial")
    assert sorted(found) == [place.path("a.mp4.00.partial"), place.path("b [x].mp4.00.partial")]
    for path in [*found, *found]:
        await place.store.delete(path)
    assert sorted(place.files()) == ["a.mp4", "a.mp4.01.partial"]


@pytest.mark.parametrize("name", ["sha256", "md5", "quickxor", "crc32"])
async def test_hashes_of_the_file_on_the_box(places: Places, name: str) -> None:
    place = places("webdav")
    told = await place.store.local_hash(place.file, name)
    assert len(told) == {"sha256": 64, "md5": 32, "quickxor": 40, "crc32": 8}[name]
    if name in hashlib.algorithms_available:
        assert told == hashlib.new(name, CONTENT).hexdigest()
    place.file.unlink()
    with pytest.raises((OSError, StorageError)):
        await place.store.local_hash(place.file, name)


async def test_reading_back_what_is_not_there(places: Places) -> None:
    place = places("webdav")
    with pytest.raises(StorageError):
        await place.store.reread_sha256(place.path(), 1000)


# The command of a transfer


def test_the_limit_is_in_bits_and_gives_time_enough(places: Places) -> None:
    place = places("webdav")
    transfer = Transfer(place.rclone, None, limit_mbit_s=8.0)  # type: ignore[arg-type]  # the clock is not asked
    argv = transfer._argv(Path("/a.mp4"), "garage:a.mp4", ["--more"], in_place=True)
    assert argv[: len(GENTLY)] == list(GENTLY)
    assert {"--bwlimit=1000000B", "--inplace", "--more", "--retries=1", "--buffer-size=0"} <= set(argv)
    assert argv[-2:] == ["/a.mp4", "garage:a.mp4"]
    assert Limits().whole_s(64_000_000, None) == 8120
    assert Limits().whole_s(64_000_000, 0.1) == 120 + 64_000_000 / 6250


def test_progress_counts_what_was_sent_twice_once() -> None:
    line = (
        '{"level":"notice","msg":"x","stats":{"bytes":900,"speed":10.5,"totalBytes":1000,"transferring":'
        '[{"bytes":400,"eta":7,"group":"global_stats","name":"a.mp4","percentage":80,"size":500,"speed":9.5}]}}'
    )
    stats = read_stats(line)
    assert stats
    progress = progress_of(stats, 500)
    assert (progress.sent_bytes, progress.size_bytes, progress.speed_bytes_s, progress.eta_s) == (400, 500, 9.5, 7)
    assert read_stats('{"msg":"stats"}') is None
    assert read_stats('"stats" of no use') is None
