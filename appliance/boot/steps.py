"""The steps of a boot, in their order; where a step is another room's, its answer becomes an outcome here."""

from functools import partial
from pathlib import Path

from appliance.boot.country import apply_country
from appliance.boot.host_name import apply_host_name
from appliance.boot.machine import Machine
from appliance.boot.making_up import make_up
from appliance.boot.notes import read_notes
from appliance.boot.outcome import Outcome, Step
from appliance.boot.places import Places
from appliance.boot.resetting import reset
from appliance.boot.safety import guard_step
from appliance.boot.taking import take_over
from appliance.boot.zone import apply_zone
from appliance.clock import Clock
from appliance.update.bundle import SUFFIX
from appliance.update.inbox import take_from_boot_partition
from appliance.update.places import Places as UpdatePlaces
from appliance.update.settling import settle


def first_steps(places: Places, machine: Machine, clock: Clock) -> list[Step]:
    """What is done whatever the card is like."""
    return [
        Step("tell how earlier starts went", partial(_guard, places, machine, clock)),
        Step("read what was found before", partial(read_notes, places.notes)),
    ]


def steps_on_data(places: Places, machine: Machine, root: Path) -> list[Step]:
    """What needs the data part: without it, what is taken from the owner's files would be lost with the power."""
    updates = UpdatePlaces(data=places.data, card=root / "usr" / "lib" / "moment-recorder")
    return [
        Step("reset what you asked for", partial(reset, places)),
        Step("set the time zone", partial(apply_zone, places.system, root)),
        Step("give the box its name in the network", partial(apply_host_name, places, machine, root)),
        Step("settle which version is used", partial(_settle, updates)),
        Step("take over the files on the card's first partition", partial(take_over, places, machine)),
        Step("take over updates from the card's first partition", partial(_hand_in, places, machine, updates)),
        Step("make up the set-up network's password", partial(make_up, places, machine)),
        Step("set the country for Wi-Fi", partial(apply_country, places, machine)),
    ]


def _guard(places: Places, machine: Machine, clock: Clock) -> Outcome:
    found = guard_step(data=places.data, run=places.report.parent, clock=clock, is_mounted=machine.is_mounted)
    return Outcome(found.troubles, mode=found.mode, has_card=found.has_card)


def _settle(updates: UpdatePlaces) -> Outcome:
    settled = settle(updates)
    return Outcome(settled.troubles, settled.taken)


def _hand_in(places: Places, machine: Machine, updates: UpdatePlaces) -> Outcome:
    if not machine.is_mounted(places.firmware) or not list(places.firmware.glob(f"[!.]*{SUFFIX}")):
        return Outcome()
    machine.remount(places.firmware, is_writable=True)
    try:
        taken, troubles = take_from_boot_partition(places.firmware, updates)
    finally:
        machine.remount(places.firmware, is_writable=False)
    return Outcome(troubles, taken)
