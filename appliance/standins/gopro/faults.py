"""How it misbehaves. Whoever holds them may change them at any time."""

from dataclasses import dataclass, field


@dataclass
class Faults:
    """HTTP: paths that begin so answer that way; "/" means all of them. Stream: from the next packet on.

    `refuses`: 500. `hangs`: takes the request and never answers. `drops`: hangs up without a word. `babbles`: JSON that
    is none. `dribbles`: an answer that comes byte by byte and has no end. `breaks_off`: a file ends at its half.
    `loss`: the share of packets that never arrive. `is_silent`: no packet is sent though all seems well. `starts_dead`:
    so many starts of the stream are accepted, and nothing is sent.
    """

    refuses: set[str] = field(default_factory=set)
    hangs: set[str] = field(default_factory=set)
    drops: set[str] = field(default_factory=set)
    babbles: set[str] = field(default_factory=set)
    dribbles: set[str] = field(default_factory=set)
    breaks_off: bool = False
    loss: float = 0.0
    is_silent: bool = False
    starts_dead: int = 0

    def heal(self) -> None:
        """All is well again."""
        self.__init__()  # type: ignore[misc] # the defaults stand in one place


def concerns(paths: set[str], path: str) -> bool:
    """Whether one of them is meant."""
    return any(path.startswith(begin) for begin in paths)
