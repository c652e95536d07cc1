"""One camera that was found, and how a finder tells of it.

A finder is a program of its own, since looking for cameras over the air needs libraries that the supervisor never
loads: `python -m appliance.gopro.find --seconds 6`. It looks for as long as it was told, writes one JSON line to its
standard output for each camera (a `Found`), and ends with 0, whether there are any or not. What keeps it from looking
(no Bluetooth, say) is the last line of its error output, in a sentence, with any other exit code; what it found
counts all the same.
"""

from typing import Literal

from msgspec import Struct

FoundKind = Literal["v4l2", "rpicam", "gopro", "gopro-legacy", "snapcam"]

WIRED = "wired"
"""The ability of a camera at a cable: it needs no radio."""


class Found(Struct, frozen=True):
    """`address`: what the settings take for it: a device, an IP address, a Bluetooth address; empty: none is needed.

    `abilities`: what it can do, in short words, the picture first: `h264`, `1920x1080`, `30/s`, `sound`, `wired`.
    `trouble`: why it cannot be recorded now, in a sentence; one that sleeps and can be woken has none.
    """

    kind: FoundKind
    name: str
    address: str = ""
    abilities: tuple[str, ...] = ()
    trouble: str | None = None
