"""Device trees with what the firmware of a real board writes into them, and gpiozero knows the board by."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

ZERO_2_W = "902120"
RASPBERRY_PI_3_B = "a02082"
"""Revision codes in hexadecimal (raspberrypi.com, "new-style revision codes")."""


def zero_2_w_tree(machine: Sequence[str], folder: Path) -> Path:
    """The tree of an emulated machine with these options, which says that it is a Zero 2 W."""
    tree = folder / "virt.dtb"
    kind, options = machine[1], machine[2:]
    dump = ["qemu-system-aarch64", "-M", f"{kind},dumpdtb={tree}", *options, "-display", "none"]
    subprocess.run(dump, check=True, capture_output=True)
    return revised(tree, ZERO_2_W)


def revised(tree: Path, revision: str) -> Path:
    """The tree, with this revision code."""
    subprocess.run(["fdtput", "-c", str(tree), "/system"], check=True)
    subprocess.run(["fdtput", "-t", "x", str(tree), "/system", "linux,revision", revision], check=True)
    return tree
