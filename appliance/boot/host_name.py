"""The box's name in a network, as its owner set it: `http://NAME.local` leads to its pages.

`python -m appliance.boot.host_name [--root FOLDER]` gives it that name now, once the recorder has left another. What is
written to `/etc` lies in memory, because the root cannot be written for good: each boot does it again.
"""

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from appliance.boot.left import read_left
from appliance.boot.machine import BoxMachine, Machine
from appliance.boot.outcome import Outcome
from appliance.boot.places import Places
from appliance.durable import write_durably
from appliance.naming import host_trouble
from appliance.network.attempts import HOST_NAME

DEFAULT = "moment"
_LONGEST_BYTES = 64
_OWN = re.compile(r"^127\.0\.1\.1\s.*$", re.MULTILINE)
"""The line of hosts(5) that leads a machine's own name to itself, as Debian has it."""


def apply_host_name(places: Places, machine: Machine, root: Path) -> Outcome:
    """The step of a boot: the kernel, and whoever reads hostname(5), know the name."""
    name, path = _wanted(places.network / HOST_NAME), root / "etc/hostname"
    is_known = path.is_file() and path.read_text().strip() == name
    if not is_known:
        machine.set_host_name(name)
        path.parent.mkdir(exist_ok=True)
        _name_in_hosts(path.with_name("hosts"), name)
        write_durably(path, f"{name}\n".encode())
    return Outcome()


def _wanted(path: Path) -> str:
    """The recorder's user may have put anything there."""
    try:
        name = read_left(path, _LONGEST_BYTES).decode("ascii", "replace").strip()
    except OSError:
        return DEFAULT
    return DEFAULT if host_trouble(name) else name


def _name_in_hosts(path: Path, name: str) -> None:
    text = path.read_text() if path.is_file() else ""
    if (renamed := _OWN.sub(f"127.0.1.1\t{name}", text)) != text:
        write_durably(path, renamed.encode())


def main(argv: Sequence[str] | None = None) -> int:
    """Do it now."""
    parser = argparse.ArgumentParser(prog="python -m appliance.boot.host_name")
    parser.add_argument("--root", type=Path, default=Path("/"))
    root = parser.parse_args(argv).root
    apply_host_name(Places.below(root), BoxMachine(), root)
    return 0


if __name__ == "__main__":
    sys.exit(main())
