"""The emulated machine's device tree, with the one word that makes gpiozero take it for a Raspberry Pi Zero 2 W."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

ZERO_2_W = "902120"
"""The revision code of that board, in hexadecimal (raspberrypi.com, "new-style revision codes")."""


def zero_2_w_tree(machine: Sequence[str], folder: Path) -> Path:
    """The tree of a machine with these options. The firmware of a real board writes `linux,revision` likewise."""
    tree = folder / "virt.dtb"
    kind, options = machine[1], machine[2:]
    dump = ["qemu-system-aarch64", "-M", f"{kind},dumpdtb={tree}", *options, "-display", "none"]
    subprocess.run(dump, check=True, capture_output=True)
    subprocess.run(["fdtput", "-c", str(tree), "/system"], check=True)
    subprocess.run(["fdtput", "-t", "x", str(tree), "/system", "linux,revision", ZERO_2_W], check=True)
    return tree
