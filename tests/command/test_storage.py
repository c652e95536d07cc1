"""`moment storage` as a process of its own: by hand on a terminal, and by scripts in a pipe."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.control.messages import Remote
from appliance.control.standin import StandInService, StandInSupervisor
from tests.stands.typed import Terminal, moment


@pytest.fixture
def service() -> StandInService:
    return StandInService()


@pytest.fixture(autouse=True)
def supervisor(tmp_path: Path, service: StandInService) -> Iterator[StandInSupervisor]:
    with StandInSupervisor(tmp_path / "control.sock", service) as supervisor:
        yield supervisor


def test_a_storage_is_set_up_by_hand(tmp_path: Path, service: StandInService) -> None:
    terminal = Terminal(tmp_path, "storage", "add")
    terminal.read_until("  1) drive: Google Drive (sign in at its web page)")
    terminal.type("premium", after="(Enter: all): ")
    terminal.read_until("  1) premiumizeme: premiumize.me")
    terminal.type("webdav", after="(Enter: all): ")
    terminal.type("my garage", after="such as garage? ")
    terminal.read_until("my garage is no name for a storage")
    terminal.type("garage", after="such as garage? ")
    terminal.type("nonsense", after="url: ")
    terminal.read_until("This is no address: it begins with https://.")
    terminal.type("https://192.0.2.1", after="url: ")
    terminal.read_until("  2) other: Other site/service or software")
    terminal.type("7", after="vendor [nextcloud]: ")
    terminal.type("", after="vendor [nextcloud]: ")
    terminal.type("hunter2", after="pass [none]: ")
    terminal.type("1", after="port [none]: ")
    terminal.type("y", after="keep [Y/n]: ")
    terminal.read_until('remote = "garage:moments"')

    assert terminal.end() == 0
    (done,) = service.storage.finished
    assert done.said == ["https://192.0.2.1", "nextcloud", "hunter2", "443", "true"]
    assert service.storage.remotes == [Remote("garage", "webdav")]
    assert "hunter2" not in terminal.shown
    assert "Traceback" not in terminal.shown


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_giving_up_leaves_nothing_half_made(tmp_path: Path, service: StandInService, number: signal.Signals) -> None:
    terminal = Terminal(tmp_path, "storage", "add", "garage", "webdav")
    terminal.type("https://192.0.2.1", after="url: ")
    terminal.read_until("vendor [nextcloud]: ")
    assert len(service.storage.set_ups) == 1

    assert terminal.end(number) == 130
    assert (service.storage.set_ups, service.storage.remotes) == ({}, [])


def test_giving_up_before_the_first_question_leaves_nothing_half_made(
    tmp_path: Path, service: StandInService, supervisor: StandInSupervisor
) -> None:
    """Nobody knows yet what would have to be given up: so that is waited for."""
    supervisor.call(service.storage.may_begin.clear)
    terminal = Terminal(tmp_path, "storage", "add", "garage", "webdav")
    assert service.storage.has_begun.wait(60)
    terminal.send(signal.SIGINT)
    supervisor.call(service.storage.may_begin.set)

    assert terminal.end() == 130
    assert service.storage.begun == 1
    assert (service.storage.set_ups, service.storage.remotes) == ({}, [])


def test_a_storage_with_a_sign_in_is_set_up_by_pasting_back(tmp_path: Path, service: StandInService) -> None:
    terminal = Terminal(tmp_path, "storage", "add", "cloud", "drive")
    terminal.read_until("  http://127.0.0.1:53682/auth?state=abc")
    terminal.type("", after="address: ")
    terminal.type("http://localhost:53682/?state=abc&code=xyz", after="address: ")
    terminal.read_until('remote = "cloud:moments"')

    assert terminal.end() == 0
    assert service.storage.finished[0].said == ["http://localhost:53682/?state=abc&code=xyz"]


def test_a_script_pipes_its_answers(tmp_path: Path, service: StandInService) -> None:
    done = moment(
        tmp_path, "storage", "add", "garage", "webdav", "--json", typed="https://192.0.2.1\nother\nhunter2\n\nn\n"
    )

    assert (done.returncode, json.loads(done.stdout)) == (0, {"remote": {"name": "garage", "kind": "webdav"}})
    assert service.storage.finished[0].said == ["https://192.0.2.1", "other", "hunter2", "", "false"]
    assert "hunter2" not in done.stderr


def test_answers_may_be_given_ahead(tmp_path: Path, service: StandInService) -> None:
    known = [f"--set={pair}" for pair in ("url=https://a=b", "vendor=other", "port=80", "keep=true")]
    done = moment(tmp_path, "storage", "add", "garage", "webdav", *known, typed="hunter2\n")

    assert done.returncode == 0, done.stderr
    assert service.storage.finished[0].said == ["https://a=b", "other", "hunter2", "80", "true"]
    assert "url" not in done.stderr, "what is known is not asked"


def test_an_answer_ahead_that_is_wrong_is_told_and_asked_again(tmp_path: Path, service: StandInService) -> None:
    done = moment(tmp_path, "storage", "add", "garage", "webdav", "--set", "url=nonsense")

    assert (done.returncode, done.stdout) == (1, "")
    assert "This is no address" in done.stderr
    assert done.stderr.endswith("Nothing was set up: the answers ended before everything was known.\n")
    assert (service.storage.set_ups, service.storage.remotes) == ({}, [])


def test_a_refusal_is_a_sentence_and_1(tmp_path: Path, service: StandInService) -> None:
    done = moment(tmp_path, "storage", "add", "garage", "floppy")

    assert (done.returncode, done.stdout, done.stderr) == (1, "", "There is no kind of storage floppy.\n")


def test_a_storage_is_forgotten_only_when_that_is_confirmed(tmp_path: Path, service: StandInService) -> None:
    service.storage.remotes = [Remote("garage", "webdav"), Remote("attic", "sftp")]

    no, nobody = (moment(tmp_path, "storage", "remove", "garage", typed=typed) for typed in ("n\n", ""))
    for kept in (no, nobody):
        assert (kept.returncode, kept.stdout) == (1, "")
        assert "garage stays; --yes forgets it without asking." in kept.stderr
    assert len(service.storage.remotes) == 2
    asked = moment(tmp_path, "storage", "remove", "garage", typed="yes\n")
    at_once = moment(tmp_path, "storage", "remove", "attic", "--yes")

    assert asked.returncode == at_once.returncode == 0
    assert asked.stdout == "garage is forgotten; the files in it stay where they are.\n"
    assert service.storage.remotes == []
