"""Whatever goes wrong ends in a cause and a sentence, never in a wrong "done"."""

import asyncio
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from appliance.upload.model import Blame, Cause, StorageError
from appliance.upload.transfer import Limits
from tests.stands.faulty_proxy import Answer, Fault, Portal, Refuse, Reset, Stall
from tests.stands.processes import is_stopped, state_of
from tests.stands.storage_servers import Kind, StorageServer, section, serve
from tests.upload.delivery.conftest import CONTENT, NAME, Place, Places

KINDS: list[Kind] = ["webdav", "sftp", "s3", "ftp"]


async def cause_of(place: Place) -> Cause:
    """Why the delivery failed; nothing may lie under the name, and nothing may be called done."""
    with pytest.raises(StorageError) as caught:
        await place.deliver()
    assert NAME not in place.files()
    return caught.value.cause


def wrong_password(storage: StorageServer, port: int) -> str:
    return storage.section(port=port, password="wrong")


def misspelt(storage: StorageServer, port: int) -> str:
    return storage.section("garge", port=port)


def no_such_host(storage: StorageServer, port: int) -> str:
    return storage.section(port=port).replace("127.0.0.1", "nonexistent.invalid")


@pytest.mark.parametrize("kind", KINDS)
async def test_a_wrong_password(places: Places, kind: Kind) -> None:
    cause = await cause_of(places(kind, section=wrong_password))
    expected = "The storage garage refused the password or key: set the storage up again."
    assert (cause.blame, cause.sentence) == ("owner", expected)
    assert "wrong" not in cause.detail


async def test_a_misspelt_remote(places: Places) -> None:
    cause = await cause_of(places("webdav", section=misspelt))
    assert cause.blame == "owner"
    assert cause.sentence.startswith("The storage garage is not set up on this box")


async def test_no_configuration_at_all(places: Places) -> None:
    place = places("webdav")
    place.rclone.config.unlink()
    assert (await cause_of(place)).blame == "owner"


@pytest.mark.parametrize("kind", KINDS)
async def test_an_address_that_is_not_found(places: Places, kind: Kind) -> None:
    cause = await cause_of(places(kind, section=no_such_host))
    assert cause.blame == "world"
    assert cause.sentence.startswith("The address of the storage garage cannot be found")


WEB_FAULTS: list[tuple[Fault, Blame, str]] = [
    (Refuse(), "world", "Nobody answers"),
    (Reset(), "world", "broke off"),
    (Portal(), "world", "sign-in page"),
    (Portal(redirects=True), "world", "sign-in page"),
    (Answer(500), "world", "a fault of its own"),
    (Answer(503), "world", "a fault of its own"),
    (Answer(429), "world", "spared"),
    (Answer(403), "owner", "does not let us"),
    (Answer(401), "owner", "refused the password"),
    (Answer(507), "owner", "is full"),
    (Answer(500, methods=("PUT",)), "world", "a fault of its own"),
    (Answer(507, methods=("PUT",)), "owner", "is full"),
    (Answer(403, methods=("PUT",)), "owner", "does not let us"),
    (Answer(413, methods=("PUT",)), "memory", "size"),
    (Answer(201, methods=("PUT",)), "world", "did not keep"),
    (Answer(500, methods=("MOVE",)), "world", "a fault of its own"),
]


@pytest.mark.parametrize(("fault", "blame", "words"), WEB_FAULTS, ids=[repr(fault) for fault, *_ in WEB_FAULTS])
async def test_faults_of_webdav(places: Places, fault: Fault, blame: Blame, words: str) -> None:
    place = places("webdav")
    place.proxy.switch(fault)
    cause = await cause_of(place)
    assert (cause.blame, words in cause.sentence) == (blame, True), cause


S3_FAULTS: list[tuple[Fault, Blame, str]] = [
    (Portal(), "world", "sign-in page"),
    (Portal(redirects=True), "world", "sign-in page"),
    (Answer(403), "owner", "does not let us"),
    (Answer(507, methods=("PUT",)), "owner", "is full"),
]


@pytest.mark.parametrize(("fault", "blame", "words"), S3_FAULTS, ids=[repr(fault) for fault, *_ in S3_FAULTS])
async def test_faults_of_s3(places: Places, fault: Fault, blame: Blame, words: str) -> None:
    place = places("s3")
    place.proxy.switch(fault)
    cause = await cause_of(place)
    assert (cause.blame, words in cause.sentence) == (blame, True), cause


async def test_a_sign_in_page_that_comes_up_in_mid_delivery(places: Places) -> None:
    """The name is free, then everything is answered by the page."""
    place = places("webdav")
    facts = await place.store.facts("garage:")
    assert facts.kind == "webdav"
    place.proxy.switch(Answer(200, methods=("PUT", "MOVE"), body=b"<html>Please sign in.</html>"))
    assert (await cause_of(place)).blame == "world"


@pytest.mark.parametrize("kind", ["webdav", "sftp", "s3"])
async def test_a_storage_that_accepts_and_falls_silent(places: Places, kind: Kind) -> None:
    place = places(kind, step_limit_s=2.0)
    place.proxy.switch(Stall())
    cause = await cause_of(place)
    expected = "The storage garage did not answer in time; the upload is tried again."
    assert (cause.blame, cause.sentence) == ("world", expected)


@pytest.mark.parametrize("kind", ["webdav", "sftp", "s3"])
async def test_a_storage_that_falls_silent_in_mid_file(places: Places, kind: Kind) -> None:
    place = places(kind, limits=Limits(stall_s=2.5))
    place.proxy.switch(Stall(after_bytes=100_000))
    cause = await cause_of(place)
    assert cause.blame == "world"
    assert "Nothing moved" in cause.sentence
    assert place.transfer.pid is None


async def test_a_folder_that_cannot_be_made(places: Places) -> None:
    place = places("sftp")
    blocked = place.storage.folder / place.folder
    blocked.write_bytes(b"a file where the folder should be")
    with pytest.raises(StorageError) as caught:
        await place.deliver()
    assert caught.value.cause.sentence
    assert blocked.read_bytes() == b"a file where the folder should be"
    blocked.unlink()


# TLS


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], tuple[Path, Path]]:
    """`certificates(from, until)`: a self-signed certificate for 127.0.0.1 and its key; times as YYYYMMDDHHMMSSZ."""
    folder = tmp_path_factory.mktemp("certificates")
    key, request, settings = folder / "key.pem", folder / "request.pem", folder / "ca.conf"
    wanted = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=garage"]
    subprocess.run(
        ["openssl", "req", "-new", *wanted, "-keyout", key, "-out", request], check=True, capture_output=True
    )
    settings.write_text(
        f"[ca]\ndefault_ca=own\n[own]\nnew_certs_dir={folder}\ndatabase={folder}/index\nserial={folder}/serial\n"
        "default_md=sha256\npolicy=any\nx509_extensions=names\n[any]\ncommonName=supplied\n"
        "[names]\nsubjectAltName=IP:127.0.0.1\n"
    )

    def make(begin: str, end: str) -> tuple[Path, Path]:
        (folder / "index").write_text("")
        (folder / "serial").write_text("01")
        certificate = folder / f"{begin}.pem"
        argv: list[str | Path] = [
            "openssl",
            "ca",
            "-batch",
            "-selfsign",
            "-config",
            settings,
            "-keyfile",
            key,
            "-in",
            request,
        ]
        subprocess.run(
            [*argv, "-startdate", begin, "-enddate", end, "-out", certificate, "-notext"],
            check=True,
            capture_output=True,
        )
        return certificate, key

    return make


TLS = [
    (("20400101000000Z", "20500101000000Z"), "The clock of the box is not set"),
    (("20010101000000Z", "20020101000000Z"), "has expired"),
    (("20200101000000Z", "20500101000000Z"), "Something else answers"),
]


@pytest.mark.parametrize(("times", "words"), TLS, ids=["a clock in the past", "expired", "of nobody we know"])
async def test_certificates(
    places: Places,
    tmp_path: Path,
    certificates: Callable[[str, str], tuple[Path, Path]],
    times: tuple[str, str],
    words: str,
) -> None:
    certificate, key = certificates(*times)
    folder = tmp_path / "storage"
    folder.mkdir()
    with serve("webdav", folder, "--cert", str(certificate), "--key", str(key)) as storage:
        place = places("webdav", section=lambda *_: section("webdav", "garage", port=storage.port, tls=True))
        cause = await cause_of(place)
    assert cause.blame == "world"
    assert words in cause.sentence, cause


# Pausing, slowing, cancelling


async def sending(place: Place) -> tuple["asyncio.Task[None]", int]:
    """A transfer that is on its way, and its process."""
    task = asyncio.create_task(place.transfer.send(place.file, place.path(), size_bytes=len(CONTENT)))
    async with asyncio.timeout(60):
        while not place.files():  # noqa: ASYNC110 - the storage tells nobody
            await asyncio.sleep(0.02)
    assert place.transfer.pid
    return task, place.transfer.pid


async def until_state(pid: int, *, stopped: bool) -> None:
    async with asyncio.timeout(20):
        while is_stopped(pid) != stopped:  # noqa: ASYNC110 - the kernel tells nobody
            await asyncio.sleep(0.02)


async def test_pause_wins_over_throttle_and_stands_still_as_often_as_asked(places: Places) -> None:
    place = places("webdav", limit_mbit_s=0.5)
    task, pid = await sending(place)
    place.transfer.pause()
    place.transfer.pause()
    await until_state(pid, stopped=True)
    place.transfer.throttle(on=True)
    place.transfer.throttle(on=False)
    await until_state(pid, stopped=True)
    place.transfer.resume()
    place.transfer.resume()
    await task
    assert place.files() == {NAME: CONTENT}


async def test_a_throttled_transfer_rests_runs_and_arrives(places: Places) -> None:
    place = places("webdav", limit_mbit_s=0.5)
    task, pid = await sending(place)
    place.transfer.throttle(on=True)
    await until_state(pid, stopped=True)
    await until_state(pid, stopped=False)
    place.transfer.throttle(on=False)
    await task
    assert place.files() == {NAME: CONTENT}


async def test_time_that_it_stands_still_does_not_count(places: Places) -> None:
    place = places("webdav", limit_mbit_s=0.5)
    task, pid = await sending(place)
    place.transfer.pause()
    await until_state(pid, stopped=True)
    place.clock.leapt_s += 10_000
    place.transfer.pause()
    await asyncio.wait([task], timeout=0.5)
    assert not task.done()
    assert is_stopped(pid)
    place.transfer.resume()
    await task
    assert place.files() == {NAME: CONTENT}


async def test_time_that_it_runs_does(places: Places) -> None:
    place = places("webdav", limit_mbit_s=0.5)
    task, _ = await sending(place)
    place.clock.leapt_s += 10_000
    place.transfer.resume()
    with pytest.raises(StorageError, match="Nothing moved"):
        await task


async def test_a_paused_transfer_can_be_cancelled_at_once(places: Places) -> None:
    place = places("webdav", limit_mbit_s=0.5)
    task, pid = await sending(place)
    place.transfer.pause()
    await until_state(pid, stopped=True)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(asyncio.shield(task), 20)
    assert place.transfer.pid is None
    assert state_of(pid) == ""


async def test_progress_is_told_in_bytes_of_the_file(places: Places) -> None:
    place = places("webdav", limit_mbit_s=0.5)
    told: list[tuple[int, int]] = []
    await place.transfer.send(
        place.file,
        place.path(),
        size_bytes=len(CONTENT),
        tell=lambda progress: told.append((progress.sent_bytes, progress.size_bytes)),
    )
    assert told
    assert told == sorted(told)
    assert {size for _, size in told} == {len(CONTENT)}
    assert 0 < told[0][0] <= len(CONTENT)
