"""What the attendant may be told to do next, and what may come of it."""

from typing import Literal

from msgspec import Struct

from appliance.attendance import AccessPoint
from appliance.gopro.models import Model
from appliance.gopro.state import CameraState

Means = Literal["address", "announcement", "bluetooth"]
Order = Literal[
    "end transfer", "take", "release", "clock", "stop", "start", "start webcam", "stop webcam", "exit webcam"
]


class Search(Struct, frozen=True):
    """Look for a camera by one means. `address`: where it is, by the owner's word; "" for where such cameras are."""

    means: Means
    address: str = ""


class Meet(Struct, frozen=True):
    """Ask at `address` who it is."""

    address: str


class Look(Struct, frozen=True):
    """Ask it for its state."""


class Do(Struct, frozen=True):
    """One command: `take` and `release` are control by wire."""

    order: Order


class Listen(Struct, frozen=True):
    """Wait for the first packets of its stream."""


class Pause(Struct, frozen=True):
    """Do nothing for a while."""

    length_s: float


Step = Search | Meet | Look | Do | Listen | Pause


class Found(Struct, frozen=True):
    """A camera may be there: "10.5.5.9:8080"."""

    address: str


class Woken(Struct, frozen=True):
    """A camera was woken, and its Wi-Fi is on."""

    access_point: AccessPoint


class Missed(Struct, frozen=True):
    """Nothing was found; `why`: a sentence, if there is more to say than that."""

    why: str = ""


class Met(Struct, frozen=True):
    """Who it is: "HERO12 Black"."""

    model: Model
    name: str


class Seen(Struct, frozen=True):
    """How it is."""

    state: CameraState


class Done(Struct, frozen=True):
    """It took the command; or the pause is over."""


class Refused(Struct, frozen=True):
    """It said no, or nonsense. `why`: for a sentence."""

    why: str


class Unanswered(Struct, frozen=True):
    """It did not answer."""


class Heard(Struct, frozen=True):
    """Its pictures come, at this port of ours. `codec`: "" when in doubt."""

    port: int
    codec: str


class Silence(Struct, frozen=True):
    """No packet came."""


class Taken(Struct, frozen=True):
    """Another program listens where the stream would arrive."""

    port: int


Outcome = Found | Woken | Missed | Met | Seen | Done | Refused | Unanswered | Heard | Silence | Taken
