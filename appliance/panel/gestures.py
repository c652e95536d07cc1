"""Pure: what a press of a button means. The clock is passed in, in monotonic seconds; nothing here waits.

Save button: the first edge anchors the moment. A hold of h seconds asks for N = 1 + floor(h / seconds_per_step)
steps. Step 1 is the press itself (`Pressed`); `Counted` is told from step 2 on, at the instant that earns it.
A press is never lost: the shortest glitch of a contact is one, and whatever bounces stays inside it. Time after
the real end of a hold never counts, however late it is noticed.

Upload button: a short press asks for an upload, a long one for set-up mode.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable

from msgspec import Struct

from appliance.panel.contact import TOLERANCE_S, Contact, Freed, Stuck

HoldsStep = Callable[[float, int], bool]
"""(anchor_s, steps): whether step number `steps` of a press at `anchor_s` would add footage."""


class Pressed(Struct, frozen=True):
    """A press began; `at_s` is its first edge."""

    at_s: float


class Counted(Struct, frozen=True):
    """The hold reached step number `steps` (2, 3, ...)."""

    steps: int


class LimitReached(Struct, frozen=True):
    """A further step was due but the ring holds no more; it stays at `steps`."""

    steps: int


class Released(Struct, frozen=True):
    """The press is over; it was really held until `at_s`. `steps` is 0 for the upload button."""

    steps: int
    at_s: float


class UploadNow(Struct, frozen=True):
    """The upload button was pressed shortly."""


class SetUpMode(Struct, frozen=True):
    """The upload button has been held long enough."""


Outcome = Pressed | Counted | LimitReached | Released | Stuck | Freed | UploadNow | SetUpMode


class Gesture(ABC):
    """One button. Every input returns the outcomes that are due by then, in the order in which they happened."""

    def __init__(self, debounce_s: float, stuck_after_s: float) -> None:
        self._contact = Contact(debounce_s, stuck_after_s)
        self._stuck_after_s = stuck_after_s

    @property
    def next_deadline_s(self) -> float | None:
        """When `tick()` is wanted if no edge comes before; None when never."""
        deadlines_s = list(self._contact.deadlines_s())
        if self._contact.anchor_s is not None and self._contact.is_down:
            deadlines_s.append(self._stuck_s(self._contact.anchor_s))
            step_s = self._next_step_s(self._contact.anchor_s)
            deadlines_s += [] if step_s is None else [step_s]
        return min(deadlines_s, default=None)

    @property
    def is_pressed(self) -> bool:
        """Whether a press goes on."""
        return self._contact.anchor_s is not None

    def held_at_start(self, now_s: float, holder: str) -> None:
        """`holder` was down before anybody watched: it is ignored until it is up, and is stuck if it stays."""
        self._contact.disregard(now_s, holder)

    def down(self, now_s: float, holder: str) -> list[Outcome]:
        outcomes = self.tick(now_s)
        if self._contact.down(now_s, holder):
            self._begin()
            outcomes.append(Pressed(now_s))
        return outcomes + self._hold(now_s)  # a step may have come due while the contact bounced

    def up(self, now_s: float, holder: str) -> list[Outcome]:
        outcomes = self.tick(now_s)
        self._contact.up(now_s, holder)
        return outcomes

    def tick(self, now_s: float) -> list[Outcome]:
        outcomes = self._hold(now_s)
        if self._contact.has_ended(now_s):
            outcomes += self._end(self._contact.held_until_s(now_s))
        return [*outcomes, *self._contact.settle(now_s)]

    def finish(self, now_s: float) -> list[Outcome]:
        """Nobody will watch any more: a press that is going on ends now, as if released."""
        outcomes = self.tick(now_s)
        if self._contact.anchor_s is not None:
            outcomes += self._end(self._contact.held_until_s(now_s))
        return outcomes

    def _hold(self, now_s: float) -> list[Outcome]:
        anchor_s = self._contact.anchor_s
        if anchor_s is None:
            return []
        held_until_s = self._contact.held_until_s(now_s) + TOLERANCE_S
        outcomes: list[Outcome] = []
        while (step_s := self._next_step_s(anchor_s)) is not None and step_s <= min(
            held_until_s, self._stuck_s(anchor_s) + TOLERANCE_S
        ):
            outcomes.append(self._step(anchor_s, step_s))
        if self._contact.is_down and held_until_s >= self._stuck_s(anchor_s):
            outcomes += self._give_up(self._stuck_s(anchor_s))
        return outcomes

    def _give_up(self, at_s: float) -> list[Outcome]:
        return [*self._end(at_s), Stuck(self._steps)]

    def _end(self, at_s: float) -> list[Outcome]:
        self._contact.end()
        return [*self._commands_at_end(), Released(self._steps, at_s)]

    def _stuck_s(self, anchor_s: float) -> float:
        """When a hold cannot be meant any more."""
        return anchor_s + self._stuck_after_s

    @property
    @abstractmethod
    def _steps(self) -> int: ...

    @abstractmethod
    def _begin(self) -> None: ...

    @abstractmethod
    def _next_step_s(self, anchor_s: float) -> float | None: ...

    @abstractmethod
    def _step(self, anchor_s: float, at_s: float) -> Outcome: ...

    def _commands_at_end(self) -> list[Outcome]:
        return []


class SaveGesture(Gesture):
    """The save button.

    `Pressed`, then `Counted` for every further step and at most one `LimitReached` while held, then `Released`.
    Held longer than `stuck_after_s`, or `quiet_after_limit_s` beyond the limit, the press ends as `Released`
    followed by `Stuck`, and `Freed` comes when the button is really up.
    """

    def __init__(
        self,
        seconds_per_step: float,
        holds_step: HoldsStep,
        *,
        debounce_s: float = 0.05,
        stuck_after_s: float = 300,
        quiet_after_limit_s: float = 60,
    ) -> None:
        super().__init__(debounce_s, stuck_after_s)
        self._seconds_per_step = seconds_per_step
        self._holds_step = holds_step
        self._quiet_after_limit_s = quiet_after_limit_s
        self._counted = 1
        self._limit_s: float | None = None

    @property
    def _steps(self) -> int:
        return self._counted

    def _begin(self) -> None:
        self._counted = 1
        self._limit_s = None

    def _next_step_s(self, anchor_s: float) -> float | None:
        return None if self._limit_s is not None else anchor_s + self._counted * self._seconds_per_step

    def _step(self, anchor_s: float, at_s: float) -> Outcome:
        if not self._holds_step(anchor_s, self._counted + 1):
            self._limit_s = at_s
            return LimitReached(self._counted)
        self._counted += 1
        return Counted(self._counted)

    def _stuck_s(self, anchor_s: float) -> float:
        stuck_s = super()._stuck_s(anchor_s)
        return stuck_s if self._limit_s is None else min(stuck_s, self._limit_s + self._quiet_after_limit_s)


class UploadGesture(Gesture):
    """The upload button.

    `Pressed`, then either `SetUpMode` while still held after `set_up_after_s`, or `UploadNow` at the end of a
    shorter press; then `Released`. Stuck and freed like the save button.
    """

    def __init__(self, set_up_after_s: float = 10, *, debounce_s: float = 0.05, stuck_after_s: float = 300) -> None:
        super().__init__(debounce_s, stuck_after_s)
        self._set_up_after_s = set_up_after_s
        self._is_long = False

    @property
    def _steps(self) -> int:
        return 0

    def _begin(self) -> None:
        self._is_long = False

    def _next_step_s(self, anchor_s: float) -> float | None:
        return None if self._is_long else anchor_s + self._set_up_after_s

    def _step(self, anchor_s: float, at_s: float) -> Outcome:  # noqa: ARG002 - the save button needs both
        self._is_long = True
        return SetUpMode()

    def _commands_at_end(self) -> list[Outcome]:
        return [] if self._is_long else [UploadNow()]
