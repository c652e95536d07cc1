"""The step of a boot that decides whether it is a safe one, and says so to the units: the file `safe`."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from appliance.boot.boots import Boots
from appliance.boot.guard import Boot, begin, safe_sentence
from appliance.boot.report import Mode
from appliance.clock import Clock

NO_CARD = (
    "Safe mode: nothing can be recorded, because the card's data part cannot be {how}: switch the box off and on; if "
    "that does not help, put in another card."
)


class Guarded(Struct, frozen=True):
    """What the guard found. `troubles`: a sentence each, for the report; of a safe boot the first one says why."""

    mode: Mode
    troubles: list[str]
    has_card: bool = True
    """Whether there is a data part to write to: without it nothing may be taken over from anywhere."""


def guard_step(*, data: Path, run: Path, clock: Clock, is_mounted: Callable[[Path], bool] = os.path.ismount) -> Guarded:
    """Remember that this boot began, and decide its mode; in a safe boot `run`/safe exists afterwards.

    `data`: where the data part should be mounted (`/data`); `run`: `/run/moment-boot`. May be called again within one
    boot. Only a card on which nothing can be recorded makes a boot safe by itself: any other trouble with it is told,
    and recording is tried.

    Raises:
        OSError: `run` cannot be written.
    """
    found = _judged(Boots(data / "system" / "boots.json"), clock) if is_mounted(data) else _no_card("mounted")
    if found.mode == "safe":
        run.mkdir(parents=True, exist_ok=True)
        (run / "safe").touch()
    return found


def _judged(boots: Boots, clock: Clock) -> Guarded:
    remembered: list[Boot] = []
    troubles = []
    try:
        remembered = boots.read()
    except OSError as trouble:
        troubles.append(f"The card does not tell how earlier boots went ({trouble.strerror}): put in another one soon.")
    remembered = begin(remembered, clock.boot_id, clock.wall_s())
    try:
        boots.write(remembered)
    except OSError as trouble:
        if trouble.errno == errno.EROFS:
            return _no_card("written")
        if trouble.errno != errno.ENOSPC:  # the ring gives way to a full card by itself
            told = f"The card does not take the note of this boot ({trouble.strerror}): put in another one soon."
            troubles.append(told)
    mode = remembered[-1].mode
    return Guarded(mode, [safe_sentence(remembered)] if mode == "safe" else troubles)


def _no_card(how: str) -> Guarded:
    return Guarded("safe", [NO_CARD.format(how=how)], has_card=False)
