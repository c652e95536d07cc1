"""What the kernel tells of a process that may end at any moment."""

import time
from pathlib import Path


def state_of(pid: int) -> str:
    """One letter, see proc_pid_stat(5): T stands still, Z waits to be buried. Empty once it has gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):  # not there, or gone while it was read
        return ""


def is_stopped(pid: int) -> bool:
    """Whether it stands still; one that has come to its end does not."""
    return state_of(pid) == "T"


def is_alive(pid: int) -> bool:
    """Whether it has not ended."""
    return state_of(pid) not in {"", "Z"}


def ends(pid: int, limit_s: float = 60.0) -> bool:
    """Whether it ends in time. The kernel tells nobody but its parent, so it is looked at."""
    until_s = time.monotonic() + limit_s
    while is_alive(pid) and time.monotonic() < until_s:
        time.sleep(0.02)
    return not is_alive(pid)
