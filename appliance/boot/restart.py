"""Starting the box once more by itself: never twice in a row, or a failing card would keep it from work."""

from pathlib import Path

from appliance.boot.boots import Boots
from appliance.boot.machine import Machine
from appliance.boot.outcome import Outcome
from appliance.durable import flush_folder, write_durably

NAME = "restarted"

_IN_VAIN = (
    "What was to work after a restart has not stayed on the card's first partition: the card may be failing; "
    "write the image to another one."
)


def restart_once(outcome: Outcome, system: Path, machine: Machine, boot_id: str) -> Outcome:
    """Restart if the outcome needs it and the start before did not do so; the guard counts that as no failure.

    Raises:
        OSError: it cannot be noted.
    """
    note = system / NAME
    if not outcome.needs_restart:
        if note.exists():
            note.unlink()
            flush_folder(system)
        return outcome
    if note.exists():
        return Outcome([*outcome.troubles, _IN_VAIN], outcome.taken, outcome.mode)
    system.mkdir(parents=True, exist_ok=True)
    write_durably(note, b"")
    flush_folder(system)
    Boots(system / "boots.json").mark(boot_id, "clean")
    machine.restart()
    return outcome
