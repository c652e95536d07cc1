"""What is known of the way to the world, as values."""

from typing import Literal

from msgspec import Struct

from appliance.network.setup_mode import Sight

Internet = Literal["full", "portal", "limited", "none", "unknown"]


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


class Radio(Struct, frozen=True):
    """One of the machine's. `path`: on the bus; `connection`: the UUID of what it carries, empty while it is not up."""

    interface: str
    path: str
    connection: str = ""


class View(Struct, frozen=True):
    """All that is known of the network now."""

    sight: Sight = Sight()
    device: str = ""
    """The radio's path on the bus; empty: there is none."""
    interface: str = ""
    """What the kernel calls it, such as `wlan0`."""
    active: str = ""
    """The path of what the radio carries."""
    connection: str = ""
    """The UUID of what the radio carries."""
    ssid: bytes = b""
    strength: int | None = None
    addresses: tuple[str, ...] = ()
    """The box's own on the radio, without those of its set-up network."""
    wire: str = ""
    """The name of the connection by wire."""
    wire_addresses: tuple[str, ...] = ()
    internet: Internet = "unknown"
    radios: tuple[Radio, ...] = ()
    """All of them, by name; `device` is the first."""
    known: tuple[str, ...] = ()
    """The names of the networks that are joined by themselves."""


class Known(Struct, frozen=True):
    """A network that is joined by itself. `id`: its UUID; `path`: on the bus."""

    id: str
    ssid: bytes
    priority: int
    path: str
    is_hidden: bool = False
