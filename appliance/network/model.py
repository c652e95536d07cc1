"""What is known of the way to the world, as values."""

from msgspec import Struct


class Uplink(Struct, frozen=True):
    """The network that the box reaches the world through."""

    is_known: bool
    """Whether anybody can tell; if not, the rest says nothing."""
    is_connected: bool
    """Whether packets have a way out of the box; the world itself may still be out of reach."""
    names: tuple[str, ...]
    """What the owner may call it: the SSID (bytes that are no UTF-8 are replaced), and the name of the connection."""
    is_metered: bool | None
    """Whether it costs by volume; None if nobody can tell."""
    is_behind_portal: bool
    """Whether a sign-in page stands in the way, as in hotels."""


UNKNOWN = Uplink(is_known=False, is_connected=False, names=(), is_metered=None, is_behind_portal=False)
