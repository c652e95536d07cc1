"""A version on trial, and what a boot makes of what lies on the card. Pure.

Whatever the moment of a power cut, the same questions asked again give the same answers.
"""

from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from appliance.update.numbering import is_newer

MOST_TRIES = 2
"""Boots that a version gets to prove itself."""


class Trial(Struct, frozen=True):
    """`trial.json`: a version that has not proven itself."""

    version: str
    previous: str | None
    """What the way back leads to; None is the card's own."""
    bundle: str
    """The hash that the bundle is known by."""
    was_recording: bool
    """Before it; then it has to record as well."""
    request: str
    """The bundle's name in the inbox: who waits for the outcome knows it by that."""
    since_s: float
    """By the wall clock, such as it is."""
    tries: int = 0


class Shelf(Struct, frozen=True):
    """What a boot finds."""

    base: str
    """The version that came with the card."""
    known_base: str | None
    """The card's version at the boot before; None at the first."""
    current: str | None
    """What `current` names."""
    usable: frozenset[str]
    """Versions that are whole and fit this card."""
    trial: Trial | None
    is_failed: bool
    """Whether the bundle on trial is known to have failed."""


Event = Literal["nothing", "card-won", "broken", "tried", "went-back"]


class Plan(Struct, frozen=True):
    """What is to be: the version in use, and the trial that goes on."""

    event: Event
    current: str | None
    trial: Trial | None = None


def after_boot(shelf: Shelf) -> Plan:
    """What this boot is to run."""
    if _is_newly_flashed(shelf):
        return _on_new_card(shelf)
    if shelf.trial is not None:
        return _on_trial(shelf, shelf.trial)
    if shelf.current is None or shelf.current in shelf.usable:
        return Plan("nothing", shelf.current)
    return Plan("broken", None)


def way_back(trial: Trial, usable: frozenset[str]) -> str | None:
    """The version to return to; None is the card's own."""
    return trial.previous if trial.previous in usable else None


def _is_newly_flashed(shelf: Shelf) -> bool:
    return shelf.known_base is not None and shelf.base != shelf.known_base


def _on_new_card(shelf: Shelf) -> Plan:
    """A newer card wins over what was installed before; an older one is what the owner wants beneath it."""
    kept = replace(shelf, known_base=shelf.base)
    if shelf.trial and shelf.trial.previous and not is_newer(shelf.trial.previous, shelf.base):
        kept = replace(kept, trial=replace(shelf.trial, previous=None))
    if shelf.trial and not is_newer(shelf.trial.version, shelf.base):
        kept = replace(kept, trial=None, current=way_back(shelf.trial, shelf.usable))
    if kept.current and not is_newer(kept.current, shelf.base) and kept.trial is None:
        return Plan("card-won", None)
    plan = after_boot(kept)
    is_over = shelf.trial is not None and kept.trial is None
    return replace(plan, event="card-won") if is_over and plan.event == "nothing" else plan


def _on_trial(shelf: Shelf, trial: Trial) -> Plan:
    if shelf.is_failed or trial.tries >= MOST_TRIES or trial.version not in shelf.usable:
        return Plan("went-back", way_back(trial, shelf.usable))
    return Plan("tried", trial.version, replace(trial, tries=trial.tries + 1))
