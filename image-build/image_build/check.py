"""Looks over a built card before anybody gets it; tells every trouble in a sentence.

Needs root, for it runs programs in the box's root.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from image_build.boards import start_troubles
from image_build.closed import account_troubles, entries_of, rights_troubles, server_troubles
from image_build.layout import SECTOR_BYTES, SIGNATURE, layout_troubles
from image_build.programs import library_troubles, trial_troubles
from image_build.services import enabling_troubles, mount_troubles, unit_troubles


def troubles_of(card: Path, boot: Path, root: Path) -> list[str]:
    """Everything that is wrong, a sentence each."""
    with card.open("rb") as file:
        sector = file.read(SECTOR_BYTES)
    names = [path.relative_to(boot).as_posix() for path in boot.rglob("*")]
    entries = list(entries_of(root))
    return [
        *layout_troubles(sector, card.stat().st_size),
        *start_troubles(names, (boot / "config.txt").read_text("utf-8")),
        *root_troubles((boot / "cmdline.txt").read_text("utf-8")),
        *account_troubles((root / "etc/shadow").read_text("utf-8")),
        *rights_troubles(entries),
        *server_troubles(path for path, _ in entries),
        *unit_troubles(root),
        *enabling_troubles(root),
        *mount_troubles((root / "etc/fstab").read_text("utf-8")),
        *library_troubles(root),
        *trial_troubles(root),
    ]


def root_troubles(command_line: str) -> list[str]:
    """Whether the kernel's command line, one line, finds the root and leaves it alone."""
    needed = (f"root=PARTUUID={SIGNATURE:08x}-02", "rootfstype=squashfs", "ro", "rootwait")
    words = command_line.split()
    troubles = [f"cmdline.txt lacks {word}." for word in needed if word not in words]
    if len(command_line.splitlines()) != 1:
        troubles.append("cmdline.txt must be one line.")
    return troubles


def main(argv: Sequence[str] | None = None) -> int:
    """Check and tell; 1 if there is a trouble."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("card", type=Path, help="the card's image")
    parser.add_argument("boot", type=Path, help="a folder with what is on its boot partition")
    parser.add_argument("root", type=Path, help="a folder with what is on its root")
    given = parser.parse_args(argv)
    troubles = troubles_of(given.card, given.boot, given.root)
    sys.stderr.writelines(f"{trouble}\n" for trouble in troubles)
    return 1 if troubles else 0


if __name__ == "__main__":
    raise SystemExit(main())
