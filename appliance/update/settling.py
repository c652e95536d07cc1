"""What a boot does about updates, and what happens when a version has proven itself or has not.

Every procedure may be cut off anywhere and is simply done again at the next boot.
"""

import contextlib
import time
from collections.abc import Iterator

import msgspec
from msgspec import Struct

from appliance.durable import FolderInUseError, FolderLock
from appliance.update.outcome import Outcome, Result
from appliance.update.places import Places
from appliance.update.shelf import make_folder
from appliance.update.trial import Plan, Shelf, Trial, after_boot, way_back
from appliance.update.versions import Versions

BOX = Places()


class Settled(Struct, frozen=True):
    """What a boot found about updates."""

    version: str
    """The one that this boot runs."""
    taken: list[str]
    """What was done, a sentence each."""
    troubles: list[str]
    """What the owner should know, a sentence each."""


def settle(places: Places = BOX, versions: Versions | None = None) -> Settled:
    """Called once in every boot, before the recorder starts: which version is it to be?

    A version on trial uses up one of its tries; one that has none left, or is not whole, is left for the one before.
    Does not fail for what lies on the card: what cannot be read counts as not there, and the card's own version serves.

    Raises:
        OSError: the data part cannot be written.
    """
    versions = versions or Versions(places)
    shelf = versions.shelf()
    plan = after_boot(shelf)
    sentence = _sentence(shelf, plan)
    if shelf.trial and plan.event == "went-back":
        versions.remember_failure(shelf.trial)
    if plan.trial and plan.trial != shelf.trial:
        versions.begin_trial(plan.trial)
    versions.use(plan.current)
    if shelf.trial and plan.trial is None:
        result: Result = "went-back" if plan.event == "went-back" else "overtaken"
        _tell(versions, places, shelf.trial, result, sentence)
        versions.end_trial()
    versions.know_base()
    is_trouble = plan.event in {"went-back", "broken"}
    told = [sentence] if sentence else []
    return Settled(versions.in_use, [] if is_trouble else told, told if is_trouble else [])


def confirm(version: str, places: Places = BOX, versions: Versions | None = None) -> str | None:
    """The recorder runs this version and is well: if it is the one on trial, it stays. A sentence if so, else None.

    While an update is being watched by its own process, that one decides: None.
    """
    if not (places.app / "trial.json").exists():
        return None
    try:
        with shelf_lock(places):
            return keep(version, places, versions or Versions(places))
    except FolderInUseError:
        return None


def keep(version: str, places: Places, versions: Versions) -> str | None:
    """As `confirm`, for whoever holds the lock."""
    trial = versions.trial()
    if trial is None or trial.version != version or versions.current != version:
        return None
    sentence = f"Version {version} is installed and works (before: {trial.previous or versions.base})."
    _tell(versions, places, trial, "installed", sentence)
    versions.end_trial()
    versions.sweep({trial.previous})
    return sentence


def go_back(trial: Trial, reason: str, places: Places, versions: Versions) -> str:
    """The version on trial has failed, for good: the one before is used again from the next start on. A sentence."""
    versions.remember_failure(trial)
    before = way_back(trial, versions.shelf().usable)
    versions.use(before)
    sentence = (
        f"The box went back to version {before or versions.base}, because {trial.version} {reason}: "
        "tell its maker, and wait for the next version."
    )
    _tell(versions, places, trial, "went-back", sentence)
    versions.end_trial()
    return sentence


@contextlib.contextmanager
def shelf_lock(places: Places) -> Iterator[None]:
    """One process at a time changes what is installed.

    Raises:
        FolderInUseError: another one does.
    """
    make_folder(places.app)
    lock = FolderLock(places.app)
    try:
        yield
    finally:
        lock.release()


def _sentence(shelf: Shelf, plan: Plan) -> str | None:
    runs = plan.current or shelf.base
    tried = shelf.trial.version if shelf.trial else shelf.current
    match plan.event:
        case "card-won":
            return (
                f"This card brought version {shelf.base}, so the update to {tried} that lay here is not used any more."
            )
        case "broken":
            return f"Version {tried} is damaged or does not fit this card, so {runs} runs: install the update again."
        case "went-back":
            return (
                f"The box went back to version {runs}, because {tried} did not prove itself: "
                "tell its maker, and wait for the next version."
            )
        case "tried":
            return f"Version {tried} is on trial."
    return None


def _tell(versions: Versions, places: Places, trial: Trial, result: Result, sentence: str | None) -> None:
    outcome = Outcome(result, sentence or "", trial.version, trial.request, time.time())
    make_folder(places.outcome.parent)
    versions.steps.write(places.outcome, msgspec.json.encode(outcome))
