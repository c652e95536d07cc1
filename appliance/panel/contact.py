"""Pure: raw edges of one button, from any number of holders, become clean presses.

A *holder* is whatever holds the button: the finger (its GPIO edges) or a hold that was asked over the
control socket. The first holder to come down begins the press; it ends when all of them are up for longer
than a contact bounces. A holder that must not count (held when the box started, or stuck) is disregarded
until it is really up, and the button stays usable for every other holder meanwhile.
"""

from collections.abc import Iterator

from msgspec import Struct

TOLERANCE_S = 1e-6
"""Sums of monotonic seconds are exact to well below this; nobody presses more exactly."""


class Stuck(Struct, frozen=True):
    """The button is down for so long that something must be wrong; `steps` as released (0: down since the start)."""

    steps: int


class Freed(Struct, frozen=True):
    """The button that was stuck is up again."""


class _Disregarded(Struct):
    since_s: float
    is_stuck: bool
    up_s: float | None = None


class Contact:
    """Who holds the button, since when, and who is disregarded. Instants are monotonic seconds."""

    def __init__(self, debounce_s: float, stuck_after_s: float) -> None:
        self._debounce_s = debounce_s
        self._stuck_after_s = stuck_after_s
        self._holders: set[str] = set()
        self._disregarded: dict[str, _Disregarded] = {}
        self._latest_up_s = 0.0
        self.anchor_s: float | None = None
        """The first edge of the press that is going on; None when there is none."""

    @property
    def is_down(self) -> bool:
        """Whether somebody who counts holds the button right now."""
        return bool(self._holders)

    def disregard(self, now_s: float, holder: str) -> None:
        """`holder` does not count until it is really up."""
        self._disregarded[holder] = _Disregarded(now_s, is_stuck=False)

    def down(self, now_s: float, holder: str) -> bool:
        """Take note of an edge; whether it begins a press. Call `settle()` before."""
        if holder in self._disregarded:
            self._disregarded[holder].up_s = None  # its release bounces
            return False
        self._holders.add(holder)
        if self.anchor_s is not None:
            return False
        self.anchor_s = self._latest_up_s = now_s
        return True

    def up(self, now_s: float, holder: str) -> None:
        """Take note of an edge; one of an unknown holder means nothing."""
        disregarded = self._disregarded.get(holder)
        if disregarded is not None:
            disregarded.up_s = now_s if disregarded.up_s is None else disregarded.up_s
        elif holder in self._holders:
            self._holders.remove(holder)
            self._latest_up_s = max(self._latest_up_s, now_s)

    def held_until_s(self, now_s: float) -> float:
        """Up to when the button was really held, as known at `now_s`."""
        return now_s if self._holders else self._latest_up_s

    def has_ended(self, now_s: float) -> bool:
        """Whether everybody is up for longer than a bounce."""
        return self.anchor_s is not None and not self._holders and _is_due(self._release_s, now_s)

    def end(self) -> None:
        """The press is over. Whoever still holds the button is stuck."""
        for holder in self._holders:
            self._disregarded[holder] = _Disregarded(self._latest_up_s, is_stuck=True)
        self._holders.clear()
        self.anchor_s = None

    def settle(self, now_s: float) -> list[Stuck | Freed]:
        """Let go the disregarded holders that are really up, and find the ones that never come up."""
        outcomes: list[Stuck | Freed] = []
        for holder, disregarded in list(self._disregarded.items()):
            due_s = self._due_s(disregarded)
            if due_s is None or not _is_due(due_s, now_s):
                continue
            if disregarded.up_s is None:
                disregarded.is_stuck = True
                outcomes.append(Stuck(0))
            else:
                del self._disregarded[holder]
                if disregarded.is_stuck and not any(other.is_stuck for other in self._disregarded.values()):
                    outcomes.append(Freed())
        return outcomes

    def deadlines_s(self) -> Iterator[float]:
        """When time alone changes something here."""
        if self.anchor_s is not None and not self._holders:
            yield self._release_s
        for disregarded in self._disregarded.values():
            due_s = self._due_s(disregarded)
            if due_s is not None:
                yield due_s

    @property
    def _release_s(self) -> float:
        return self._latest_up_s + self._debounce_s

    def _due_s(self, disregarded: _Disregarded) -> float | None:
        if disregarded.up_s is not None:
            return disregarded.up_s + self._debounce_s
        return None if disregarded.is_stuck else disregarded.since_s + self._stuck_after_s


def _is_due(at_s: float, now_s: float) -> bool:
    return at_s <= now_s + TOLERANCE_S
