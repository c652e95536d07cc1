"""What the kernel tells of a process that may end at any moment."""

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
