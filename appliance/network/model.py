"""What is told of the network, as values."""

from msgspec import Struct


class Uplink(Struct, frozen=True):
    """The box's way to the internet, as NetworkManager sees it."""

    is_known: bool
    """False where there is no NetworkManager to ask; then nothing else here means anything."""
    is_connected: bool
    names: tuple[str, ...]
    """What the owner may call the network: SSID and connection name of the primary connection."""
    is_metered: bool | None
    """Whether it costs by volume; None if nobody knows."""
    is_behind_portal: bool
    """Whether a page of the network's own wants a sign-in first."""


UNKNOWN = Uplink(is_known=False, is_connected=False, names=(), is_metered=None, is_behind_portal=False)
