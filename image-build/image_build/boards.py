"""What the boards' own firmware must find on the boot partition.

Source: Raspberry Pi's documentation of the boot folder and of config.txt. The boards up to the 3 read `bootcode.bin`
first, the 4 has that stage in its own memory; `gpu_mem=16` chooses the small `_cd` firmware, `start_x=1` the one with
the camera.
"""

from collections.abc import Collection, Mapping

_OLD = frozenset(
    {"bootcode.bin", "start.elf", "fixup.dat", "start_cd.elf", "fixup_cd.dat", "start_x.elf", "fixup_x.dat"}
)
_NEW = frozenset({"start4.elf", "fixup4.dat", "start4cd.elf", "fixup4cd.dat", "start4x.elf", "fixup4x.dat"})
_ALL = frozenset({"config.txt", "cmdline.txt"})

START_FILES: Mapping[str, frozenset[str]] = {
    "Zero 2 W": _ALL | _OLD | {"bcm2837-rpi-zero-2-w.dtb"},
    "3 B": _ALL | _OLD | {"bcm2837-rpi-3-b.dtb"},
    "3 B+": _ALL | _OLD | {"bcm2837-rpi-3-b-plus.dtb"},
    "3 A+": _ALL | _OLD | {"bcm2837-rpi-3-a-plus.dtb"},
    "4 B": _ALL | _NEW | {"bcm2711-rpi-4-b.dtb"},
}


def start_troubles(names: Collection[str], config: str) -> list[str]:
    """What keeps a board from starting, a sentence each. `names`: files of the boot partition; `config`: config.txt."""
    named = {line.split("=", 1)[1] for line in _settings(config) if line.startswith("kernel=")}
    named |= {line.split()[1] for line in _settings(config) if line.startswith("initramfs ")}
    troubles = [f"config.txt names {name}, which is not there." for name in sorted(named - set(names))]
    if len(named) < len(("kernel", "initramfs")):
        troubles.append("config.txt must name a kernel and an initramfs.")
    for board, needed in START_FILES.items():
        missing = sorted(needed - set(names))
        if missing:
            troubles.append(f"A Raspberry Pi {board} would not start: {', '.join(missing)} missing.")
    return troubles


def _settings(config: str) -> list[str]:
    return [line.strip() for line in config.splitlines() if not line.lstrip().startswith("#")]
