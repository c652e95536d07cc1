"""What every stand-in of the demo is to its process."""

from collections.abc import Sequence

from msgspec import Struct

from appliance.demo.misbehaving import Fault
from appliance.demo.place import Place


class Acting(Struct, frozen=True):
    """A camera that is there: where, and what it can do wrong."""

    place: Place
    faults: Sequence[Fault]


class NoStageError(Exception):
    """The stand-in cannot be here. The text is one plain sentence with the cure."""
