"""The time zone that the owner's phone told: kept on the data part, and put in force at every boot.

The root cannot be written for good: `/etc/localtime` (localtime(5)) lies in memory and is made anew each time.
"""

import re
from pathlib import Path

from appliance.boot.outcome import Outcome
from appliance.durable import flush_folder, write_durably

FILE = "zone"
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+){0,3}")


def is_zone(name: str, root: Path) -> bool:
    """Whether this machine knows a zone of that name."""
    return _NAME.fullmatch(name) is not None and (root / "usr/share/zoneinfo" / name).is_file()


def keep_zone(name: str, system: Path, root: Path) -> None:
    """Put a zone in force, now and at every boot. Raises OSError."""
    write_durably(system / FILE, f"{name}\n".encode())
    flush_folder(system)
    _put_in_force(name, root)


def apply_zone(system: Path, root: Path) -> Outcome:
    """The step of a boot: the kept zone, if there is one."""
    try:
        name = (system / FILE).read_text(errors="replace").strip()
    except FileNotFoundError:
        return Outcome()
    if not is_zone(name, root):
        return Outcome(troubles=["The time zone of this box is not known any more: set it once more on its pages."])
    _put_in_force(name, root)
    return Outcome()


def _put_in_force(name: str, root: Path) -> None:
    link = root / "etc/localtime"
    new = link.with_name(".localtime.new")
    new.unlink(missing_ok=True)
    new.symlink_to(f"/usr/share/zoneinfo/{name}")
    new.replace(link)
