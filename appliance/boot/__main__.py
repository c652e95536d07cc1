"""The program of `moment-boot.service`, `python -m appliance.boot [--root FOLDER]`: everything between power-on and the
recorder, step by step, by root. It always ends well: a step that breaks is told, and the others are taken.
"""

import argparse
import logging
import sys
import traceback
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from appliance.boot.machine import BoxMachine, Machine
from appliance.boot.outcome import Outcome, Step, together
from appliance.boot.places import Places
from appliance.boot.report import BootReport, write_report
from appliance.boot.restart import restart_once
from appliance.boot.steps import first_steps, steps_on_data
from appliance.clock import Clock, SystemClock

_log = logging.getLogger("moment.boot")


def boot(root: Path, machine: Machine, clock: Clock) -> BootReport:
    """Take all steps, and tell what came of them."""
    places = Places.below(root)
    outcome = together(*map(take, first_steps(places, machine, clock)))
    if outcome.has_card:
        outcome = together(outcome, *map(take, steps_on_data(places, machine, root)))
        restart = partial(restart_once, outcome, places.system, machine, clock.boot_id)
        outcome = take(Step("start once more", restart), otherwise=outcome)
    report = BootReport(outcome.mode, outcome.troubles, outcome.taken)
    write_report(places.report, report)
    return report


def take(step: Step, otherwise: Outcome | None = None) -> Outcome:
    """One step. If it breaks, `otherwise` and a sentence; what the error says may hold a secret and is not told."""
    try:
        return step.run()
    except Exception as error:  # noqa: BLE001 - whatever it is, the recorder must start
        _log.error("%s%s", "".join(traceback.format_tb(error.__traceback__)), type(error).__name__)
        why = (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
        trouble = f"The start could not {step.name} ({why}): switch the box off and on."
        return together(otherwise or Outcome(), Outcome(troubles=[trouble]))


def main(argv: Sequence[str] | None = None) -> int:
    """Boot the box whose root is `--root`."""
    parser = argparse.ArgumentParser(prog="python -m appliance.boot")
    parser.add_argument("--root", type=Path, default=Path("/"))
    asked = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    report = boot(asked.root, BoxMachine(), SystemClock())
    for sentence in [*report.taken, *report.troubles]:
        _log.info("%s", sentence)
    return 0


if __name__ == "__main__":
    sys.exit(main())
