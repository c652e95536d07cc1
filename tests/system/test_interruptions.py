"""SIGTERM in the middle of the work, and kill -9 at any moment: what was secured is kept, once and whole."""

import random
import signal
import threading
import time
from itertools import combinations, pairwise
from pathlib import Path
from typing import Self

import pytest

from appliance.control.errors import GoneError, NoSupervisorError, RefusedError
from tests.stands.campaign import IS_FULL
from tests.system.conftest import Box, BoxFactory, Film, wait_until

FRAME_S = 1 / 30
ALIKE = 10
"""A test pattern that starts twice within one second shows a few pictures alike; a segment has thirty."""


def check_whole(recorder: Box, *, overlap: str = "extend") -> None:
    """Every file plays, no picture is there twice, none is missing but where it is told.

    With `separate` a picture is in two memories only where one of two presses asked for older footage than the other.
    """
    memories = recorder.kept()
    assert sorted(memory.name for memory in memories) == [path.name for path in recorder.files()]
    films = []
    for memory in reversed(memories):
        film = Film(memory.path)
        film.decode()
        films.append(film.pictures())
        assert len(films[-1]) - len(set(films[-1])) < ALIKE, memory
        times = film.picture_times_s()
        steps = [round((after - before) / FRAME_S, 2) for before, after in pairwise(times)]
        assert all(step.is_integer() for step in steps), "the pictures keep their rhythm across a gap"
        assert sum(1 for step in steps if step > 1) <= len(memory.gaps), memory
    for earlier, later in combinations(films, 2):
        if len(set(earlier) & set(later)) >= ALIKE:
            assert overlap == "separate"
            assert later[0] not in earlier or earlier[0] not in later
    assert recorder.litter() == []


@pytest.mark.parametrize("moment", ["secured", "assembling"])
def test_asked_to_stop_in_the_middle_of_a_save(box: BoxFactory, moment: str) -> None:
    recorder = box().start()
    recorder.wait_for_segments(4)
    saved = recorder.save_until(moment)

    assert recorder.end(signal.SIGTERM) == 0

    assert recorder.children() == []
    for path in recorder.files():
        assert Film(path).opens(), "never half a file under the final name"
    recorder.start()
    recorder.wait_until_kept()
    (memory,) = recorder.kept()
    assert (memory.id, memory.name) == (saved.id, saved.name)
    assert memory.got_s >= 3
    check_whole(recorder)


class Witness:
    """Looks at every file that appears under a final name, the instant that it does, inside a `with`."""

    def __init__(self, memories: Path, kept: Path) -> None:
        self._memories = memories
        self._kept = kept
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._inodes: set[int] = set()
        self.broken: list[str] = []
        self.count = 0

    def __enter__(self) -> Self:
        self._kept.mkdir()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._stop.wait(0.005):
            for path in self._memories.glob("*-MEMORY*.mp4"):
                self._hold(path)

    def _hold(self, path: Path) -> None:
        link = self._kept / f"{self.count}.mp4"
        try:
            link.hardlink_to(path)
        except OSError:  # gone already
            return
        if link.stat().st_ino in self._inodes:
            link.unlink()
            return
        self._inodes.add(link.stat().st_ino)
        self.count += 1
        if not Film(link).opens():
            self.broken.append(path.name)


class Campaign:
    """One box that is killed again and again while it saves."""

    def __init__(self, recorder: Box, chance: random.Random, evidence: Path) -> None:
        self._recorder = recorder
        self._chance = chance
        self._evidence = evidence
        self.acknowledged = 0

    def round(self) -> None:
        """Start, press, and kill: during the claim, or in whatever comes after it."""
        self._recorder.start()
        self._recorder.wait_for_segments(self._recorder.status().ring.segments + self._chance.randint(0, 3))
        if self._chance.random() < 1 / 3:
            killer = threading.Timer(self._chance.uniform(0, 0.04), self._recorder.process.kill)
            killer.start()
            self._press()
            killer.join()
        else:
            for _ in range(self._chance.randint(1, 2)):
                self._press()
            time.sleep(self._chance.uniform(0, 2.5))
        self._recorder.kill9()
        wait_until("all children are gone", lambda: self._recorder.children() == [])

    def _press(self) -> None:
        """Save, and put aside the footage that was there before the press, if the answer says "secured"."""
        minutes = self._chance.choice([0.03, 0.1])
        name, content = self._newest_closed(is_long=minutes == 0.1)
        try:
            answer = self._recorder.save(minutes)
        except (GoneError, NoSupervisorError, RefusedError):
            return
        assert answer.state in {"secured", "kept"}
        self.acknowledged += 1
        if content:
            (self._evidence / f"{self.acknowledged:03d}-{name}.ts").write_bytes(content)

    def _newest_closed(self, *, is_long: bool) -> tuple[str, bytes]:
        """A segment that a press now must keep; of an earlier life only if the press reaches far back."""
        closed, newest = [None, None, *self._recorder.segments()][-2:]
        if closed is None or newest is None:
            return "", b""
        if closed.parent == newest.parent:
            return "whole", closed.read_bytes()
        return ("cut", closed.read_bytes()) if is_long else ("", b"")  # its writer was killed, perhaps in mid-picture

    def check_evidence(self) -> None:
        """All that was there at a press that was acknowledged is in a memory."""
        kept = {picture for path in self._recorder.files() for picture in Film(path).pictures()}
        for segment in sorted(self._evidence.iterdir()):
            pictures = Film(segment).pictures()
            owed = pictures if segment.stem.endswith("whole") else pictures[:-1]
            lost = [picture for picture in owed if picture not in kept]
            assert not lost, f"{segment.name}: {len(lost)} of {len(owed)} pictures are lost"


def is_last_of_its_epoch(segment: Path) -> bool:
    """Such a one may be empty: ffmpeg had just opened it when the kill came."""
    return segment == max(segment.parent.glob("*.ts"))


@pytest.mark.campaign
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("overlap", ["extend", "separate"])
def test_killed_at_random_moments(box: BoxFactory, tmp_path: Path, overlap: str) -> None:
    recorder = box(memories={"overlap": overlap})
    (tmp_path / "evidence").mkdir()
    campaign = Campaign(recorder, random.Random(20_261_121), tmp_path / "evidence")
    with Witness(recorder.memories, tmp_path / "seen") as witness:
        for _ in range(25 if IS_FULL else 2):
            campaign.round()
        recorder.start()
        recorder.wait_until_kept(120)

    assert campaign.acknowledged > 0
    assert witness.broken == []
    assert witness.count >= len(recorder.files()) > 0
    status = recorder.status()
    assert status.memories.trouble is None
    assert all(is_last_of_its_epoch(recorder.ring / told.split()[0]) for told in status.ring.left_out)
    assert status.ring.segments >= len(recorder.segments()) - len(status.ring.left_out) - 2, "the ring was found again"
    campaign.check_evidence()
    check_whole(recorder, overlap=overlap)
    assert "Traceback" not in recorder.log
