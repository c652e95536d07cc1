"""The pages' password, set at a terminal: for a machine that has no set-up network to set it on.

    python -m setup_portal.new_password --state FOLDER

Run as the pages' user; asks twice. Who was let in by an earlier password has to come in again, once the pages' process
has been started anew. Exit codes: 0 set, 1 not taken, 2 the folder cannot be written.
"""

import argparse
import sys
from getpass import getpass
from pathlib import Path

from setup_portal import passwords
from setup_portal.keys import Keys
from setup_portal.store import Store


def main() -> int:
    """Ask, and set it."""
    parser = argparse.ArgumentParser(prog="python -m setup_portal.new_password")
    parser.add_argument("--state", type=Path, required=True, help="the folder of what the pages remember")
    asked = parser.parse_args()
    try:
        password = getpass("New password of the pages: ")
        trouble = _trouble_with(password, getpass("And again: "))
    except (EOFError, KeyboardInterrupt):
        trouble = "Nothing was changed."
    if trouble:
        sys.stderr.write(f"{trouble}\n")
        return 1
    try:
        Keys(Store(asked.state)).set_password(password)
    except OSError as error:
        sys.stderr.write(f"{asked.state} cannot be written: {error.strerror}.\n")
        return 2
    return 0


def _trouble_with(password: str, again: str) -> str | None:
    if passwords.is_too_short(password):
        return f"This password is too short: take {passwords.LEAST_CHARACTERS} characters or more."
    if len(password) > passwords.MOST_CHARACTERS:
        return f"This password is too long: take {passwords.MOST_CHARACTERS} characters or fewer."
    if passwords.is_too_easy(password, "moment"):
        return "This password is among the first that anybody would try: take another one."
    return None if password == again else "The two are not the same: nothing was changed."


if __name__ == "__main__":
    sys.exit(main())
