"""`moment update` and the updater as the processes that they are, with recorders that live and die for real."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.update import settling
from appliance.update.inbox import deliver
from appliance.update.outcome import read_outcome
from appliance.update.recorder import InstalledRecorder
from appliance.update.watch import Seen
from tests.stands import systemctl
from tests.stands.applications import Behaviour, bundled
from tests.stands.typed import moment
from tests.update.conftest import ROOT, Box, Maker, make_box

PATIENCE_S = 90


class LivingBox:
    """A box whose `systemctl` is the stand-in's, with a recorder that records."""

    def __init__(self, folder: Path, maker: Maker) -> None:
        self.folder = folder
        self.box: Box = make_box(folder, maker.public)
        self._programs = folder / "bin"
        self._programs.mkdir()
        program = self._programs / "systemctl"
        program.write_text(f'#!/bin/sh\nexec {sys.executable} {systemctl.__file__} {folder} "$@"\n')
        program.chmod(0o755)
        subprocess.run([program, "restart", systemctl.UNIT], check=True, timeout=PATIENCE_S)

    @contextlib.contextmanager
    def updating(self, start_s: float = 30) -> Iterator[subprocess.Popen[str]]:
        """The updater at work."""
        places = self.box.places
        options = [f"--{name}={getattr(places, name)}" for name in places.__struct_fields__]
        argv = [sys.executable, "-m", "appliance.update", *options, f"--start-s={start_s}", "--well-s=0.2"]
        environment = {"PATH": f"{self._programs}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
        with subprocess.Popen(argv, env=environment, stderr=subprocess.PIPE, text=True) as process:
            try:
                yield process
            finally:
                process.kill()

    def update(self, start_s: float = 30) -> str:
        """What the updater says until it is through."""
        with self.updating(start_s) as process:
            _, said = process.communicate(timeout=PATIENCE_S)
            assert process.returncode == 0
        return said

    @property
    def running(self) -> str | None:
        """The version that answers at the socket."""
        seen = self.look()
        return seen.version if seen else None

    def look(self) -> Seen | None:
        return InstalledRecorder(self.box.places.socket).look()


@pytest.fixture
def living(tmp_path: Path, maker: Maker) -> Iterator[LivingBox]:
    try:
        yield LivingBox(tmp_path / "box", maker)
    finally:
        systemctl.stop(tmp_path / "box")


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory, maker: Maker) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("bundles")
    made: dict[str, Behaviour] = {"1.1": "works", "1.2": "dies", "1.3": "is blind"}
    return {version: bundled(folder / version, maker.secret, version, how) for version, how in made.items()}


def test_a_good_update_is_handed_in_tried_and_kept(tmp_path: Path, living: LivingBox, bundles: dict[str, Path]) -> None:
    said: list[subprocess.CompletedProcess[str]] = []
    data = str(living.box.places.data)
    owner = threading.Thread(
        target=lambda: said.append(moment(tmp_path, "update", str(bundles["1.1"]), "--data", data))
    )
    owner.start()
    while not list(living.box.places.inbox.glob("*.update")):
        owner.join(0.05)
    living.update()
    owner.join()

    (done,) = said
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("Version 1.1 is installed and works (before: 1.0).\n")
    assert living.running == "1.1"
    assert living.box.versions.trial() is None


def test_one_that_does_not_start_leads_back(living: LivingBox, bundles: dict[str, Path]) -> None:
    deliver(bundles["1.2"], living.box.places.inbox)

    said = living.update()

    outcome = read_outcome(living.box.places.outcome)
    assert outcome is not None
    assert (outcome.result, outcome.version) == ("went-back", "1.2")
    assert outcome.sentence.startswith("The box went back to version 1.0, because 1.2 did not start:")
    assert outcome.sentence in said
    assert living.running == "1.0"
    assert living.box.versions.installed() == []


def test_one_that_does_not_record_leads_back_to_the_update_before(living: LivingBox, bundles: dict[str, Path]) -> None:
    deliver(bundles["1.1"], living.box.places.inbox)
    living.update()
    deliver(bundles["1.3"], living.box.places.inbox)

    living.update(start_s=1)

    outcome = read_outcome(living.box.places.outcome)
    assert outcome is not None
    assert "went back to version 1.1, because 1.3 did not record again" in outcome.sentence
    assert living.running == "1.1"
    assert living.box.versions.installed() == ["1.1"]


def test_a_kill_in_the_middle_of_a_trial_leaves_it_to_the_next_boot(
    living: LivingBox, bundles: dict[str, Path]
) -> None:
    deliver(bundles["1.3"], living.box.places.inbox)
    with living.updating(start_s=1000) as process:
        assert process.stderr is not None
        while living.running != "1.3":
            assert process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.wait(PATIENCE_S)

    trial = living.box.versions.trial()
    tries = [settling.settle(living.box.places) for _ in range(3)]

    assert [one.version for one in tries] == ["1.3", "1.3", "1.0"]
    assert [one.troubles for one in tries[:2]] == [[], []]
    assert "went back to version 1.0" in tries[2].troubles[0]
    assert living.box.versions.trial() is None
    assert trial is not None
    assert living.box.versions.is_known_bad(trial.bundle)


def test_two_updaters_do_not_meet(living: LivingBox) -> None:
    with settling.shelf_lock(living.box.places), living.updating() as second:
        _, said = second.communicate(timeout=PATIENCE_S)
    assert (second.returncode, said) == (1, "Another update is under way: this one follows it.\n")


def test_the_command_refuses_what_it_can_see(tmp_path: Path, living: LivingBox, bundles: dict[str, Path]) -> None:
    (tmp_path / "x.update").write_text("no bundle")
    no_bundle = moment(tmp_path, "update", "x.update", "--data", str(living.box.places.data))
    no_box = moment(tmp_path, "update", str(bundles["1.1"]), "--data", str(tmp_path / "nothing"))

    assert (no_bundle.returncode, no_box.returncode) == (1, 1)
    assert no_bundle.stderr.startswith("x.update is no update of Moment Recorder")
    assert no_box.stderr.startswith("This is no box that updates itself")


def test_the_command_tells_a_refusal(tmp_path: Path, living: LivingBox, bundles: dict[str, Path]) -> None:
    living.box.versions.remember_failure(living.box.prepare(bundles["1.2"]))
    said: list[subprocess.CompletedProcess[str]] = []
    words = ("update", str(bundles["1.2"]), "--data", str(living.box.places.data), "--allow-older")
    owner = threading.Thread(target=lambda: said.append(moment(tmp_path, *words)))
    owner.start()
    while not list(living.box.places.inbox.glob("*.update")):
        owner.join(0.05)
    living.update()
    owner.join()

    assert said[0].returncode == 1
    assert "did not work" in said[0].stderr
