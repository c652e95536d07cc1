"""The command in this process, against a real server: what is said, and the exit codes."""

import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from appliance.command import configuring
from appliance.command.arguments import parse
from appliance.command.main import main
from appliance.control.messages import CancelUpload, DepartedMemory, Event, Press, Remote, Save, SaveAnswer, Upload
from appliance.control.standin import StandInService, StandInSupervisor
from appliance.settings.reading import SettingsError

FIRST = "2026-10-01T12-00-01-MEMORY.mp4"


class Service(StandInService):
    """Can lose a memory after it was asked for."""

    is_losing = False

    async def save(self, request: Save, tell: Callable[[Event], None]) -> SaveAnswer:
        answer = await super().save(request, tell)
        return msgspec.structs.replace(answer, state="not-saved") if self.is_losing else answer


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def path(tmp_path: Path, service: Service) -> Iterator[str]:
    path = tmp_path / "control.sock"
    with StandInSupervisor(path, service):
        yield str(path)


class Said:
    """What one run of the command said."""

    def __init__(self, code: int, capsys: pytest.CaptureFixture[str]) -> None:
        self.code = code
        self.out, self.err = capsys.readouterr()

    @property
    def document(self) -> Any:
        assert self.out.count("\n") == 1
        return json.loads(self.out)


Moment = Callable[..., Said]


@pytest.fixture
def moment(path: str, capsys: pytest.CaptureFixture[str]) -> Moment:
    def run(*words: str) -> Said:
        return Said(main([*words, "--socket", path]), capsys)

    return run


def test_status(moment: Moment) -> None:
    said = moment("status")

    assert (said.code, said.err) == (0, "")
    assert "recording, stand-in" in said.out
    assert "\x1b" not in said.out


def test_status_as_json_keeps_the_contract(moment: Moment) -> None:
    document = moment("status", "--json").document

    assert document["recording"]["state"] == "recording"
    assert document["recording"]["last_segment_age_s"] == 1.5
    assert document["ring"] == {
        "segments": 30, "bytes": 150_000_000, "capacity_bytes": 8_000_000_000, "seconds": 150.0, "left_out": []
    }  # fmt: skip
    assert document["memories"]["count"] == 0
    assert "is" not in document


def test_save(moment: Moment) -> None:
    said = moment("save")

    assert (said.code, said.err) == (0, "")
    assert said.out.startswith(f"Got it (secured in 1.2 ms); it becomes {FIRST}.\n")


def test_save_as_json_keeps_the_contract(moment: Moment) -> None:
    document = moment("save", "--json", "--minutes", "2").document

    assert document == {
        "id": "m1",
        "asked_s": 120.0,
        "available_s": 150.0,
        "secured_ms": 1.25,
        "state": "secured",
        "name": FIRST,
        "extends": None,
    }


def test_a_waiting_save_as_json_keeps_the_contract(moment: Moment) -> None:
    document = moment("save", "--wait", "--json").document

    assert document["state"] == "kept"
    assert document["path"] == f"/memories/{FIRST}"
    assert document["got_s"] == 150.0
    assert document["gaps"] == [{"at_s": 0.0, "length_s": 30.0, "reason": "the ring held no more"}]
    assert len(document["sha256"]) == 64


def test_a_waiting_save(moment: Moment) -> None:
    said = moment("save", "--wait")

    assert said.out.splitlines() == [
        f"Kept: /memories/{FIRST}",
        "It holds 2 min 30 s of 3 min.",
        "Gap: 30 s missing at the start (the ring held no more).",
    ]
    assert said.err == ""


def test_the_press_is_dated_before_the_request(moment: Moment, service: Service) -> None:
    before_s = time.monotonic()
    moment("save", "--minutes", "1.5", "--wait")

    (request,) = service.asked
    assert isinstance(request, Save)
    assert (request.minutes, request.wait) == (1.5, True)
    assert request.pressed_at_s is not None
    assert before_s <= request.pressed_at_s <= time.monotonic()


def test_a_refusal_is_a_sentence_and_1(moment: Moment, service: Service) -> None:
    service.trouble = "NOT SAVED: nothing recorded yet."

    for words in (["save"], ["save", "--json"], ["save", "--wait"], ["save", "--wait", "--json"]):
        said = moment(*words)
        assert (said.code, said.out, said.err) == (1, "", "NOT SAVED: nothing recorded yet.\n")


def test_a_memory_that_was_lost_is_1(moment: Moment, service: Service) -> None:
    service.is_losing = True

    said, document = moment("save", "--wait"), moment("save", "--wait", "--json")

    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("NOT SAVED: 2026-10-01T12-00-01-MEMORY.mp4")
    assert (document.code, document.document["state"]) == (1, "not-saved")


def test_press(moment: Moment, service: Service) -> None:
    said = moment("press", "--hold", "7")

    assert said.code == 0
    assert "There are only 2 min 30 s of the 6 min that were asked for." in said.out
    assert service.asked == [Press(7.0, "save")]


def test_press_as_json(moment: Moment) -> None:
    assert moment("press", "--hold", "3", "--json").document["asked_s"] == 180.0
    assert moment("press", "--hold", "1", "--button", "upload", "--json").document == {
        "sentence": "The upload button asked for upload-now."
    }
    assert moment("press", "--hold", "10", "--button", "upload").out == "The upload button asked for set-up-mode.\n"


def test_memories(moment: Moment) -> None:
    assert moment("memories").out == "Nothing has been kept yet.\n"
    assert moment("memories", "--json").document == []
    moment("save")
    moment("save", "--minutes", "1")

    said, document = moment("memories"), moment("memories", "--json").document

    assert said.out.index("12-00-02-MEMORY") < said.out.index("12-00-01-MEMORY")
    assert [memory["name"] for memory in document] == ["2026-10-01T12-00-02-MEMORY.mp4", FIRST]
    promised = {"name", "path", "pressed_at", "asked_s", "got_s", "gaps", "size_bytes", "sha256"}
    assert promised <= set(document[0])


def test_memory_delete(moment: Moment) -> None:
    moment("save")

    deleted, missing, path = (moment("memory", "delete", name) for name in (FIRST, FIRST, f"a/{FIRST}"))

    assert (deleted.code, deleted.out.splitlines()) == (
        0, [f"{FIRST} is deleted.", f"For ten minutes this takes it back: moment memory undelete {FIRST}"]
    )  # fmt: skip
    assert (missing.code, missing.out, missing.err) == (1, "", f"There is no memory {FIRST}.\n")
    assert path.code == 1


def test_memory_undelete(moment: Moment) -> None:
    moment("save")
    moment("memory", "delete", FIRST)

    back, again = (moment("memory", "undelete", FIRST) for _ in range(2))

    assert (back.code, back.out) == (0, f"{FIRST} is back.\n")
    assert (again.code, again.out, again.err) == (1, "", f"{FIRST} cannot be taken back any more.\n")


SECOND = "2026-10-01T12-00-02-MEMORY.mp4"


def test_memories_tell_their_upload(moment: Moment, service: Service) -> None:
    moment("save")

    (memory,) = moment("memories", "--json").document

    assert memory["upload"] == {
        "state": "kept", "reason": "It stays here until somebody asks.", "proof": None, "remote_path": None,
        "remark": None, "progress": None,
    }  # fmt: skip
    assert "kept: It stays here until somebody asks." in moment("memories").out


def test_what_has_left_the_box(moment: Moment, service: Service) -> None:
    assert moment("memories", "--left").out == "Nothing has left the box: whatever was kept is still here.\n"
    assert moment("memories", "--left", "--json").document == []
    service.upload.departed.append(DepartedMemory("m1", FIRST, "x", 1, "00", f"garage:{FIRST}", "md5", "y"))

    assert f"garage:{FIRST}" in moment("memories", "--left").out
    assert moment("memories", "--left", "--json").document[0]["proof"] == "md5"


def test_the_status_tells_of_the_upload(moment: Moment) -> None:
    assert "idle, 1.2 GB sent this month, to garage:moments" in moment("status").out
    assert moment("status", "--json").document["upload"]["remote"] == "garage:moments"


def test_upload_asks_for_what_is_named(moment: Moment, service: Service) -> None:
    moment("save")
    moment("save")
    service.upload.is_frozen = True

    said = moment("upload", FIRST)

    assert (said.code, said.err) == (0, "")
    assert said.out == f"{FIRST}: asked for. `moment memories` tells how far that is.\n"
    assert service.asked[-1] == Upload([FIRST])
    assert moment("upload").out.startswith("2 memories: asked for.")
    assert moment("upload", "--json").document == {"names": [SECOND, FIRST]}


def test_upload_without_a_memory_has_nothing_to_do(moment: Moment) -> None:
    for words in (["upload"], ["upload", "--wait"]):
        said = moment(*words)
        assert (said.code, said.out) == (0, "There is nothing to upload.\n")
    assert moment("upload", "--wait", "--json").document == {"names": [], "uploads": {}}


def test_a_waiting_upload_is_0_when_all_are_proven(moment: Moment) -> None:
    moment("save")
    moment("save")

    said, again = moment("upload", "--wait"), moment("upload", FIRST, "--wait", "--json")

    assert (said.code, said.err) == (0, "")
    assert f"{FIRST}: proven by its sha256, garage:moments/{FIRST}" in said.out.splitlines()
    assert (again.code, again.document["uploads"][FIRST]["state"]) == (0, "proven")
    assert moment("upload", FIRST).out == f"{FIRST} needs no asking: it is proven, or on its way.\n"


def test_a_waiting_upload_is_1_with_the_sentence_when_one_needs_the_owner(moment: Moment, service: Service) -> None:
    moment("save")
    moment("save")
    service.upload.parks[FIRST] = "The storage is full: make room there."

    said = moment("upload", "--wait")
    document = moment("upload", FIRST, "--wait", "--json")

    assert said.code == document.code == 1
    assert said.err == f"{FIRST}: parked: The storage is full: make room there.\n"
    assert f"{SECOND}: proven by its sha256" in said.out
    assert document.document["uploads"][FIRST]["reason"] == "The storage is full: make room there."


def test_a_refused_upload_is_a_sentence_and_1(moment: Moment, service: Service) -> None:
    service.upload.trouble = "Nothing is uploaded: moment.toml names no storage."

    for words in (["upload"], ["upload", "--wait"], ["upload", "--json"]):
        said = moment(*words)
        assert (said.code, said.out, said.err) == (1, "", f"{service.upload.trouble}\n")


def test_an_upload_is_cancelled(moment: Moment, service: Service) -> None:
    moment("save")
    service.upload.is_frozen = True
    moment("upload")

    said, again = moment("upload", "--cancel", FIRST), moment("upload", "--cancel", "--json")

    assert (said.code, said.out) == (0, f"{FIRST} stays on the box.\n")
    assert again.document == {"names": []}
    assert moment("upload", "--cancel").out == "Nothing of that was on its way.\n"
    assert service.asked[-1] == CancelUpload([])


def test_storages_are_listed(moment: Moment, service: Service) -> None:
    assert moment("storage", "list").out == "No storage is set up: `moment storage add` does that.\n"
    service.storage.remotes = [Remote("garage", "webdav")]

    assert moment("storage", "list").out == "garage (webdav)\n"
    assert moment("storage", "list", "--json").document == [{"name": "garage", "kind": "webdav"}]


def test_a_storage_is_tried(moment: Moment, service: Service) -> None:
    service.storage.remotes = [Remote("garage", "webdav")]

    said, missing = moment("storage", "test", "garage:moments"), moment("storage", "test", "attic")

    assert said.out.splitlines() == [
        "garage:moments works: a small file was written, read back and deleted in 1.2 s.",
        "An upload there is proven by its sha256. 12 GB of 15 GB are free.",
    ]
    assert moment("storage", "test", "garage", "--json").document == {
        "remote": "garage", "took_s": 1.25, "proof": "sha256",
        "space": {"free_bytes": 12_000_000_000, "total_bytes": 15_000_000_000},
    }  # fmt: skip
    assert (missing.code, missing.out) == (1, "")
    assert missing.err.startswith("There is no storage attic")


def test_a_storage_is_forgotten_without_asking(moment: Moment, service: Service) -> None:
    service.storage.remotes = [Remote("garage", "webdav")]

    assert moment("storage", "remove", "garage", "--yes", "--json").document == {
        "sentence": "garage is forgotten; the files in it stay where they are."
    }
    assert service.storage.remotes == []


def test_no_supervisor_is_a_sentence_and_3(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (
        ["status"],
        ["status", "--watch"],
        ["save", "--json"],
        ["memories"],
        ["memory", "delete", "x"],
        ["upload"],
        ["upload", "--wait"],
        ["storage", "add", "a", "b"],
        ["storage", "list"],
    ):
        said = Said(main([*words, "--socket", str(tmp_path / "none")]), capsys)
        assert (said.code, said.out) == (3, "")
        assert said.err.startswith("No recorder is running (nobody answers at ")
        assert said.err.endswith('start one with "moment run" or "moment demo".\n')


def test_a_stranger_is_refused_with_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "s"
    with StandInSupervisor(path, Service(), allowed_uids=frozenset({os.getuid() + 1})):
        for words in (["status"], ["status", "--watch"], ["save", "--wait"]):
            said = Said(main([*words, "--socket", str(path)]), capsys)
            assert (said.code, said.out) == (1, "")
            assert "may not talk to the recorder" in said.err


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "moment.toml"


def test_config_check_of_a_good_file(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config.write_text('[camera]\nkind = "v4l2"\n')

    said = Said(main(["config", "check", str(config)]), capsys)

    assert (said.code, said.out, said.err) == (0, f"{config} is fine.\n", "")


def test_config_check_tells_every_mistake(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config.write_text("[camera]\nknd = 3\n[panel]\nsave_pin = 99\n")

    said = Said(main(["config", "check", str(config)]), capsys)

    assert (said.code, said.out) == (2, "")
    assert said.err.splitlines() == [
        f'{config}, line 2: camera.knd is not a setting; did you mean "kind"?',
        f"{config}, line 4: panel.save_pin must be a whole number, at least 0 and at most 27, not 99",
    ]


def test_config_check_above_a_base(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    base = config.with_name("base.toml")
    base.write_text("[panel]\nlamp_pin = 5\n")
    config.write_text("[panel]\nsave_pin = 5\n")

    said = Said(main(["config", "check", str(config), "--base", str(base)]), capsys)

    told = f"{config}, line 1: panel.lamp_pin is GPIO 5, which panel.save_pin has already\n"
    assert (said.code, said.err) == (2, told)


def test_config_check_of_a_file_for_the_card(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config.write_text('[wifi]\nssid = "Home"\npassword = "secret12"\n')

    assert main(["config", "check", str(config)]) == 2
    capsys.readouterr()
    said = Said(main(["config", "check", "--card", str(config)]), capsys)

    assert (said.code, said.out) == (0, f"{config} is fine.\n")


def test_on_a_box_its_own_settings_are_meant(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    base = config.with_name("base.toml")
    base.write_text("[panel]\nlamp_pin = 5\n")
    config.write_text("[panel]\nsave_pin = 6\n")

    shown = Said(configuring.show(parse(["config", "show"]), base, config), capsys)
    assert "lamp_pin = 5\n" in shown.out
    assert "save_pin = 6\n" in shown.out

    plain = Said(configuring.show(parse(["config", "show", "--config", str(config)]), base, config), capsys)
    assert "lamp_pin = 22\n" in plain.out, "what is named is what `moment run` would get"

    config.write_text("[panel]\nsave_pin = 5\n")
    with pytest.raises(SettingsError):
        configuring.check(parse(["config", "check", str(config)]), base)


def test_config_show_stars_secrets(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config.write_text('[camera]\nkind = "rtsp"\nurl = "rtsp://me:hunter2@cam/live"\n')

    said = Said(main(["config", "show", "--config", str(config)]), capsys)

    assert said.code == 0
    assert 'url = "rtsp://***@cam/live"' in said.out
    assert "hunter2" not in said.out


def test_config_show_of_the_defaults_is_a_good_file(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = Said(main(["config", "show"]), capsys)
    config.write_text(shown.out)

    assert main(["config", "check", str(config)]) == 0


def test_config_show_of_a_bad_file_is_2(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = Said(main(["config", "show", "--config", str(config)]), capsys)

    assert (said.code, said.out, said.err) == (2, "", f"There is no settings file {config}.\n")


def test_cameras_are_listed_with_what_each_can_do(moment: Moment, service: Service) -> None:
    service.cameras.not_looked_for = ["SnapCam cameras could not be looked for: Bluetooth is off."]
    said = moment("cameras")

    assert said.code == 0
    assert "h264, 1920x1080, 30/s, wired" in said.out
    assert "hunter2" not in said.out
    assert said.out.count("recorded") == 1
    assert said.err == "SnapCam cameras could not be looked for: Bluetooth is off.\n"

    told = moment("cameras", "--json").document
    assert [camera["kind"] for camera in told["cameras"]] == ["rtsp", "v4l2", "test-pattern"]
    assert told["troubles"] == service.cameras.not_looked_for
