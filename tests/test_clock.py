"""The machine's clocks: which wall clock is believed."""

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.clock import SOFTWARE_WRITTEN_S, Clock, SystemClock


class WallClock(SystemClock):
    """The system's clock with another time of day, and another word of the kernel about it."""

    def __init__(self, wall_s: float, *, has_battery: bool, is_synchronised: bool, has_told: bool = False) -> None:
        battery, told = (Path("/proc") if is_there else Path("/nowhere") for is_there in (has_battery, has_told))
        super().__init__(battery_clock=battery, synchronised=told)
        self._told_s = wall_s
        self._synchronised = is_synchronised

    def wall_s(self) -> float:
        return self._told_s

    def _kernel_vouches(self) -> bool:
        return self._synchronised


@given(
    wall_s=st.floats(0, 3_000_000_000) | st.just(SOFTWARE_WRITTEN_S),
    has_battery=st.booleans(),
    is_synchronised=st.booleans(),
    has_told=st.booleans(),
)
@settings(deadline=None)
def test_a_wall_clock_is_believed_when_it_can_be_right_and_somebody_vouches_for_it(
    wall_s: float, has_battery: bool, is_synchronised: bool, has_told: bool
) -> None:
    clock = WallClock(wall_s, has_battery=has_battery, is_synchronised=is_synchronised, has_told=has_told)
    assert clock.is_trusted() == (wall_s > SOFTWARE_WRITTEN_S and (has_battery or is_synchronised or has_told))


@pytest.mark.parametrize("wall_s", [0.0, 1_000_000_000.0, SOFTWARE_WRITTEN_S])
def test_a_clock_before_this_software_is_never_believed(wall_s: float) -> None:
    assert not WallClock(wall_s, has_battery=True, is_synchronised=True).is_trusted()


def test_the_boot_has_a_name(tmp_path: Path) -> None:
    (tmp_path / "boot_id").write_text("4f5c9c6e-5c5b-4a0e-a9a0-0d3b6f8d3c11\n")
    assert SystemClock(boot_id_file=tmp_path / "boot_id").boot_id == "4f5c9c6e-5c5b-4a0e-a9a0-0d3b6f8d3c11"
    first, second = SystemClock(), SystemClock()
    assert first.boot_id == second.boot_id
    assert len(first.boot_id) == 36


def test_the_system_clock_is_a_clock() -> None:
    clock: Clock = SystemClock()
    before_s = clock.monotonic_s()
    assert 0 <= clock.monotonic_s() - before_s < 1
    assert abs(clock.monotonic_s() - time.monotonic()) < 1
    assert abs(clock.wall_s() - time.time()) < 1


def test_the_kernel_can_be_asked_whether_its_clock_is_synchronised() -> None:
    """Asked by adjtimex(2) without changing anything; what it answers depends on the machine."""
    clock = SystemClock(battery_clock=Path("/nowhere"), synchronised=Path("/nowhere"))
    answers = [clock._kernel_vouches() for _ in range(3)]
    assert set(answers) in ({True}, {False})
    modes = int.from_bytes(clock._timex.raw[:4], "little")
    assert modes == 0, "a mode would set the clock"
    assert clock._timex.raw.strip(b"\0"), "the kernel wrote nothing"
    assert clock.is_trusted() == (answers[0] and clock.wall_s() > SOFTWARE_WRITTEN_S)


def test_a_battery_clock_is_found_by_its_file(tmp_path: Path) -> None:
    with_battery = SystemClock(battery_clock=tmp_path)
    assert with_battery.is_trusted() == (time.time() > SOFTWARE_WRITTEN_S)
