"""What a step of the boot comes to: the word between the steps and the program that runs them."""

from collections.abc import Callable

from msgspec import Struct

from appliance.boot.report import Mode


class Outcome(Struct, frozen=True):
    """`troubles`, `taken`: sentences for the owner. `needs_restart`: something works from the next start on."""

    troubles: list[str] = []
    taken: list[str] = []
    mode: Mode = "normal"
    needs_restart: bool = False
    has_card: bool = True
    """Whether there is a data part that keeps what is given to it."""


class Step(Struct, frozen=True):
    """`name` is said when the step breaks: "The start could not NAME"."""

    name: str
    run: Callable[[], Outcome]


def together(*outcomes: Outcome) -> Outcome:
    """All of them as one: a boot is safe as soon as one step says so."""
    return Outcome(
        troubles=[sentence for outcome in outcomes for sentence in outcome.troubles],
        taken=[sentence for outcome in outcomes for sentence in outcome.taken],
        mode="safe" if any(outcome.mode == "safe" for outcome in outcomes) else "normal",
        needs_restart=any(outcome.needs_restart for outcome in outcomes),
        has_card=all(outcome.has_card for outcome in outcomes),
    )
