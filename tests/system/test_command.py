"""The `moment` command against a running recorder: what scripts may build upon, and what a person reads."""

import hashlib
import json
import os
import re
import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path

from appliance.control.messages import Hold, HoldAnswer, SaveAnswer
from tests.system.conftest import BoxFactory, Film, environment, wait_until

SAVE_FACTS = {"id", "asked_s", "available_s", "secured_ms", "state"}
FILE_FACTS = {"path", "got_s", "gaps", "sha256"}


def test_the_json_that_scripts_build_upon(box: BoxFactory) -> None:
    recorder = box(memories={"overlap": "separate"}).start()
    recorder.wait_for_segments(3)

    asked = recorder.moment("status", "--json")
    assert (asked.returncode, asked.stderr) == (0, "")
    status = json.loads(asked.stdout)
    assert status["recording"]["state"] == "recording"
    assert 0 <= status["recording"]["last_segment_age_s"] < 5
    assert status["ring"]["segments"] >= 2
    assert 0 < status["ring"]["bytes"] < status["ring"]["capacity_bytes"] == 8_000_000_000
    assert status["ring"]["seconds"] >= 1.5
    assert status["memories"]["count"] == 0

    quick = recorder.moment("save", "--minutes", "0.02", "--json")
    assert (quick.returncode, quick.stderr) == (0, "")
    said = json.loads(quick.stdout)
    assert said.keys() >= SAVE_FACTS
    assert not said.keys() & FILE_FACTS
    assert (said["asked_s"], said["state"]) == (1.2, "secured")
    assert 0 < said["available_s"] <= 1.2
    assert 0 < said["secured_ms"] < 5000

    recorder.wait_for_segments(6)
    whole = recorder.moment("save", "--wait", "--json")
    assert (whole.returncode, whole.stderr) == (0, ""), "no bar, no word beside the document"
    kept = json.loads(whole.stdout)
    assert kept.keys() >= SAVE_FACTS | FILE_FACTS
    assert (kept["state"], kept["gaps"]) == ("kept", [])
    path = Path(kept["path"])
    assert hashlib.sha256(path.read_bytes()).hexdigest() == kept["sha256"]
    Film(path).decode()

    listed = recorder.moment("memories", "--json")
    memory, earlier = json.loads(listed.stdout)
    assert earlier["id"] == said["id"], "newest first"
    assert (memory["name"], memory["path"], memory["sha256"]) == (path.name, str(path), kept["sha256"])
    assert (memory["gaps"], memory["size_bytes"]) == ([], path.stat().st_size)
    assert memory["got_s"] == kept["got_s"] == round(len(Film(path).picture_times_s()) / 30, 3)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-MEMORY\.mp4", path.name)
    assert f"{datetime.fromisoformat(memory['pressed_at']):%Y-%m-%dT%H-%M-%S}-MEMORY.mp4" == path.name

    assert "2 memories kept" in recorder.moment("status").stdout
    assert path.name in recorder.moment("memories").stdout
    gone = recorder.moment("memory", "delete", path.name)
    assert (gone.returncode, gone.stdout.splitlines()[0]) == (0, f"{path.name} is deleted.")
    assert not path.exists()
    assert recorder.moment("memory", "undelete", path.name).stdout == f"{path.name} is back.\n"
    assert path.exists()
    recorder.moment("memory", "delete", path.name)
    assert json.loads(recorder.moment("memories", "--json").stdout) == [earlier]


def test_a_press_is_held_through_the_gesture_machine(box: BoxFactory) -> None:
    """A step every half second: held for 1.2 s, the press asks for three, of 1.5 s of footage each."""
    recorder = box(memories={"minutes_per_step": 0.025}).start()
    recorder.wait_for_segments(6)

    pressed = recorder.moment("press", "--hold", "1.2", "--json")

    assert pressed.returncode == 0, pressed.stderr
    answer = json.loads(pressed.stdout)
    assert answer.keys() >= SAVE_FACTS
    assert answer["asked_s"] == 4.5
    assert "counted 3" in recorder.log
    recorder.wait_until_kept()
    (memory,) = recorder.kept()
    assert memory.got_s >= 4.5
    upload = recorder.moment("press", "--hold", "0.1", "--button", "upload")
    assert upload.returncode == 0
    assert "upload asked for" in recorder.log


def test_a_hold_that_is_said_again_is_counted_by_the_box(box: BoxFactory) -> None:
    """As a phone holds the button: as long as the finger is there, and no longer."""
    recorder = box(memories={"minutes_per_step": 0.025}).start()
    recorder.wait_for_segments(6)

    with recorder.client() as finger:
        assert finger.ask(Hold("finger", 10)) == HoldAnswer(1, 0.025)
        wait_until("the third step is counted", lambda: _steps(finger.ask(Hold("finger", 10))) >= 3)
        kept = finger.ask(Hold("finger", 0))
    assert isinstance(kept, SaveAnswer)
    assert (kept.asked_s >= 4.5, kept.state) == (True, "secured")


def _steps(answer: HoldAnswer | SaveAnswer) -> int:
    assert isinstance(answer, HoldAnswer)
    return answer.steps


def test_exit_codes_tell_scripts_what_happened(box: BoxFactory) -> None:
    recorder = box()
    absent = recorder.moment("status", "--json")
    assert (absent.returncode, absent.stdout) == (3, "")
    assert absent.stderr.count("\n") == 1

    recorder.start()
    refused = recorder.moment("memory", "delete", "2026-01-01T00-00-00-MEMORY.mp4")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("There is no memory")
    outside = recorder.moment("memory", "delete", "../ring/index")
    assert outside.returncode in {1, 2}
    wrong = recorder.moment("save", "--minutes", "-3")
    assert (wrong.returncode, wrong.stdout) == (2, "")

    recorder.end()
    assert recorder.moment("save", "--json").returncode == 3


def test_the_recorder_is_found_by_option_and_by_environment(box: BoxFactory, tmp_path: Path) -> None:
    elsewhere = tmp_path / "here.sock"
    recorder = box(control={"socket": str(elsewhere)})
    recorder.socket = elsewhere
    recorder.start(state="recording")

    assert recorder.moment("status").returncode == 3
    assert recorder.moment("status", "--socket", str(elsewhere)).returncode == 0
    assert recorder.moment("status", MOMENT_SOCKET=str(elsewhere)).returncode == 0


def test_watching_shows_what_happens_until_ctrl_c(box: BoxFactory, tmp_path: Path) -> None:
    recorder = box().start()
    with (tmp_path / "seen").open("wb") as seen, (tmp_path / "seen.json").open("wb") as documents:
        watchers = [
            subprocess.Popen(
                [sys.executable, "-m", "appliance.command.main", "status", "--watch", *more],
                cwd=tmp_path,
                env=environment(),
                stdout=file,
                stderr=file,
            )
            for file, more in ((seen, ()), (documents, ("--json",)))
        ]
    wait_until("first lines", lambda: all((tmp_path / f).stat().st_size for f in ("seen", "seen.json")))
    recorder.wait_for_segments(1)
    recorder.save(0.02, wait=True)
    wait_until("the news", lambda: "MEMORY: kept" in (tmp_path / "seen").read_text())
    for watcher in watchers:
        watcher.send_signal(signal.SIGINT)
    assert [watcher.wait(60) for watcher in watchers] == [0, 0]

    lines = (tmp_path / "seen").read_text().splitlines()
    assert any("recording, test pattern |" in line and "memories kept" in line for line in lines)
    told = [json.loads(line) for line in (tmp_path / "seen.json").read_text().splitlines()]
    assert len(told) >= 2
    assert {status["recording"]["state"] for status in told} == {"recording"}


def test_a_person_who_waits_sees_the_work_go_on(box: BoxFactory, tmp_path: Path) -> None:
    """The bar is for a terminal: on standard error, so that the answer can still be piped on."""
    recorder = box().start()
    recorder.wait_for_segments(2)
    mine, theirs = os.openpty()
    argv = [sys.executable, "-m", "appliance.command.main", "save", "--wait"]
    with subprocess.Popen(
        argv, cwd=tmp_path, env=environment(TERM="xterm"), stdout=subprocess.PIPE, stderr=theirs
    ) as run:
        os.close(theirs)
        bar = b"".join(iter(lambda: _shown(mine), b"")).decode()  # a terminal that nobody looks at is full some time
        said = run.communicate(timeout=30)[0].decode()
    os.close(mine)

    assert run.returncode == 0
    assert said.startswith(f"Kept: {recorder.files()[0]}\n")
    assert "making the file" in bar
    assert "100%" in bar


def _shown(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux's way to say that nobody writes there any more
        return b""
