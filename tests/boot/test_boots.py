"""The remembered boots on the card, and the step of a boot that adds to them."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from appliance.boot.boots import Boots
from appliance.boot.guard import Boot
from appliance.boot.safety import Guarded, guard_step
from appliance.durable import unfinished_name

ROOT = Path(__file__).parents[2]


class FixedClock:
    """A box whose clock stands; each boot has an identity of its own."""

    def __init__(self, boot_id: str = "now", wall_s: float = 1000.0) -> None:
        self.boot_id = boot_id
        self._wall_s = wall_s

    def monotonic_s(self) -> float:
        return 20.0

    def wall_s(self) -> float:
        return self._wall_s

    def is_trusted(self) -> bool:
        return False


def step(tmp_path: Path, boot_id: str = "now", *, is_mounted: bool = True) -> Guarded:
    return guard_step(
        data=tmp_path / "data", run=tmp_path / "run", clock=FixedClock(boot_id), is_mounted=lambda _: is_mounted
    )


@pytest.fixture
def boots(tmp_path: Path) -> Boots:
    (tmp_path / "data").mkdir()
    return Boots(tmp_path / "data" / "system" / "boots.json")


def fail_three_times(boots: Boots) -> None:
    boots.write([Boot(name, 900, ending="unwell", why="it hung") for name in "abc"])


def test_what_is_written_is_read(boots: Boots) -> None:
    assert boots.read() == []
    remembered = [Boot("a", 1.5, ending="unwell", why="it hung"), Boot("b", 2.5, "safe")]
    boots.write(remembered)
    assert boots.read() == remembered
    boots.mark("a", "good")
    assert [boot.ending for boot in boots.read()] == ["good", "open"]


@pytest.mark.parametrize(
    "content", [b"", b"[", b"{}", b"\xff\x00", b'[{"id": 3}]', b'[{"id": "a", "began_s": "soon"}]']
)
def test_a_damaged_memory_begins_anew(boots: Boots, tmp_path: Path, content: bytes) -> None:
    fail_three_times(boots)
    (tmp_path / "data" / "system" / "boots.json").write_bytes(content)
    assert boots.read() == []
    assert step(tmp_path) == Guarded("normal", [])
    assert boots.read() == [Boot("now", 1000.0)]


def test_a_mark_that_changes_nothing_writes_nothing(boots: Boots, tmp_path: Path) -> None:
    boots.write([Boot("a", 0, ending="good")])
    file = tmp_path / "data" / "system" / "boots.json"
    before = file.stat().st_ino
    boots.mark("a", "clean")
    boots.mark("unknown", "good")
    assert file.stat().st_ino == before


DYING = """
import os, signal, sys
from pathlib import Path
from appliance.boot.boots import Boots

left = int(sys.argv[2])

def count(_, event, what):
    global left
    if event == "c_call" and what.__name__ in {"mkdir", "open", "write", "fsync", "rename", "replace", "flush"}:
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

sys.setprofile(count)
Boots(Path(sys.argv[1])).mark("c", "good")
"""


def test_death_after_any_step_leaves_the_old_or_the_new(boots: Boots, tmp_path: Path) -> None:
    fail_three_times(boots)
    before = boots.read()
    file = tmp_path / "data" / "system" / "boots.json"
    outcomes = []
    for number in range(1, 30):
        done = subprocess.run([sys.executable, "-c", DYING, str(file), str(number)], cwd=ROOT, check=False, timeout=60)
        after = boots.read()
        assert [boot.id for boot in after] == ["a", "b", "c"]
        outcomes.append(after[-1].ending)
        if done.returncode == 0:
            break
        assert done.returncode == -9
        boots.write(before)  # what died left nothing in the way
        assert not file.with_name(unfinished_name(file.name)).exists()
    assert outcomes == ["unwell"] * outcomes.count("unwell") + ["good"] * outcomes.count("good")
    assert outcomes.count("unwell") >= 3, "nobody died before the new content had its name"
    assert outcomes.count("good") >= 2, "nobody died after it"


def test_a_boot_that_died_while_it_was_noted_may_be_noted_again(boots: Boots, tmp_path: Path) -> None:
    assert step(tmp_path).mode == "normal"
    assert step(tmp_path).mode == "normal"
    assert len(boots.read()) == 1


def test_after_three_failures_the_units_find_a_safe_boot(boots: Boots, tmp_path: Path) -> None:
    fail_three_times(boots)
    found = step(tmp_path)
    assert found.mode == "safe"
    assert "the last time it hung." in found.troubles[0]
    assert (tmp_path / "run" / "safe").exists()
    (tmp_path / "run" / "safe").unlink()
    assert step(tmp_path) == found, "asked again in the same boot"
    assert (tmp_path / "run" / "safe").exists()


def test_a_normal_boot_leaves_no_sign_of_a_safe_one(boots: Boots, tmp_path: Path) -> None:
    fail_three_times(boots)
    step(tmp_path)
    (tmp_path / "run" / "safe").unlink()  # in memory: gone with the power
    assert step(tmp_path, "next") == Guarded("normal", [])
    assert not (tmp_path / "run" / "safe").exists()
    boots.mark("next", "unwell", "it hung again")
    found = step(tmp_path, "after that")
    assert found.mode == "safe"
    assert "the last time it hung again." in found.troubles[0]


def test_without_the_data_part_the_card_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    told = (
        "Safe mode: nothing can be recorded, because the card's data part cannot be mounted: switch the box off and "
        "on; if that does not help, put in another card."
    )
    assert step(tmp_path, is_mounted=False) == Guarded("safe", [told], has_card=False)
    assert (tmp_path / "run" / "safe").exists()
    assert list((tmp_path / "data").iterdir()) == [], "nothing goes into the memory below"


def test_a_folder_that_is_no_mount_point_is_no_data_part(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    assert guard_step(data=tmp_path / "data", run=tmp_path / "run", clock=FixedClock()).mode == "safe"


def mounted(tmp_path: Path, options: str) -> Path:
    (tmp_path / "data").mkdir()
    argv = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(tmp_path / "data")]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"a disk of its own needs the right to mount one: {done.stderr.strip()}")
    return tmp_path / "data"


def test_a_read_only_data_part_is_no_place_to_record(tmp_path: Path) -> None:
    data = mounted(tmp_path, "ro")
    try:
        found = guard_step(data=data, run=tmp_path / "run", clock=FixedClock())
        assert (found.mode, found.has_card) == ("safe", False)
        assert "the card's data part cannot be written" in found.troubles[0]
    finally:
        subprocess.run(["umount", str(data)], check=True)


def test_a_card_that_cannot_be_used_for_this_is_told_and_recording_is_tried(boots: Boots, tmp_path: Path) -> None:
    fail_three_times(boots)
    file = tmp_path / "data" / "system" / "boots.json"
    file.unlink()
    file.mkdir()
    assert step(tmp_path) == Guarded(
        "normal",
        [
            "The card does not tell how earlier boots went (Is a directory): put in another one soon.",
            "The card does not take the note of this boot (Is a directory): put in another one soon.",
        ],
    )
    assert not (tmp_path / "run" / "safe").exists()


def test_on_a_full_card_recording_is_tried_for_the_ring_gives_way(tmp_path: Path) -> None:
    data = mounted(tmp_path, "size=64k")
    try:
        (data / "system").mkdir()
        with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
            (data / "filler").write_bytes(bytes(1 << 20))
        assert step(tmp_path) == Guarded("normal", [])
        assert not (tmp_path / "run" / "safe").exists()
    finally:
        subprocess.run(["umount", str(data)], check=True)
