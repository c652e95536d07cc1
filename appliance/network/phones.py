"""Whether somebody is in the set-up network: what the kernel counts of packets that the radio received."""

from pathlib import Path

PRESENT_FOR_S = 60.0
"""A phone in a pocket says nothing for a while."""


class PhoneMeter:
    """An access point that nobody is in receives nothing (Linux counts data of its guests alone). `root`: of `/sys`."""

    def __init__(self, root: Path = Path("/")) -> None:
        self._root = root
        self._received = -1
        self._heard_s: float | None = None

    def look(self, interface: str, now_s: float) -> bool:
        """Whether somebody was heard since the last look."""
        before, self._received = self._received, self._read(interface)
        is_heard = before >= 0 and self._received > before
        if is_heard:
            self._heard_s = now_s
        return is_heard

    def forget(self) -> None:
        """The set-up network is closed: whatever is received from now on is of others."""
        self._received, self._heard_s = -1, None

    def is_present(self, now_s: float) -> bool:
        """Whether somebody was heard lately."""
        return self._heard_s is not None and now_s - self._heard_s <= PRESENT_FOR_S

    def _read(self, interface: str) -> int:
        path = self._root / "sys" / "class" / "net" / interface / "statistics" / "rx_packets"
        try:
            return int(path.read_text())
        except (OSError, ValueError):
            return -1
