"""Taking over what the owner left on the FAT partition: look, plan, keep it durably, and only then tidy up there.

Each step leaves the old state or the new one. A start that was cut off is repeated from the beginning by the next: what
is kept already is found to be so, and what is still on the FAT partition is taken again.
"""

from appliance.boot.complaining import plan_complaint
from appliance.boot.machine import Machine
from appliance.boot.outcome import Outcome
from appliance.boot.owners_file import plan_owners_file, settings_ensured
from appliance.boot.places import Places
from appliance.boot.scene import Part, Scene
from appliance.boot.shelves import Shelves
from appliance.boot.storages import plan_storages
from appliance.settings.conversion import Layer
from appliance.settings.reading import NOTHING, read_layer
from appliance.settings.textfile import SettingsError

_NOT_MOUNTED = (
    "The card's first partition cannot be read, so nothing was taken from it: write the image to the card anew; "
    "memories and settings stay."
)


def take_over(places: Places, machine: Machine) -> Outcome:
    """Do it."""
    shelves = Shelves(places, machine)
    scene = shelves.look()
    base, wrong = _base(places)
    if not machine.is_mounted(places.firmware):
        part = Part(keeping=settings_ensured(scene), troubles=[_NOT_MOUNTED])
    else:
        part = _together(Part(keeping=settings_ensured(scene)), plan_owners_file(scene, base), plan_storages(scene))
    try:
        shelves.apply(scene, part.keeping)
    except OSError as error:
        return Outcome(
            [*wrong, *part.troubles, f"Nothing can be kept on the card ({error.strerror}): try another card."]
        )
    outcome = _tidied(shelves, scene, part) if machine.is_mounted(places.firmware) else Outcome(part.troubles)
    return Outcome([*wrong, *outcome.troubles], outcome.taken, needs_restart=outcome.needs_restart)


def _tidied(shelves: Shelves, scene: Scene, part: Part) -> Outcome:
    try:
        shelves.apply(scene, [*part.tidying, *plan_complaint(scene, part.troubles)])
    except OSError as error:
        why = f"The card's first partition cannot be written ({error.strerror}): passwords in files there stay there."
        return Outcome([*part.troubles, why], part.taken)
    return Outcome(part.troubles, [*part.taken, *part.tidied], needs_restart=part.needs_restart)


def _base(places: Places) -> tuple[Layer, list[str]]:
    try:
        return read_layer(places.base), []
    except SettingsError as error:
        return NOTHING, list(error.sentences)


def _together(*parts: Part) -> Part:
    return Part(
        keeping=[action for part in parts for action in part.keeping],
        tidying=[action for part in parts for action in part.tidying],
        taken=[line for part in parts for line in part.taken],
        tidied=[line for part in parts for line in part.tidied],
        troubles=[line for part in parts for line in part.troubles],
        needs_restart=any(part.needs_restart for part in parts),
    )
