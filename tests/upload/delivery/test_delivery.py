"""Promise U1: a file is on the storage, proven, whole, once, and over nobody else's file."""

import asyncio
import hashlib
import os
import signal

import pytest
from msgspec.structs import replace

from appliance.upload.model import Job, StorageError
from appliance.upload.placing import mark
from tests.stands.faulty_proxy import Clean, Corrupt, Reset, Stall, Truncate
from tests.stands.storage_servers import Kind
from tests.upload.delivery.conftest import CONTENT, NAME, Place, Places

KINDS: list[Kind] = ["webdav", "sftp", "s3", "ftp"]
PROOFS = {"webdav": "size", "sftp": "md5", "s3": "md5", "ftp": "size"}
OTHER = CONTENT[::-1]
SECOND = NAME.replace(".mp4", "-2.mp4")
THIRD = NAME.replace(".mp4", "-3.mp4")


async def refused(place: Place, job: Job | None = None) -> StorageError:
    with pytest.raises(StorageError) as caught:
        await place.deliver(job)
    return caught.value


@pytest.mark.parametrize("kind", KINDS)
async def test_it_arrives_under_its_name_and_is_proven(places: Places, kind: Kind) -> None:
    place = places(kind)
    job = await place.deliver()
    assert place.files() == {NAME: CONTENT}
    assert job.remote_path == place.path()
    assert job.remark is None
    assert job.proven_wall_s
    assert job.proof in {PROOFS[kind], "sha1" if kind == "sftp" else ""}
    assert [(one.remote_path, one.is_begun, one.proof) for one in place.written] == [(place.path(), True, None)]


@pytest.mark.parametrize("kind", KINDS)
async def test_what_lies_there_already_is_not_sent_again(places: Places, kind: Kind) -> None:
    """An earlier life brought it there, and died before that could be written down."""
    place = places(kind)
    place.put(NAME, CONTENT)
    job = await place.deliver()
    assert place.files() == {NAME: CONTENT}
    assert job.proof in {PROOFS[kind], "sha1"} if kind in {"sftp", "s3"} else job.proof == "re-read"
    assert place.written == [], "nothing was sent"


@pytest.mark.parametrize(
    ("kind", "other"),
    [("webdav", OTHER), ("webdav", b"short"), ("sftp", OTHER), ("s3", b"short"), ("ftp", OTHER)],
    ids=["webdav", "webdav, other size", "sftp", "s3, other size", "ftp"],
)
async def test_another_file_of_the_same_name_is_never_overwritten(places: Places, kind: Kind, other: bytes) -> None:
    place = places(kind)
    place.put(NAME, other)
    job = await place.deliver()
    assert place.files() == {NAME: other, SECOND: CONTENT}
    assert job.remote_path == place.path(SECOND)
    assert job.remark == f"{NAME} was taken by another file; this one is {SECOND}."
    assert (await place.deliver(job)).remote_path == job.remote_path, "asked again, it is found there"
    assert place.files() == {NAME: other, SECOND: CONTENT}


async def test_a_folder_of_the_same_name_is_another_file(places: Places) -> None:
    place = places("webdav")
    (place.storage.folder / place.folder / NAME).mkdir(parents=True)
    place.put(SECOND, OTHER)
    job = await place.deliver()
    assert job.remote_path == place.path(THIRD)


async def test_a_copy_without_a_hash_is_read_back_if_so_set(places: Places) -> None:
    place = places("webdav", reread=True)
    assert (await place.deliver()).proof == "re-read"


async def test_a_copy_that_arrives_damaged_is_found_by_reading_it_back(places: Places) -> None:
    place = places("webdav", reread=True)
    place.proxy.switch(Corrupt(at_byte=150_000))
    error = await refused(place)
    assert (error.cause.blame, error.cause.sentence) == ("world", "The copy arrived damaged; it is sent again.")
    assert place.files() == {}
    place.proxy.switch(Clean())
    assert (await place.deliver(place.written[-1])).proof == "re-read"


async def test_a_damaged_copy_is_found_by_its_hash(places: Places) -> None:
    """The storage changed it after all was well: its hash tells."""
    place = places("s3")
    job = place.job()
    place.put(NAME, OTHER)
    done = await place.deliver(replace(job, remote_path=place.path(), is_begun=True))
    assert done.remote_path == place.path(SECOND)
    assert place.files() == {NAME: OTHER, SECOND: CONTENT}


@pytest.mark.parametrize("keep_bytes", [0, len(CONTENT) - 1])
async def test_a_storage_that_truncates_in_silence_is_found_out(places: Places, keep_bytes: int) -> None:
    place = places("webdav")
    place.proxy.switch(Truncate(keep_bytes))
    error = await refused(place)
    assert error.cause.blame == "world"
    assert NAME not in place.files()
    place.proxy.switch(Clean())
    done = await place.deliver(place.written[-1])
    assert done.is_proven
    assert place.files() == {NAME: CONTENT}


@pytest.mark.parametrize("kind", ["webdav", "sftp", "s3"])
async def test_a_connection_reset_in_mid_file_leaves_nothing_under_the_name(places: Places, kind: Kind) -> None:
    place = places(kind)
    place.proxy.switch(Reset(after_bytes=100_000))
    error = await refused(place)
    assert error.cause.blame == "world"
    assert "broke off" in error.cause.sentence
    assert NAME not in place.files()
    place.proxy.switch(Clean())
    assert (await place.deliver(place.written[-1])).remark is None
    assert place.files() == {NAME: CONTENT}, "no rests"


@pytest.mark.parametrize("kind", ["webdav", "sftp", "s3"])
async def test_killed_in_mid_transfer_and_delivered_again(places: Places, kind: Kind) -> None:
    """No double, nothing truncated under the name, no rests."""
    place = places(kind)
    place.proxy.switch(Stall(after_bytes=100_000))
    delivering = asyncio.create_task(place.deliver())
    async with asyncio.timeout(60):
        while not (place.transfer.pid and place.written):  # noqa: ASYNC110 - nobody tells when the child is there
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.5)
    os.kill(place.transfer.pid, signal.SIGKILL)
    with pytest.raises(StorageError) as caught:
        await delivering
    assert caught.value.cause.blame == "world"
    assert NAME not in place.files()
    place.proxy.switch(Clean())
    done = await place.deliver(place.written[-1])
    assert done.remote_path == place.path()
    assert place.files() == {NAME: CONTENT}


@pytest.mark.parametrize("rest", [CONTENT, CONTENT[:1000]], ids=["whole", "truncated"])
async def test_rests_of_an_earlier_life_are_swept(places: Places, rest: bytes) -> None:
    place = places("sftp")
    job = place.job(remote_path=place.path(), is_begun=True)
    place.put(f"{NAME}{mark(job)}", rest)
    place.put("earlier-name.mp4" + mark(job), rest)
    place.put("of-another-box.mp4.01234567.partial", rest)
    assert (await place.deliver(job)).is_proven
    assert place.files() == {NAME: CONTENT, "of-another-box.mp4.01234567.partial": rest}


async def test_a_name_that_was_corrected_since_keeps_its_copy(places: Places) -> None:
    place = places("s3")
    first = await place.deliver()
    again = await place.deliver(replace(first, proof=None), name="2026-11-22T00-00-00-MEMORY.mp4")
    assert again.remote_path == place.path()
    assert place.files() == {NAME: CONTENT}


async def test_a_job_begun_on_a_storage_that_is_no_longer_set_up_goes_to_the_new_one(places: Places) -> None:
    place = places("s3")
    job = place.job(remote_path=f"attic:moments/{NAME}", is_begun=True)
    assert (await place.deliver(job)).remote_path == place.path()


@pytest.mark.parametrize("kind", ["webdav", "sftp", "s3"])
async def test_names_that_a_shell_would_act_on_arrive_as_they_are(places: Places, kind: Kind) -> None:
    place = places(kind)
    name = 'it\'s "quoted" `touch pwned` $(touch pwned) $HOME; & ä.mp4'
    job = await place.deliver(name=name)
    assert job.remote_path == place.path(name)
    assert list(place.files().values()) == [CONTENT]
    if kind != "s3":
        assert place.files() == {name: CONTENT}


async def test_a_file_that_is_gone_is_the_memorys_own_matter(places: Places) -> None:
    place = places("s3")
    place.file.unlink()
    error = await refused(place)
    assert (error.cause.blame, error.cause.sentence) == ("memory", f"{NAME} is gone from the box.")
    assert place.files() == {}
    assert place.written == []


async def test_a_file_that_was_changed_is_not_sent(places: Places) -> None:
    place = places("s3")
    place.file.write_bytes(CONTENT + b"more")
    assert (await refused(place)).cause.blame == "memory"
    assert place.files() == {}


async def test_a_file_that_goes_in_mid_transfer_is_never_called_done(places: Places) -> None:
    place = places("webdav", limit_mbit_s=1.0)
    delivering = asyncio.create_task(place.deliver())
    async with asyncio.timeout(60):
        while not place.files():  # noqa: ASYNC110 - the storage tells nobody
            await asyncio.sleep(0.02)
    place.file.unlink()
    with pytest.raises(StorageError) as caught:
        await delivering
    assert caught.value.cause.sentence == f"{NAME} is gone from the box."
    assert place.files() == {}


async def test_the_proof_is_of_what_the_file_was_when_it_was_made(places: Places) -> None:
    """The card forgot a bit: what arrives is what was sent, but not what was kept."""
    place = places("webdav", reread=True)
    place.file.write_bytes(OTHER)
    assert hashlib.sha256(OTHER).hexdigest() != place.job().sha256
    assert (await refused(place)).cause.blame == "world"
    assert place.files() == {}
