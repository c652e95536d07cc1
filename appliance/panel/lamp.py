"""Pure: what the lamp and the buzzer show, and when. One lamp of one colour, read from five metres.

The table below is the only one: the README's is printed from it. How to read the lamp: steady light, all is
well; flashes in the dark are counted (one: no camera, two: stalled, three: fault); an answer to a press is
always framed by dark so that it stands out of the steady light.
"""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

State = Literal["starting", "recording", "stalled", "no-camera"]
Condition = Literal["uploading", "set-up-mode", "fault"]
Moment = Literal["not-saved", "limit", "counted", "got-it", "memory-ready"]


class Pattern(Struct, frozen=True):
    """`steps`: (lit, seconds), in whole milliseconds. `looks` and `meaning`: words for the table."""

    steps: tuple[tuple[bool, float], ...]
    repeats: bool
    looks: str
    meaning: str

    @property
    def is_steady(self) -> bool:
        return self.repeats and len({lit for lit, _ in self.steps}) == 1

    @property
    def length_us(self) -> int:
        return sum(_us(seconds) for _, seconds in self.steps)

    def at(self, elapsed_us: int) -> tuple[bool, int]:
        """(lit, microseconds until the next step) after `elapsed_us` of the pattern."""
        left_us = elapsed_us % self.length_us
        for lit, seconds in self.steps:
            if left_us < _us(seconds):
                return lit, _us(seconds) - left_us
            left_us -= _us(seconds)
        raise AssertionError("a remainder is smaller than its divisor")


def _lit(seconds: float) -> tuple[bool, float]:
    return True, seconds


def _dark(seconds: float) -> tuple[bool, float]:
    return False, seconds


def _us(seconds: float) -> int:
    """Whole microseconds: sums and remainders of them are exact, so no timer runs in circles."""
    return round(seconds * 1_000_000)


def _flashes(count: int, period_s: float = 2.4) -> tuple[tuple[bool, float], ...]:
    flashes = (_lit(0.15), _dark(0.25)) * count
    return (*flashes, _dark(round(period_s - 0.4 * count, 3)))


PATTERNS: dict[str, Pattern] = {
    "recording": Pattern((_lit(1),), True, "steady light", "Recording: a press keeps the last minutes."),
    "starting": Pattern((_lit(0.25), _dark(0.25)), True, "even blinking, twice a second", "Starting, wait a moment."),
    "no-camera": Pattern(_flashes(1), True, "one flash, pause", "The camera does not answer; the box keeps trying."),
    "stalled": Pattern(_flashes(2), True, "two flashes, pause", "The camera answers but no footage arrives."),
    "fault": Pattern(_flashes(3), True, "three flashes, pause", "Something needs you: `moment status` says what."),
    "uploading": Pattern(
        (_lit(1.7), _dark(0.3)), True, "light with a short gap every two seconds", "Recording, and uploading memories."
    ),
    "set-up-mode": Pattern(
        (_lit(1), _dark(1)),
        True,
        "slow blinking, one second each",
        "Set-up mode: join its Wi-Fi. In safe mode nothing is recorded, and the first page says why.",
    ),
    "counted": Pattern(
        (_dark(0.15), _lit(0.15), _dark(0.15)), False, "one wink", "The press counts; one wink for every step held."
    ),
    "limit": Pattern(
        (_lit(0.3), _dark(1.5)), False, "a long dark while you hold", "The box remembers no more: let go of the button."
    ),
    "got-it": Pattern(
        (_dark(0.4), _lit(1), _dark(0.4)), False, "one long light", "Got it: this moment can no longer be lost."
    ),
    "memory-ready": Pattern(
        (_dark(0.4), _lit(0.6), _dark(0.4), _lit(0.6), _dark(0.4)), False, "two long lights", "The file is ready."
    ),
    "not-saved": Pattern(
        (_dark(0.1), _lit(0.1)) * 30, False, "six seconds of hurried flicker", "NOT SAVED: `moment status` says why."
    ),
}

BUZZER: dict[str, Pattern] = {
    "counted": Pattern((_lit(0.06), _dark(0.04)), False, "tick", "A step counts."),
    "limit": Pattern((_lit(0.6), _dark(0.1)), False, "one long tone", "No more to remember."),
    "got-it": Pattern((_lit(0.1), _dark(0.1), _lit(0.1), _dark(0.1)), False, "two short tones", "Got it."),
    "memory-ready": Pattern((_lit(0.1), _dark(0.1)) * 3, False, "three short tones", "The file is ready."),
    "not-saved": Pattern((_lit(0.5), _dark(0.25)) * 8, False, "six seconds of alarm", "NOT SAVED."),
}

MOMENTS: tuple[Moment, ...] = ("not-saved", "limit", "counted", "got-it", "memory-ready")
"""The most urgent first."""

FLEETING = frozenset({"limit", "counted"})
"""Answers to a finger that is on the button now: shown later they would only puzzle."""


class Moments:
    """One-shot patterns, one at a time.

    A moment interrupts one that is less or equally urgent (an equal one starts anew) and waits for one that is
    more urgent; what was interrupted is played again from its beginning. Fleeting moments never wait. Several
    equal moments that wait are one. Time must not run backwards.
    """

    def __init__(self, patterns: Mapping[str, Pattern]) -> None:
        self._patterns = patterns
        self._playing: tuple[Moment, int] | None = None
        self._waiting: set[Moment] = set()

    def tell(self, now_us: int, moment: Moment) -> None:
        playing = self.playing(now_us)
        if playing is not None and MOMENTS.index(playing[0]) < MOMENTS.index(moment):
            self._waiting |= {moment} - FLEETING
            return
        if playing is not None:
            self._waiting |= {playing[0]} - FLEETING
        self._waiting.discard(moment)
        self._playing = moment, now_us

    def playing(self, now_us: int) -> tuple[Moment, int] | None:
        """(moment, microsecond at which it began), or None."""
        while self._playing is not None:
            moment, since_us = self._playing
            end_us = since_us + self._patterns[moment].length_us
            if now_us < end_us:
                return self._playing
            self._playing = self._next(end_us)
        return None

    def _next(self, at_us: int) -> tuple[Moment, int] | None:
        for moment in MOMENTS:
            if moment in self._waiting:
                self._waiting.remove(moment)
                return moment, at_us
        return None


class LampShow:
    """The lamp: a lasting pattern, and moments that play once over it. Time must not run backwards.

    What lasts, the most urgent first: fault, set-up mode, a recording that does not run, uploading, recording.
    """

    def __init__(self, now_s: float) -> None:
        self._moments = Moments(PATTERNS)
        self._state: State = "starting"
        self._conditions: set[Condition] = set()
        self._base = "starting"
        self._base_since_us = _us(now_s)

    def show_state(self, now_s: float, state: State) -> None:
        """The recording state."""
        self._state = state
        self._choose_base(now_s)

    def set_condition(self, now_s: float, condition: Condition, *, on: bool) -> None:
        """Something that lasts beside recording."""
        self._conditions = self._conditions | {condition} if on else self._conditions - {condition}
        self._choose_base(now_s)

    def tell(self, now_s: float, moment: Moment) -> None:
        """Play `moment` once."""
        self._moments.tell(_us(now_s), moment)

    def current(self, now_s: float) -> str:
        """The name of the pattern that is shown."""
        return self._shown(_us(now_s))[0]

    def level(self, now_s: float) -> bool:
        """Whether the lamp is lit."""
        name, since_us = self._shown(_us(now_s))
        return PATTERNS[name].at(_us(now_s) - since_us)[0]

    def next_change_s(self, now_s: float) -> float | None:
        """Until when the level stays, at least; None: until somebody tells something."""
        name, since_us = self._shown(_us(now_s))
        if PATTERNS[name].is_steady:
            return None
        return (_us(now_s) + PATTERNS[name].at(_us(now_s) - since_us)[1]) / 1_000_000

    def _shown(self, now_us: int) -> tuple[str, int]:
        return self._moments.playing(now_us) or (self._base, self._base_since_us)

    def _choose_base(self, now_s: float) -> None:
        base = self._wanted_base()
        if base != self._base:
            self._base, self._base_since_us = base, _us(now_s)

    def _wanted_base(self) -> str:
        if "fault" in self._conditions:
            return "fault"
        if "set-up-mode" in self._conditions:
            return "set-up-mode"
        return "uploading" if self._state == "recording" and "uploading" in self._conditions else self._state


class BuzzerShow:
    """The buzzer: silent but for moments. Time must not run backwards."""

    def __init__(self) -> None:
        self._moments = Moments(BUZZER)

    def tell(self, now_s: float, moment: Moment) -> None:
        """Play `moment` once."""
        self._moments.tell(_us(now_s), moment)

    def level(self, now_s: float) -> bool:
        """Whether the buzzer sounds."""
        playing = self._moments.playing(_us(now_s))
        return playing is not None and BUZZER[playing[0]].at(_us(now_s) - playing[1])[0]

    def next_change_s(self, now_s: float) -> float | None:
        """Until when the level stays, at least; None: until somebody tells something."""
        playing = self._moments.playing(_us(now_s))
        if playing is None:
            return None
        return (_us(now_s) + BUZZER[playing[0]].at(_us(now_s) - playing[1])[1]) / 1_000_000


def lamp_table() -> str:
    """The table of all patterns, as Markdown."""
    rows = ["| pattern | lamp | buzzer | meaning |", "|---|---|---|---|"]
    for name, pattern in PATTERNS.items():
        sound = BUZZER[name].looks if name in BUZZER else ""
        rows.append(f"| {name} | {pattern.looks} | {sound} | {pattern.meaning} |")
    return "\n".join(rows) + "\n"
