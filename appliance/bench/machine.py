"""Which machine it is: figures mean nothing without it."""

import os
import platform
import re
import subprocess
from pathlib import Path

from appliance.bench.report import Machine

_MIB = 1 << 20


def describe_machine(folder: Path) -> Machine:
    """This machine, with the file system of `folder`."""
    return Machine(
        processor=_processor(Path("/proc/cpuinfo").read_text(encoding="utf-8")),
        cores=len(os.sched_getaffinity(0)),
        memory_mib=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // _MIB,
        kernel=platform.release(),
        python=platform.python_version(),
        ffmpeg=_ffmpeg(),
        file_system=file_system(folder.resolve(), Path("/proc/self/mounts").read_text(encoding="utf-8")),
    )


def _processor(cpuinfo: str) -> str:
    """x86 tells a model name, ARM boards tell `Model`."""
    found = re.search(r"^model name\s*:\s*(.+)$", cpuinfo, re.MULTILINE) or re.search(
        r"^Model\s*:\s*(.+)$", cpuinfo, re.MULTILINE
    )
    return found[1].strip() if found else platform.machine()


def _ffmpeg() -> str:
    said = subprocess.run(["ffmpeg", "-version"], capture_output=True, text=True, check=True, timeout=30).stdout
    return said.split(" ", 3)[2]


def file_system(folder: Path, mounts: str) -> str:
    """Type and device of the mount that holds `folder` (an absolute path): `ext4 on /dev/mmcblk0p2`."""
    best, described = -1, "unknown"
    for line in mounts.splitlines():
        device, point, kind, *_ = line.split(" ")
        if folder.is_relative_to(point) and len(point) >= best:
            best, described = len(point), f"{kind} on {device}"
    return described
