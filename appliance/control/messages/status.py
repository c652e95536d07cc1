"""How the recorder is."""

from typing import Literal

from msgspec import Struct

from appliance.control.messages.base import Answer, Request
from appliance.control.messages.upload import UploadStatus

RecordingState = Literal["starting", "recording", "stalled", "no-camera", "off"]
"""`off`: in safe mode nothing is recorded, and nothing is known of ring, memories and upload."""


class Status(Request, frozen=True):
    """How are you?"""


class RecordingStatus(Struct, frozen=True):
    """`recording` of the status."""

    state: RecordingState
    camera: str
    last_segment_age_s: float | None
    unflushed_s: float
    """Seconds of footage that a power cut now would take."""
    restarts: int
    reason: str | None = None
    warning: str | None = None


class RingStatus(Struct, frozen=True):
    """`ring` of the status."""

    segments: int
    bytes: int
    capacity_bytes: int
    seconds: float
    left_out: list[str]
    """Files in the ring's folder that are not footage, a sentence each."""


class MemoriesStatus(Struct, frozen=True):
    """`memories` of the status."""

    count: int
    pending: int
    trouble: str | None = None


class CardLife(Struct, frozen=True):
    """`life` of the card: what was written to it, and what is left."""

    written_bytes: int
    rated_bytes: int
    """How much may be written in its life."""
    is_guessed: bool
    """Whether that is guessed from its size."""
    bytes_a_day: int | None
    """None while there is too little to tell by."""
    months_left: float | None
    """Months of recording day and night."""
    sentence: str | None


class CardStatus(Struct, frozen=True):
    """`card` of the status."""

    name: str | None
    """As the card calls itself."""
    made: str | None
    """Month and year of its making."""
    size_bytes: int
    data_bytes: int
    """The whole file system of the footage, of which `free_bytes` are free."""
    free_bytes: int
    life: CardLife


class BoxStatus(Struct, frozen=True):
    """`box` of the status: what the boot found. Each list holds a sentence for each thing."""

    mode: Literal["normal", "safe"]
    troubles: list[str]
    """What needs the owner."""
    taken: list[str]
    """What was taken over from the boot partition."""


class MachineStatus(Struct, frozen=True):
    """`machine` of the status. None stands for what this machine does not tell."""

    host_name: str
    uptime_s: float
    """Since power-on."""
    now_s: float
    """Seconds since 1970, as the box believes."""
    clock_is_trusted: bool
    zone: str | None
    """The IANA name of its time zone, such as `Europe/Berlin`."""
    utc_offset_s: int
    temperature_c: float | None
    is_under_voltage: bool | None
    """The power supply is too weak now."""
    was_under_voltage: bool | None
    """It was too weak once since power-on."""
    is_slowed: bool | None
    """The processor runs slower now, for heat or want of power."""


class StatusAnswer(Answer, frozen=True, tag="status"):
    """To `Status`."""

    version: str
    uptime_s: float
    recording: RecordingStatus
    ring: RingStatus
    memories: MemoriesStatus
    upload: UploadStatus
    lamp: str
    card: CardStatus | None = None
    """None where the footage lies on nothing that counts what is written to it."""
    box: BoxStatus | None = None
    """None: this machine is no box."""
    panel_trouble: str | None = None
    """What is wrong with buttons or lamp, as a sentence for the owner."""
    machine: MachineStatus | None = None
    """None in safe mode."""


class RecordingChanged(Answer, frozen=True):
    """Event: the recording state changed."""

    state: RecordingState
    reason: str | None = None
