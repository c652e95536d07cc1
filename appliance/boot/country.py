"""The country that the owner named: the kernel forgets it at every power-off."""

import re
from pathlib import Path

from appliance.boot.machine import Machine
from appliance.boot.outcome import Outcome
from appliance.boot.owners_file import COUNTRY


def apply_country(system: Path, machine: Machine) -> Outcome:
    """Tell the kernel, if a country was named; without one the channels that all countries allow are used."""
    try:
        country = (system / COUNTRY).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return Outcome()
    if re.fullmatch("[A-Z]{2}", country):
        machine.set_country(country)
    return Outcome()
