"""The clock of the owner's phone: root sets it once, only where nobody knew the time, whatever lies in the folder."""

import os
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from appliance.boot.outcome import Outcome
from appliance.boot.phone_clock import fulfil
from appliance.boot.wishes import CLOCK_ANSWER, ClockAnswer, ClockWish
from appliance.boot.zone import apply_zone
from appliance.clock import TOLD
from tests.stands.memory_box import HandClock

NOW_S = 1_795_000_000.0


class Box:
    """A root tree with two zones."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.set_to: list[float] = []
        self.clock = HandClock(now_s=500.0, trusted=False)
        for folder in ("usr/share/zoneinfo/Europe", "etc", "data/system", "run/moment-recorder"):
            (root / folder).mkdir(parents=True, exist_ok=True)
        for zone in ("UTC", "Europe/Berlin"):
            (root / "usr/share/zoneinfo" / zone).write_text("TZif")
        (root / "secret").write_text("secret")
        self.wish = root / "run/moment-recorder/clock-wish.json"

    def fulfil(self) -> ClockAnswer | None:
        return fulfil(self.wish, self.root, self.clock, self.set_to.append)

    def wants(self, zone: str = "Europe/Berlin", now_s: float = NOW_S, at_s: float = 498.0) -> None:
        self.wish.write_bytes(msgspec.json.encode(ClockWish("t1", zone, now_s, at_s)))

    @property
    def zone(self) -> str | None:
        link = self.root / "etc/localtime"
        return str(link.readlink()) if link.is_symlink() else None


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return Box(tmp_path)


def test_a_clock_that_nobody_knew_is_set_and_vouched_for(box: Box) -> None:
    box.wants()

    answer = box.fulfil()

    assert answer == ClockAnswer("t1", is_set=True)
    assert box.set_to == [NOW_S + 2.0], "the wish was two seconds old"
    assert box.zone == "/usr/share/zoneinfo/Europe/Berlin"
    assert (box.root / "data/system/zone").read_text() == "Europe/Berlin\n"
    assert (box.root / TOLD.relative_to("/")).exists()
    assert not box.wish.exists()
    assert msgspec.json.decode((box.root / CLOCK_ANSWER.relative_to("/")).read_bytes(), type=ClockAnswer) == answer


def test_a_clock_that_is_known_stays_and_the_zone_is_set(box: Box) -> None:
    box.clock.trusted = True
    box.wants()

    assert box.fulfil() == ClockAnswer("t1", is_set=False)
    assert box.set_to == []
    assert box.zone == "/usr/share/zoneinfo/Europe/Berlin"
    assert not (box.root / TOLD.relative_to("/")).exists()


@pytest.mark.parametrize("zone", ["Mars/Base", "../../../secret", "/etc/passwd", "", "Europe", "a\nb"])
def test_a_zone_that_is_none_is_told(box: Box, zone: str) -> None:
    box.wants(zone)

    answer = box.fulfil()

    assert answer
    assert answer.trouble
    assert "knows no time zone" in answer.trouble
    assert box.zone is None
    assert box.set_to == [NOW_S + 2.0]


@pytest.mark.parametrize("now_s", [0.0, 1e9, 5e9, -1.0])
def test_a_phone_that_cannot_be_right_is_not_believed(box: Box, now_s: float) -> None:
    box.wants(now_s=now_s)

    answer = box.fulfil()

    assert answer
    assert answer.trouble == "The phone's clock cannot be right: set it first."
    assert (box.set_to, box.zone) == ([], None)


@given(st.binary(max_size=200))
@example(b'{"token":"t1","zone":"\xff","now_s":1.0,"at_s":1.0}')
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_whatever_lies_there_is_taken_away(tmp_path: Path, content: bytes) -> None:
    box = Box(tmp_path)
    box.wish.write_bytes(content)

    assert box.fulfil() is None
    assert not box.wish.exists()
    assert box.set_to == []


def test_a_link_or_a_pipe_is_not_followed(box: Box) -> None:
    aim = box.root / "aim"
    aim.write_bytes(msgspec.json.encode(ClockWish("t1", "UTC", NOW_S, 0.0)))
    box.wish.symlink_to(aim)
    assert box.fulfil() is None
    assert aim.exists()
    assert not box.wish.is_symlink()

    os.mkfifo(box.wish)
    assert box.fulfil() is None


def test_the_zone_is_in_force_after_every_boot(box: Box) -> None:
    box.wants()
    box.fulfil()
    (box.root / "etc/localtime").unlink()

    assert apply_zone(box.root / "data/system", box.root) == Outcome()
    assert box.zone == "/usr/share/zoneinfo/Europe/Berlin"

    (box.root / "usr/share/zoneinfo/Europe/Berlin").unlink()
    assert "not known any more" in apply_zone(box.root / "data/system", box.root).troubles[0]


def test_a_box_without_a_zone_keeps_the_one_of_the_image(box: Box) -> None:
    assert apply_zone(box.root / "data/system", box.root) == Outcome()
    assert box.zone is None
