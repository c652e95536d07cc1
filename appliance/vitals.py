"""How the machine itself is: heat, power, name and time zone, as the kernel tells them; reading costs little."""

import os
import socket
from pathlib import Path

from msgspec import Struct

UNDER_VOLTAGE, SLOWED, WAS_UNDER_VOLTAGE = 1 << 0, 0b1110, 1 << 16
"""Bits of the firmware's word (raspberrypi.com, "vcgencmd get_throttled"): 1 to 3 are a capped frequency, throttling
and the soft limit of heat."""

_THROTTLED = "sys/devices/platform/soc/soc:firmware/get_throttled"
"""Made by the Raspberry Pi kernel's firmware driver; hexadecimal."""
_VOLTAGE_SENSOR = "rpi_volt"
"""The mainline driver (drivers/hwmon/raspberrypi-hwmon.c): `in0_lcrit_alarm` is 1 while the voltage is too low."""


class Power(Struct, frozen=True):
    """None: this machine does not tell."""

    is_under_voltage: bool | None = None
    was_under_voltage: bool | None = None
    is_slowed: bool | None = None


class Vitals:
    """Reads below `root`, so that a test can have a machine of its own."""

    def __init__(self, root: Path = Path("/")) -> None:
        self._root = root

    @property
    def temperature_c(self) -> float | None:
        """Of the processor; None where there is no sensor."""
        zones = sorted(self._root.glob("sys/class/thermal/thermal_zone*"))
        told = {_read(zone / "type"): _read(zone / "temp") for zone in reversed(zones)}  # the first one wins
        text = next((told[name] for name in ("cpu-thermal", "x86_pkg_temp") if name in told), None)
        text = text or next(reversed(told.values()), None)
        try:
            return None if text is None else round(int(text) / 1000, 1)
        except ValueError:
            return None

    @property
    def power(self) -> Power:
        """Whether the supply is strong enough."""
        try:
            word = int(_read(self._root / _THROTTLED) or "", 16)
        except ValueError:
            return Power(is_under_voltage=self._alarm())
        return Power(bool(word & UNDER_VOLTAGE), bool(word & WAS_UNDER_VOLTAGE), bool(word & SLOWED))

    @property
    def zone(self) -> str | None:
        """The IANA name of the time zone, by where `/etc/localtime` leads (localtime(5))."""
        try:
            target = str((self._root / "etc/localtime").readlink())
        except OSError:
            return None
        return target.partition("zoneinfo/")[2] or None

    @property
    def host_name(self) -> str:
        return socket.gethostname()

    def _alarm(self) -> bool | None:
        for sensor in self._root.glob("sys/class/hwmon/hwmon*"):
            if _read(sensor / "name") == _VOLTAGE_SENSOR:
                alarm = _read(sensor / "in0_lcrit_alarm")
                return None if alarm is None else alarm == "1"
        return None


def _read(path: Path) -> str | None:
    try:
        return os.fsdecode(path.read_bytes()).strip()
    except OSError:
        return None
