"""Whether what the box starts is there: the programs that its units name, and the parts that it mounts."""

import re
from pathlib import Path

_UNITS = "usr/lib/systemd/system"
_PROGRAM = re.compile(r"^Exec(?:Start|StartPre|StartPost|Stop|StopPost|Condition)=[-@:+!|]*(/\S+)", re.MULTILINE)
_NEEDED = re.compile(r"^ConditionPathExists=(/usr/\S+)", re.MULTILINE)
_MOUNTED = ("/boot/firmware", "/data")
_ENABLED = ("bluetooth.target.wants/bluetooth.service", "dbus-org.bluez.service")
"""What Debian's packages are to have enabled: the radio's daemon, when there is a radio, and when it is asked for."""


def programs_of(unit: str) -> list[str]:
    """The programs that a unit's text names by their path. Format: systemd.service(5)."""
    return _PROGRAM.findall(unit)


def starts(unit: str, root: Path) -> bool:
    """Whether the conditions of a unit's text that the root alone decides are met."""
    return all((root / needed[1:]).exists() for needed in _NEEDED.findall(unit))


def unit_troubles(root: Path) -> list[str]:
    """Units of the recorder that name a program that is not there."""
    units = sorted((root / _UNITS).glob("moment-*"))
    if not any(unit.name == "moment-recorder.service" for unit in units):
        return ["There is no moment-recorder.service: nothing would record."]
    texts = {unit.name: unit.read_text("utf-8") for unit in units if unit.is_file()}
    return [
        f"{name} starts {program}, which is not there."
        for name, text in texts.items()
        if starts(text, root)
        for program in programs_of(text)
        if not (root / program[1:]).is_file()
    ]


def enabling_troubles(root: Path) -> list[str]:
    """Units of Debian that would not start by themselves."""
    there = root / "etc/systemd/system"
    return [f"{name} is not enabled: no camera would be woken." for name in _ENABLED if not (there / name).is_symlink()]


def mount_troubles(fstab: str) -> list[str]:
    """Parts of the card that fstab(5) does not mount."""
    rows = [line.split() for line in fstab.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    mounted = {row[1] for row in rows}
    return [f"/etc/fstab does not mount {place}." for place in _MOUNTED if place not in mounted]
