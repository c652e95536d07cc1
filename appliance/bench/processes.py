"""What the kernel says of a process: processor time, memory, children. Linux only; `pid` must live."""

import os
import re
import time
from pathlib import Path

from msgspec import Struct

_CLOCK_OF_PROCESS = 2
"""CPUCLOCK_SCHED, with the process in the upper bits: clock_getcpuclockid(3) builds the same number."""
_SWITCHES = re.compile(r"^voluntary_ctxt_switches:\s+(\d+)$", re.MULTILINE)


def cpu_s(pid: int) -> float:
    """Processor seconds of all threads of a process, those that have ended too; its children not included."""
    return time.clock_gettime(~pid << 3 | _CLOCK_OF_PROCESS)


def ended_children_s(pid: int) -> float:
    """Processor seconds of its children that have ended and were waited for, to 10 ms (proc_pid_stat(5))."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rsplit(")", 1)[1].split()
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


class Memory(Struct, frozen=True):
    """As proc_pid_smaps(5) has it: a page that n processes share counts 1/n in PSS, and in full in RSS."""

    pss_mib: float
    rss_mib: float


def memory_mib(pid: int) -> Memory:
    """What a process holds of the memory now."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    found = {name: int(kib) / 1024 for name, kib in re.findall(r"^(Pss|Rss):\s+(\d+) kB$", text, re.MULTILINE)}
    return Memory(found["Pss"], found["Rss"])


def anonymous_mib(pid: int) -> float:
    """What a process holds now that no file stands behind, as proc_pid_smaps(5) has it; 0 if it has ended."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0.0
    found = re.search(r"^Anonymous:\s+(\d+) kB$", text, re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0


def wake_ups(pid: int) -> int:
    """How often the living threads of a process went to sleep of their own will, and so woke up, so far."""
    texts = [path.read_text(encoding="utf-8") for path in Path(f"/proc/{pid}/task").glob("*/status")]
    return sum(int(count) for text in texts for count in _SWITCHES.findall(text))


def children(pid: int) -> dict[int, str]:
    """The living children of a process, each with its program's name."""
    found: dict[int, str] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal() and (facts := _facts(int(entry.name))) and facts[1] == pid:
            found[int(entry.name)] = facts[0]
    return found


def started_s(pid: int) -> float:
    """When a process was started, on the monotonic clock, to 10 ms."""
    facts = _facts(pid)
    assert facts is not None
    asleep_s = time.clock_gettime(time.CLOCK_BOOTTIME) - time.monotonic()
    return facts[2] / os.sysconf("SC_CLK_TCK") - asleep_s


def _facts(pid: int) -> tuple[str, int, int] | None:
    """Name, parent and start (ticks) by proc_pid_stat(5); None if it has ended."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    name, rest = text.partition("(")[2].rsplit(")", 1)
    fields = rest.split()
    return name, int(fields[1]), int(fields[19])
