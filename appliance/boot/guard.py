"""Pure: does the next boot try to record, or is it a safe one?

A boot that fails again and again records nothing and tells nothing. Then a safe one tells, and lets the owner in. But a
safe boot records nothing either, and pulling the plug is no failure. So each boot is remembered by how far it came:

| ending | meaning | weighs |
|---|---|---|
| `good` | the recorder was well for a minute | ends the row |
| `well` | the recorder was up; then the power went | ends the row |
| `clean` | somebody switched off or restarted before that | nothing |
| `unwell` | the recorder had its chance and did not come up | 2: a failure |
| `open` | nothing was told: the power went, or the machine died, before the recorder was up | 1: half a failure |

Three failures in a row, none of them undone by a boot that ended the row, make the next boot a safe one. A plug that
was pulled early looks like a crash, hence the half: an impatient owner has six tries.

The boot after a safe one always tries to record, for safe boots end by themselves. If that try fails, the next boot is
safe again at once: the row goes on until a boot ends it.

Time. The board has no battery clock: it goes on from the last known time, so stamps make distances smaller than they
were, and larger only by the one step when a network tells the time. The failures must have begun within ten minutes of
each other, and the last of them must have ended within ten minutes; a distance that is negative, because a boot died
before its clock was set, counts as small, since nothing good came between. So a wrong clock may let one more boot try,
and failures of different days may meet, but only if nothing between them was any good.
"""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from appliance.boot.report import Mode

Ending = Literal["open", "unwell", "clean", "well", "good"]

WITHIN_S = 600.0
ENOUGH = 6
ENOUGH_AFTER_SAFE = 2
MOST_KEPT = 32

_WEIGHTS: dict[Ending, int] = {"open": 1, "unwell": 2, "clean": 0, "well": 0, "good": 0}
_CUT = "the power went, or the machine stopped, before it was up: try another power supply and cable"


class Boot(Struct, frozen=True):
    """One boot, as it is remembered."""

    id: str
    """The kernel's boot id."""
    began_s: float
    """Wall clock, as the box believed then."""
    mode: Mode = "normal"
    ending: Ending = "open"
    why: str = ""
    """Of an `unwell` one: what was wrong, to be said after "the last time"."""

    @property
    def weight(self) -> int:
        """How much it counts as a failure; a safe boot tries nothing, so it cannot fail."""
        return 0 if self.mode == "safe" else _WEIGHTS[self.ending]


def begin(boots: Sequence[Boot], identity: str, now_s: float) -> list[Boot]:
    """What is remembered from now on, this boot with its mode at the end; asked again in one boot, nothing changes."""
    if boots and boots[-1].id == identity:
        return list(boots)
    return [*boots[1 - MOST_KEPT :], Boot(identity, now_s, next_mode(boots, now_s))]


def mark(boots: Sequence[Boot], identity: str, ending: Ending, why: str = "") -> list[Boot]:
    """What is remembered once this boot came so far. Good stays good; who was well and is switched off was well."""
    return [_marked(boot, ending, why) if boot.id == identity else boot for boot in boots]


def next_mode(boots: Sequence[Boot], now_s: float) -> Mode:
    """Of a boot that begins at `now_s` after these."""
    tries = _tries_in_a_row(boots)
    enough = ENOUGH_AFTER_SAFE if len(tries) < len(boots) and boots[-len(tries) - 1].mode == "safe" else ENOUGH
    weight = 0
    failures: list[Boot] = []
    for boot in reversed(tries):
        if weight < enough and boot.weight:
            weight += boot.weight
            failures.append(boot)
    return "safe" if weight >= enough and _is_quick(failures[-1], failures[0], now_s) else "normal"


def safe_sentence(boots: Sequence[Boot]) -> str:
    """Why the boot at the end of `boots` is a safe one."""
    failed = next((boot for boot in reversed(boots) if boot.weight and boot.id != boots[-1].id), None)
    why = (failed.why if failed else "") or _CUT
    return (
        "Safe mode: nothing is recorded now, because the recorder failed to start several times in a row; the last "
        f"time {why}. It is tried again in ten minutes, or when you switch the box off and on."
    )


def _marked(boot: Boot, ending: Ending, why: str) -> Boot:
    if boot.mode == "safe" or boot.ending == "good" or (boot.ending == "well" and ending == "clean"):
        return boot
    return replace(boot, ending=ending, why=why)


def _tries_in_a_row(boots: Sequence[Boot]) -> Sequence[Boot]:
    """The latest boots: since the last safe one, or the last in which the recorder was up."""
    for index, boot in enumerate(reversed(boots)):
        if boot.mode == "safe" or boot.ending in {"well", "good"}:
            return boots[len(boots) - index :]
    return boots


def _is_quick(first: Boot, last: Boot, now_s: float) -> bool:
    return last.began_s - first.began_s <= WITHIN_S and now_s - last.began_s <= WITHIN_S
