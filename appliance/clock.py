"""Time as the house needs it: a monotonic clock that places footage, and a wall clock that only names it.

The board has no battery clock. Its wall clock may start in 1970 and jump by years once a network or a phone
tells the time, so nothing is ever *placed* by it (promise R5).
"""

import ctypes
import time
from pathlib import Path
from typing import Protocol

SOFTWARE_WRITTEN_S = 1_790_000_000.0
"""A wall clock before this instant (September 2026) is wrong, whoever vouches for it."""

_TIME_ERROR = 5
"""`adjtimex(2)` returns TIME_ERROR while the kernel's clock is not synchronised."""

SYNCHRONISED = Path("/run/systemd/timesync/synchronized")
"""systemd-timesyncd leaves it when it has set the clock (systemd-timesyncd.service(8)); it is gone with the power."""

TOLD = Path("/run/moment-clock/told")
"""Root leaves it when it has set the clock by the owner's phone (`boot/phone_clock.py`); it is gone with the power."""


class Clock(Protocol):
    """What the rooms ask about time."""

    @property
    def boot_id(self) -> str:
        """The identity of this boot: monotonic instants of two boots cannot be compared."""

    def monotonic_s(self) -> float:
        """Seconds since this boot; never steps."""

    def wall_s(self) -> float:
        """Seconds since 1970 (UTC) as the machine believes."""

    def is_trusted(self) -> bool:
        """Whether the wall clock is known to be right."""


class SystemClock:
    """The machine's own clocks.

    The wall clock is trusted when it is later than this software and a network has set it in this boot
    (systemd-timesyncd says so, or the kernel by adjtimex(2), where that may be asked), a battery clock keeps it, or the
    owner's phone has told it in this boot.
    """

    def __init__(
        self,
        boot_id_file: Path = Path("/proc/sys/kernel/random/boot_id"),
        battery_clock: Path = Path("/sys/class/rtc/rtc0"),
        told: Path = TOLD,
        synchronised: Path = SYNCHRONISED,
    ) -> None:
        self._boot_id = boot_id_file.read_text().strip()
        self._has_battery_clock = battery_clock.exists()
        self._left = (told, synchronised)
        self._libc = ctypes.CDLL(None)
        self._timex = ctypes.create_string_buffer(256)  # modes = 0: only asks

    @property
    def boot_id(self) -> str:
        return self._boot_id

    def monotonic_s(self) -> float:
        return time.monotonic()

    def wall_s(self) -> float:
        return time.time()

    def is_trusted(self) -> bool:
        vouched = self._has_battery_clock or any(file.exists() for file in self._left) or self._kernel_vouches()
        return self.wall_s() > SOFTWARE_WRITTEN_S and vouched

    def _kernel_vouches(self) -> bool:
        return self._libc.adjtimex(self._timex) not in (-1, _TIME_ERROR)
