"""The country that the owner named: the kernel forgets it at every power-off.

`python -m appliance.boot.country [--root FOLDER]` tells it anew, once a phone has named another.
"""

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from appliance.boot.left import read_left
from appliance.boot.machine import BoxMachine, Machine
from appliance.boot.outcome import Outcome
from appliance.boot.owners_file import COUNTRY
from appliance.boot.places import Places

_LETTERS = 2


def apply_country(places: Places, machine: Machine) -> Outcome:
    """Tell the kernel, if a country was named; without one the channels that all countries allow are used.

    What a phone named goes before what the owner's file said: it came later.
    """
    found = (_country_in(folder / COUNTRY) for folder in (places.network, places.system))
    if country := next(filter(None, found), ""):
        machine.set_country(country)
    return Outcome()


def _country_in(path: Path) -> str:
    """Empty if there is none. The recorder's user may have put anything there."""
    try:
        text = read_left(path, _LETTERS + 1).strip()
    except OSError:
        return ""
    return text.decode("ascii") if re.fullmatch(b"[A-Z]{2}", text) else ""


def main(argv: Sequence[str] | None = None) -> int:
    """Tell it now."""
    parser = argparse.ArgumentParser(prog="python -m appliance.boot.country")
    parser.add_argument("--root", type=Path, default=Path("/"))
    apply_country(Places.below(parser.parse_args(argv).root), BoxMachine())
    return 0


if __name__ == "__main__":
    sys.exit(main())
