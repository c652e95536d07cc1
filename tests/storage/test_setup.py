"""Set-ups that go wrong, are left, or meet each other: whatever happens, nothing half made is left behind."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from appliance.storage.model import Ready, Remote, StorageRefusedError
from appliance.storage.private_folder import private_folder
from appliance.storage.rclone import find_rclone
from tests.stands.oauth_provider import OAuthProvider
from tests.storage.conftest import Box, BoxFactory, answered, as_question, private_folders, rcd_of, set_up

WEBDAV = {"url": "http://127.0.0.1:1/", "vendor": "nextcloud", "user": "me", "pass": "secret"}
EARLIER = "# mine\n[earlier]\ntype = webdav\nurl = http://127.0.0.1:1/\n"


def plant(box: Box, text: str) -> None:
    box.config.parent.mkdir(parents=True, exist_ok=True)
    box.config.write_text(text)


async def test_before_the_last_answer_nothing_is_noted(box: Box) -> None:
    plant(box, EARLIER)
    step = as_question(await box.room.begin("new", "webdav"))
    assert (step.key, step.is_required, step.kind) == ("url", True, "text")
    step = as_question(await box.room.answer(step.session, "http://127.0.0.1:1/"))
    assert (step.key, step.must_choose) == ("vendor", False)
    assert "nextcloud" in [choice.value for choice in step.choices]
    assert box.text == EARLIER
    await box.room.abort(step.session)
    await box.room.abort(step.session)
    assert box.text == EARLIER
    assert private_folders() == []
    with pytest.raises(StorageRefusedError, match="over"):
        await box.room.answer(step.session, "nextcloud")
    assert box.changes == []


async def test_a_set_up_that_nobody_goes_on_with_ends_by_itself(make_box: BoxFactory) -> None:
    box = make_box(idle_s=0.5)
    step = as_question(await box.room.begin("new", "webdav"))
    async with asyncio.timeout(60):
        while private_folders():  # noqa: ASYNC110 - nobody tells that something is over
            await asyncio.sleep(0.05)
    with pytest.raises(StorageRefusedError, match="over"):
        await box.room.answer(step.session, "http://127.0.0.1:1/")


async def test_a_killed_rclone_is_told_with_the_next_answer(box: Box) -> None:
    plant(box, EARLIER)
    step = as_question(await box.room.begin("new", "webdav", {"user": "me"}))
    os.kill(rcd_of(private_folders()[0]), signal.SIGKILL)
    with pytest.raises(StorageRefusedError, match="interrupted: begin again"):
        await box.room.answer(step.session, "http://127.0.0.1:1/")
    assert box.text == EARLIER
    assert private_folders() == []


async def test_whoever_stops_waiting_for_the_beginning_leaves_nothing(box: Box) -> None:
    beginning = asyncio.create_task(box.room.begin("new", "webdav"))
    async with asyncio.timeout(60):
        while not private_folders():  # noqa: ASYNC110 - nobody tells that it has begun
            await asyncio.sleep(0.005)
    beginning.cancel()
    with pytest.raises(asyncio.CancelledError):
        await beginning
    await box.room.close()
    assert private_folders() == []


async def test_a_room_that_closes_lets_nothing_begin(box: Box) -> None:
    beginning = asyncio.create_task(box.room.begin("new", "webdav"))
    async with asyncio.timeout(60):
        while not private_folders():  # noqa: ASYNC110 - nobody tells that it has begun
            await asyncio.sleep(0.005)
    await box.room.close()
    with pytest.raises(StorageRefusedError):
        await beginning
    assert private_folders() == []


async def test_a_wrong_answer_is_asked_for_again(box: Box) -> None:
    step = as_question(await box.room.begin("nas", "sftp"))
    for wrong in ("", "ho\nst", " host", "[x]\ny", "`id`", "%(type)s"):
        again = as_question(await box.room.answer(step.session, wrong))
        assert (again.key, again.trouble is not None) == ("host", True)
    step = as_question(await box.room.answer(step.session, "localhost"))
    assert (step.key, step.default, step.trouble) == ("user", "", None)
    step = as_question(await box.room.answer(step.session, "me"))
    step = as_question(await box.room.answer(step.session, "many"))
    assert (step.key, step.kind, step.default, step.trouble) == (
        "port",
        "number",
        "22",
        "A whole number is needed here.",
    )
    step = as_question(await box.room.answer(step.session, ""))
    step = as_question(await box.room.answer(step.session, ""))
    assert (step.key, step.kind) == ("key_pem", "secret")
    key = "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\r\nBBBB\n-----END OPENSSH PRIVATE KEY-----\n"
    assert await box.room.answer(step.session, key) == Ready(Remote("nas", "sftp"))
    assert r"key_pem = -----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\nBBBB\n-----END OPENSSH" in box.text


AWKWARD = [
    "o'neill",
    'say "hi"',
    "$(touch PWNED)",
    "a#b;c",
    "[x]",
    "%",
    "back\\slash",
    "ünïcode 中 \U0001f600",
    "a = b",
]


async def test_awkward_values_come_through_unharmed(box: Box, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As rclone itself reads them from the file; backticks, too, in a password."""
    monkeypatch.chdir(tmp_path)
    for number, value in enumerate(AWKWARD):
        await set_up(box, f"r{number}", "webdav", {**WEBDAV, "user": value, "pass": f"`touch PWNED`{value}"})
    for number, value in enumerate(AWKWARD):
        assert rclone_says(box, "config", "show", f"r{number}").count(f"user = {value}\n") == 1
        obscured = next(line for line in box.text.split(f"[r{number}]")[1].splitlines() if line.startswith("pass = "))
        assert rclone_says(box, "reveal", "--", obscured.removeprefix("pass = ")) == f"`touch PWNED`{value}\n"
    assert not (tmp_path / "PWNED").exists()


def rclone_says(box: Box, *words: str) -> str:
    argv = [find_rclone(), f"--config={box.config}", *words]
    return subprocess.run(argv, capture_output=True, text=True, check=True, timeout=60).stdout


async def test_what_is_known_already_is_not_asked(box: Box) -> None:
    step = await box.room.begin("cloud", "webdav", {"url": "http://127.0.0.1:1/", "pass": "secret", "user": "me"})
    assert as_question(step).key == "vendor"
    done, keys = await answered(box, step, {})
    assert (isinstance(done, Ready), keys) == (True, ["vendor"])
    obscured = next(line for line in box.text.splitlines() if line.startswith("pass = ")).removeprefix("pass = ")
    assert rclone_says(box, "reveal", "--", obscured) == "secret\n"


@pytest.mark.parametrize(
    ("name", "kind", "parameters", "sentence"),
    [
        ("-x", "webdav", {}, "cannot be the name of a storage"),
        ("a/b", "webdav", {}, "cannot be the name of a storage"),
        ("x" * 65, "webdav", {}, "cannot be the name of a storage"),
        ("earlier", "webdav", {}, "There is a storage 'earlier' already"),
        ("x", "local", {}, "would keep the memories on the box itself"),
        ("x", "alias", {}, "stands in front of another storage"),
        ("x", "crypt", {}, "stands in front of another storage"),
        ("x", "nonsense", {}, "no storage of the kind 'nonsense'"),
        ("x", "sftp", {"ssh": "touch PWNED"}, "reaches into the box itself"),
        ("x", "webdav", {"bearer_token_command": "touch PWNED"}, "reaches into the box itself"),
        ("x", "sftp", {"key_file": "/etc/shadow"}, "reaches into the box itself"),
        ("x", "webdav", {"nonsense": "1"}, "has no option 'nonsense'"),
        ("x", "webdav", {"url": "http://x\n[evil]"}, "was not accepted"),
    ],
)
async def test_what_cannot_be_set_up_is_refused_with_a_sentence(
    box: Box, name: str, kind: str, parameters: dict[str, str], sentence: str
) -> None:
    plant(box, EARLIER)
    with pytest.raises(StorageRefusedError, match=sentence):
        await box.room.begin(name, kind, parameters)
    assert box.text == EARLIER
    assert private_folders() == []


async def test_two_who_answer_the_last_question_at_once_set_it_up_once(box: Box) -> None:
    step = as_question(await box.room.begin("new", "webdav", {key: WEBDAV[key] for key in ("url", "user", "pass")}))
    both = await asyncio.gather(*(box.room.answer(step.session, "other") for _ in range(2)), return_exceptions=True)
    assert both[0] == Ready(Remote("new", "webdav"))
    assert isinstance(both[1], StorageRefusedError)
    assert box.changes == [None]


async def test_three_at_a_time(box: Box) -> None:
    steps = await asyncio.gather(*(box.room.begin(f"r{number}", "webdav") for number in range(3)))
    with pytest.raises(StorageRefusedError, match="3 storages are being set up already"):
        await box.room.begin("r3", "webdav")
    await box.room.abort(as_question(steps[1]).session)
    assert as_question(await box.room.begin("r3", "webdav")).key == "url"


async def test_a_name_that_was_taken_meanwhile_is_not_overwritten(box: Box) -> None:
    step = await box.room.begin("earlier", "webdav")
    plant(box, EARLIER)
    with pytest.raises(StorageRefusedError, match="already"):
        await answered(box, step, WEBDAV)
    assert box.text == EARLIER
    assert private_folders() == []


async def test_a_token_that_rclone_refreshed_meanwhile_stays(box: Box, provider: OAuthProvider) -> None:
    expired = '{"access_token":"old","token_type":"bearer","refresh_token":"r","expiry":"2020-01-01T00:00:00Z"}'
    plant(
        box, f"[hi]\ntype = hidrive\ntoken_url = {provider.url}/token\nendpoint = {provider.url}\ntoken = {expired}\n"
    )
    step = await box.room.begin("new", "webdav")
    argv = [find_rclone(), "lsd", "hi:", f"--config={box.config}", "--retries=1", "--low-level-retries=1"]
    await asyncio.to_thread(subprocess.run, argv, capture_output=True, timeout=60, check=False)
    assert "access-1" in box.text
    assert isinstance((await answered(box, step, WEBDAV))[0], Ready)
    assert "access-1" in box.text
    assert [remote.name for remote in await box.room.remotes()] == ["hi", "new"]
    await box.room.remove("new")
    assert "access-1" in box.text
    assert [remote.name for remote in await box.room.remotes()] == ["hi"]
    assert len(box.changes) == 2


def test_what_a_killed_supervisor_left_is_swept() -> None:
    """Whoever is killed tidies nothing up."""
    code = "from appliance.storage.private_folder import make_private_folder as make; print(make())"
    killed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    left = Path(killed.stdout.strip())
    assert left.is_dir()
    with private_folder() as ours:
        assert not left.exists()
        assert ours.is_dir()
    assert not ours.exists()
