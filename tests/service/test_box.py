"""What only root may do is wished for; an archive for whoever helps holds no secret."""

import asyncio
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.boot.phone_clock import fulfil
from appliance.boot.wishes import CLOCK, CLOCK_ANSWER, ClockAnswer, ResetWish
from appliance.control.errors import RefusedError
from appliance.control.messages import Diagnostics, DiagnosticsAnswer, Done, FactoryReset, SetClock
from appliance.control.standin import StandInService
from appliance.network.hotspot import HotspotSecret
from appliance.network.profiles import Wanted
from appliance.service.box import BoxDesk
from appliance.service.diagnostics import Diagnosis, read_journal
from appliance.service.scrubbing import PIECE_CHARACTERS, known_secrets, pieces, scrubbed
from appliance.settings.model import (
    BoxSettings,
    CameraSettings,
    ControlSettings,
    NetworkSettings,
    Settings,
    UploadSettings,
)
from tests.stands.memory_box import HandClock

ROOT = Path(__file__).resolve().parents[2]
BERLIN = SetClock(1_795_000_000.0, "Europe/Berlin")


@pytest.fixture
def thread() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as thread:
        yield thread


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for folder in ("run/moment-recorder", "run/moment-clock", "data/settings", "data/system", "etc"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "usr/share/zoneinfo/Europe").mkdir(parents=True)
    (tmp_path / "usr/share/zoneinfo/Europe/Berlin").write_text("TZif")
    return tmp_path


def desk(root: Path, thread: ThreadPoolExecutor, *, is_box: bool = True, patience_s: float = 10.0) -> BoxDesk:
    async def diagnose() -> DiagnosticsAnswer:
        return DiagnosticsAnswer("/x", 1)

    folder = root / "data/settings" if is_box else None
    return BoxDesk(
        owners_folder=folder, clock=HandClock(), thread=thread, diagnose=diagnose, root=root, patience_s=patience_s
    )


async def with_root(root: Path, request: SetClock, thread: ThreadPoolExecutor, *, trusted: bool) -> Done:
    """Root's unit does its work as soon as the wish lies there."""
    asking = asyncio.create_task(desk(root, thread).ask(request))
    wish = root / CLOCK.relative_to("/")
    async with asyncio.timeout(20):
        while not wish.exists():  # noqa: ASYNC110 - as systemd's path unit looks
            await asyncio.sleep(0.01)
    fulfil(wish, root, HandClock(trusted=trusted), lambda _: None)
    answer = await asking
    assert isinstance(answer, Done)
    return answer


async def test_the_phone_s_clock_is_taken_over_by_root(root: Path, thread: ThreadPoolExecutor) -> None:
    assert (await with_root(root, BERLIN, thread, trusted=False)).sentence == "The clock and the time zone are set."
    assert "knew the time already" in (await with_root(root, BERLIN, thread, trusted=True)).sentence
    with pytest.raises(RefusedError, match="knows no time zone 'Mars'"):
        await with_root(root, SetClock(BERLIN.now_s, "Mars"), thread, trusted=True)


async def test_two_phones_at_once_are_answered_one_after_the_other(root: Path, thread: ThreadPoolExecutor) -> None:
    box, wish = desk(root, thread), root / CLOCK.relative_to("/")
    asking = [asyncio.create_task(box.ask(request)) for request in (BERLIN, SetClock(BERLIN.now_s, "Mars"))]
    async with asyncio.timeout(20):
        while not all(task.done() for task in asking):
            await asyncio.sleep(0.01)
            if wish.exists():
                await asyncio.sleep(0.01)  # time for the other one to leave its own over it
                fulfil(wish, root, HandClock(trusted=True), lambda _: None)

    first, second = await asyncio.gather(*asking, return_exceptions=True)
    assert isinstance(first, Done), first
    assert isinstance(second, RefusedError)
    assert "knows no time zone 'Mars'" in second.sentence


async def test_a_silent_root_is_told_and_its_answer_to_another_is_none(root: Path, thread: ThreadPoolExecutor) -> None:
    (root / CLOCK_ANSWER.relative_to("/")).write_bytes(msgspec.json.encode(ClockAnswer("another", is_set=True)))

    with pytest.raises(RefusedError, match="did not answer"):
        await desk(root, thread, patience_s=0.2).ask(BERLIN)
    assert not (root / CLOCK.relative_to("/")).exists()


async def test_a_machine_that_is_no_box_is_left_alone(root: Path, thread: ThreadPoolExecutor) -> None:
    for request in (BERLIN, FactoryReset(["settings"], "erase")):
        with pytest.raises(RefusedError, match="no box"):
            await desk(root, thread, is_box=False).ask(request)


async def test_a_reset_is_wished_for_by_its_word(root: Path, thread: ThreadPoolExecutor) -> None:
    box = desk(root, thread)

    for wrong in (FactoryReset(["settings"], ""), FactoryReset(["settings"], "yes"), FactoryReset([], "erase")):
        with pytest.raises(RefusedError, match="Nothing was reset"):
            await box.ask(wrong)
    assert not (root / "data/settings/reset.json").exists()
    await box.ask(FactoryReset(["networks", "networks"], "Erase", memories=True))

    wish = msgspec.json.decode((root / "data/settings/reset.json").read_bytes(), type=ResetWish)
    assert wish == ResetWish(["networks"], memories=True)
    assert await box.ask(Diagnostics()) == DiagnosticsAnswer("/x", 1)


SECRETS = {
    "camera": "hunter2-camera",
    "in-path": "hunter3-path",
    "storage": "obscured-hunter4",
    "access": "ya29.hunter5",
    "refresh": "1//hunter6",
    "wifi": "hunter7-wifi",
    "bearer": "hunter8-bearer",
    "proxy": "hunter9-proxy",
    "hotspot": "aaaa-hunter10-bbbb",
    "joined": 'hunter11 "joined" one',
    "spaced": "hunter12 with blanks",
    "code": "hunter13\\;code",
    "hash": "HUNTER14+/abc==:salt",
    "session": "hunter15_Aa0-0123456789abcdefghijklmnopqrst",
    "cookie": "hunter16",
    "mark": "hunter17mark",
    "raw": "0123456789abcdef" * 4,
}
RCLONE = f"""
[garage]
type = webdav
url = https://u:{SECRETS["proxy"]}@dav.example/x
user = alice
pass = {SECRETS["storage"]}

[drive]
type = drive
token = {{"access_token":"{SECRETS["access"]}","refresh_token":"{SECRETS["refresh"]}","expiry":"2026"}}
"""
SAID = f"""camera rtsp://viewer:{SECRETS["camera"]}@192.0.2.7/live?password={SECRETS["in-path"]} is away
rclone: {SECRETS["storage"]} was refused; {SECRETS["access"]} has expired, {SECRETS["refresh"]} too
the set-up network takes {SECRETS["hotspot"]}; {SECRETS["joined"]} and {quote(SECRETS["joined"])} were asked
{json.dumps({"was": SECRETS["joined"]})}
<info> {{'psk': <'{SECRETS["spaced"]}'>, 'ssid': <'Home'>}} psk={SECRETS["raw"]}
wpa_supplicant: psk="{SECRETS["spaced"]}" passphrase: '{SECRETS["spaced"]}' WIFI:T:WPA;S:My Home;P:{SECRETS["code"]};;
keys.json: {{"password":"scrypt:16384:8:1:{SECRETS["hash"]}"}} or scrypt:16384:8:1:{SECRETS["hash"]}
GET /memories Cookie: a=b; moment={SECRETS["cookie"]}
X-Mark: {SECRETS["mark"]} session {SECRETS["session"]} Authorization: Basic {SECRETS["bearer"]}
bearer {SECRETS["bearer"]} {SECRETS["proxy"]}
psk={SECRETS["wifi"]} "password": "{SECRETS["wifi"]}" Authorization: {SECRETS["bearer"]}
"""


def unpacked(path: str) -> dict[str, str]:
    with tarfile.open(path) as archive:
        files = [(member.name, archive.extractfile(member)) for member in archive.getmembers()]
        return {name.split("/")[1]: file.read().decode() for name, file in files if file}


async def test_an_archive_holds_what_helps_and_no_secret(root: Path) -> None:
    url = f"rtsp://viewer:{SECRETS['camera']}@192.0.2.7/live?password={SECRETS['in-path']}"
    (root / "rclone.conf").write_text(RCLONE)
    (root / "hotspot.json").write_bytes(msgspec.json.encode(HotspotSecret("Moment-X", SECRETS["hotspot"])))
    (root / "network").mkdir()
    (root / "network/proven.json").write_bytes(msgspec.json.encode(Wanted(b"Home", SECRETS["joined"], "wpa2")))
    for name in ("events.log", "events.log.1", "report.json"):
        (root / name).write_text(SAID)
    settings = Settings(
        camera=CameraSettings("rtsp", url),
        upload=UploadSettings(rclone_config=str(root / "rclone.conf")),
        network=NetworkSettings(directory=str(root / "network"), hotspot_file=str(root / "hotspot.json")),
        control=ControlSettings(str(root / "run/moment-recorder/control.sock")),
        box=BoxSettings(str(root / "report.json"), str(root / "events.log")),
    )
    status = await StandInService().status()

    async def journal() -> str:
        return SAID

    answer = await Diagnosis(settings, lambda: status, journal).make()

    assert Path(answer.path) == root / "run/moment-recorder/diagnostics.tar.gz"
    assert answer.size_bytes == os.stat(answer.path).st_size  # noqa: PTH116
    texts = unpacked(answer.path)
    assert set(texts) == {
        "status.json", "settings.toml", "versions.json", "journal.txt", "boot-report.json", "events.log",
        "events.log.1",
    }  # fmt: skip
    for secret in SECRETS.values():
        for name, text in texts.items():
            assert secret not in text, (secret, name)
    assert "192.0.2.7/live" in texts["events.log"]
    assert "'ssid': <'Home'>" in texts["journal.txt"]
    assert "GET /memories" in texts["journal.txt"]
    assert '"recording"' in texts["status.json"]


async def test_an_archive_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    settings = Settings(control=ControlSettings(str(tmp_path / "none" / "control.sock")))
    status = await StandInService().status()

    with pytest.raises(RefusedError, match=r"cannot be written \(No such file"):
        await Diagnosis(settings, lambda: status, read_journal).make()


def test_the_recorder_loads_nothing_of_what_makes_the_archive() -> None:
    look = "import sys, appliance.supervise; print({'tarfile', 'appliance.service.scrubbing'} & {*sys.modules})"
    asked = subprocess.run([sys.executable, "-c", look], cwd=ROOT, capture_output=True, text=True, check=True)
    assert asked.stdout == "set()\n"


@given(st.text(min_size=4, max_size=20), st.text(max_size=20), st.text(max_size=20))
def test_a_known_secret_is_nowhere(secret: str, before: str, after: str) -> None:
    assert secret not in scrubbed(before + secret + after, [secret]) or secret in "********"


@pytest.mark.parametrize(
    "plain",
    [
        "fdd1c7f4-1f3a-4c0e-9f0a-0123456789ab was kept",
        f"sha256 {'0123456789abcdef' * 4}",
        "2026-11-24T20-54-47-MEMORY.mp4 goes to garage:moment-recorder/2026/11",
        "the password is wrong; secrets are kept elsewhere",
    ],
)
def test_what_only_looks_a_little_like_a_secret_stays(plain: str) -> None:
    assert scrubbed(plain, []) == plain


def test_names_of_storages_and_users_stay_readable() -> None:
    known = known_secrets(Settings(), RCLONE)

    assert not {"alice", "webdav", "drive"} & set(known)
    assert {SECRETS["storage"], SECRETS["access"], SECRETS["refresh"], SECRETS["proxy"]} <= set(known)


async def test_the_journal_is_read_or_it_is_said_why_not() -> None:
    assert (await read_journal()).strip()


@given(st.lists(st.text(st.sampled_from("ab =:\n\"'"), max_size=300), max_size=60))
def test_a_long_text_is_searched_in_short_parts(lines: list[str]) -> None:
    text = "\n".join(lines)
    parts = list(pieces(text))

    assert "".join(parts) == text
    for part in parts[:-1]:
        assert part.endswith("\n")
        assert not part.rstrip().endswith((":", "="))


def test_a_log_is_not_searched_as_a_whole_and_a_secret_on_the_next_line_is_found() -> None:
    log = "a line of the log\n" * 1000
    found = scrubbed(f"{log}password:\n  hunter2\n{log}", [])

    assert "hunter2" not in found
    assert max(map(len, pieces(log))) < PIECE_CHARACTERS + 100
