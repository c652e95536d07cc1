"""A /sys in which a folder lies on a memory card, as a Raspberry Pi's kernel shows one."""

import os
from pathlib import Path


class SysCard:
    """The few files of /sys that tell of the card on which `folder` is said to lie."""

    def __init__(self, sys: Path, folder: Path, *, size_bytes: int = 32_000_000_000) -> None:
        self.sys = sys
        device = folder.stat().st_dev
        self.disk = sys / "devices/platform/soc/3f202000.mmc/mmc_host/mmc0/mmc0:aaaa/block/mmcblk0"
        part = self.disk / "mmcblk0p3"
        for file, text in {
            self.disk / "size": size_bytes // 512,
            self.disk.parents[1] / "name": "SC32G",
            self.disk.parents[1] / "date": "03/2023",
            part / "partition": 3,
        }.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"{text}\n")
        (self.disk / "device").symlink_to("../..")
        link = sys / "dev/block" / f"{os.major(device)}:{os.minor(device)}"
        link.parent.mkdir(parents=True)
        link.symlink_to(os.path.relpath(part, link.parent))
        self.counter = sys / "fs/ext4/mmcblk0p3/lifetime_write_kbytes"
        self.counter.parent.mkdir(parents=True)
        self.write(0)

    def write(self, written_bytes: int) -> None:
        """So much was ever written."""
        self.counter.write_text(f"{written_bytes // 1024}\n")
