"""`moment update`: hand a bundle to the box's updater, and wait for what becomes of it."""

import argparse
import time

from appliance.command.codes import DONE, REFUSED
from appliance.command.speech import complain, say
from appliance.update.inbox import deliver
from appliance.update.outcome import Outcome, read_outcome
from appliance.update.places import Places
from appliance.update.refusal import RefusedBundleError

PATIENCE_S = 45 * 60.0
_BETWEEN_LOOKS_S = 0.5


def update(arguments: argparse.Namespace) -> int:
    """Wait until the version has proven itself or not: that takes a minute or two."""
    places = Places(data=arguments.data)
    if not places.inbox.is_dir():
        complain(
            f"This is no box that updates itself (there is no {places.inbox}): update it the way it was installed."
        )
        return REFUSED
    try:
        request = deliver(arguments.file, places.inbox, is_older_allowed=arguments.allow_older)
    except RefusedBundleError as refused:
        complain(refused.sentence)
        return REFUSED
    say("Handed over. The box looks whether it is genuine, installs it and tries it for half a minute.")
    return _tell(_awaited(request, places))


def _awaited(request: str, places: Places) -> Outcome | None:
    deadline_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline_s:
        outcome = read_outcome(places.outcome)
        if outcome and outcome.request == request:
            return outcome
        time.sleep(_BETWEEN_LOOKS_S)
    return None


def _tell(outcome: Outcome | None) -> int:
    if outcome is None:
        complain("The box has not answered: switch it off and on, and look at `moment --version` then.")
        return REFUSED
    if outcome.result in {"installed", "waiting"}:
        say(outcome.sentence)
        return DONE
    complain(outcome.sentence)
    return REFUSED
