"""`python -m appliance.update`, run by root from the card's own application: takes the updates that wait in the inbox.

Exit codes: 0 the inbox was worked through, whatever came of it; 1 another one is at work.
"""

import argparse
import os
import sys
from pathlib import Path

from appliance.durable import FolderInUseError
from appliance.update.places import Places
from appliance.update.recorder import InstalledRecorder
from appliance.update.settling import shelf_lock
from appliance.update.updater import Updater
from appliance.update.versions import Versions
from appliance.update.watch import Patience


def main() -> int:
    """Work through the inbox once."""
    asked = _parser().parse_args()
    os.umask(0o022)
    places = Places(asked.data, asked.card, asked.key, asked.socket, asked.safe)
    recorder = InstalledRecorder(places.socket)
    patience = Patience(asked.start_s, asked.well_s)
    try:
        with shelf_lock(places):
            Updater(places, Versions(places), recorder, patience, _say).run()
    except FolderInUseError:
        _say("Another update is under way: this one follows it.")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    box, patience = Places(), Patience()
    parser = argparse.ArgumentParser(prog="moment-update", allow_abbrev=False)
    for name in box.__struct_fields__:
        parser.add_argument(f"--{name}", type=Path, default=getattr(box, name))
    parser.add_argument("--start-s", type=float, default=patience.start_s)
    parser.add_argument("--well-s", type=float, default=patience.well_s)
    return parser


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr)  # noqa: T201 - the journal hears it


if __name__ == "__main__":
    sys.exit(main())
