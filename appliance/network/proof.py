"""What the trial of a network came to. Pure."""

from msgspec import Struct

from appliance.network.bus import BusError
from appliance.network.model import Internet
from appliance.network.outcome import Reason


class Proof(Struct, frozen=True):
    """What a trial came to. `is_proven`: the box was in, with an address; `reason`: None if nothing is wrong."""

    is_proven: bool
    reason: Reason | None
    addresses: tuple[str, ...] = ()
    internet: Internet = "unknown"


def broken_off(error: BusError) -> Proof:
    """Of a trial that NetworkManager refused, or did not live to see the end of."""
    return Proof(is_proven=False, reason="no-manager" if error.is_of_the_way else "rejected")


def remark(internet: Internet, *, storage: bool | None) -> Reason | None:
    """What the owner should know of a network that works; a storage that answers is all that memories need.

    `storage`: whether it answers; None if there is none to ask.
    """
    match internet, storage:
        case "portal", _:
            return "sign-in-page"
        case _, True:
            return None
        case "none" | "limited", _:
            return "no-internet"
        case _, False:
            return "no-storage"
    return None
