"""Which network the box is in, which it could be in, and its own set-up network.

A network's name is bytes, and travels as their hexadecimal digits (`ssid`); `name` is the same made safe to show. What
a join comes to is told by `Network` and by `NetworkChanged`: the radio leaves the phone alone meanwhile. A password is
never shown, not even where a request is, and never sent back.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from appliance.control.messages.base import Answer, Request

NetworkMode = Literal["no-manager", "no-radio", "blocked", "wired", "joining", "joined", "lost", "hotspot", "trying"]
"""`blocked`: the radio is switched off or lacks a country; `lost`: a network is known but not found; `trying`: a join
is being proven, the set-up network is closed for that time."""

Internet = Literal["full", "portal", "limited", "none", "unknown"]
"""`portal`: somebody else's sign-in page stands in the way, as in hotels."""

Security = Literal["open", "owe", "wpa", "wpa2", "mixed", "wpa3", "enterprise", "wep"]
"""`owe`: encrypted without a password; `mixed`: WPA2 and WPA3 under one password."""

JoinSecurity = Literal["open", "owe", "wpa2", "mixed", "wpa3"]
"""What can be joined. `wpa2` asked of a `mixed` network keeps to WPA2, for the sake of a chip that fails at WPA3."""

AttemptState = Literal["trying", "proven", "failed", "kept", "returned"]
"""`proven`: it works, the box is back where it was and waits for `WifiKeep`, or keeps it by itself; `kept`: for good;
`returned`: kept, but then out of reach, so that the box came back to its set-up network and goes on trying."""

AttemptReason = Literal[
    "wrong-password",
    "maybe-wrong-password",
    "not-found",
    "no-address",
    "no-internet",
    "no-storage",
    "sign-in-page",
    "rejected",
    "timeout",
    "no-manager",
    "interrupted",
]
"""`no-internet`, `no-storage` and `sign-in-page` are remarks on a network that is `proven` all the same."""

HotspotReason = Literal["first-start", "asked", "lost"]

Ssid = Annotated[str, Meta(min_length=2, max_length=64, pattern=r"^([0-9a-f]{2}){1,32}\Z")]
"""1 to 32 bytes, in lower-case hexadecimal digits."""

Password = Annotated[str, Meta(max_length=128)]
"""Empty: none. The room checks it against the security, byte by byte, and says what is wrong."""

Identity = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9-]+\Z")]
Country = Annotated[str, Meta(min_length=2, max_length=2, pattern=r"^[A-Z]{2}\Z")]
"""ISO 3166-1, such as "DE"; the United Kingdom is "GB"."""


class Network(Request, frozen=True):
    """How is the network?"""


class WifiScan(Request, frozen=True):
    """Which networks are heard? `fresh`: listen now, which takes seconds and disturbs a phone on the set-up network."""

    fresh: bool = False


class WifiKnown(Request, frozen=True):
    """Which networks does the box join by itself?"""


class WifiForget(Request, frozen=True):
    """Forget a known network."""

    id: Identity


class WifiPrefer(Request, frozen=True):
    """The order in which known networks are tried, the most wanted first; those that are left out come last."""

    ids: Annotated[list[Identity], Meta(max_length=100)]


class WifiJoin(Request, frozen=True):
    """Try a network; answered at once. `security`: None takes what was heard, or goes by the password."""

    ssid: Ssid
    password: Password = ""
    hidden: bool = False
    """Whether the network does not tell its name."""
    security: JoinSecurity | None = None

    def __repr__(self) -> str:
        return f"WifiJoin(ssid={self.ssid!r}, …)"


class WifiKeep(Request, frozen=True):
    """Join the proven network for good, now."""

    id: Identity


class WifiDrop(Request, frozen=True):
    """Give up a network that is being tried, or was proven and not kept; nothing of it remains."""

    id: Identity


class SetCountry(Request, frozen=True):
    """Where the box is: it decides which channels may be used."""

    country: Country


class Hotspot(Request, frozen=True):
    """Open the set-up network, or close it and go back to the known networks."""

    open: bool


class JoinedNetwork(Struct, frozen=True):
    """The network that carries. `ssid` and `strength` (0 to 100): of Wi-Fi alone."""

    name: str
    addresses: list[str]
    """The box's own in it, without prefix lengths."""
    ssid: str | None = None
    strength: int | None = None


class HotspotStatus(Struct, frozen=True):
    """The set-up network, which is open."""

    name: str
    address: str
    reason: HotspotReason
    has_phone: bool
    """Whether somebody is in it, as far as is known."""


class Attempt(Struct, frozen=True):
    """What became of the last `WifiJoin`; known across restarts and power cuts."""

    id: str
    ssid: str
    name: str
    state: AttemptState
    reason: AttemptReason | None
    sentence: str
    age_s: float
    """Since the state was reached."""
    addresses: list[str]
    """The box's own in that network, as far as it came."""
    keeps_in_s: float | None = None
    """While proven: when it is kept by itself."""


class HeardNetwork(Struct, frozen=True):
    """All that is heard under one name with one kind of security. `strength`: of the strongest, 0 to 100."""

    ssid: str
    name: str
    security: Security
    strength: int
    is_known: bool
    needs_password: bool
    obstacle: str | None = None
    """Why it cannot be joined, in a sentence; None if it can."""


class KnownNetwork(Struct, frozen=True):
    """A network that the box joins by itself."""

    id: str
    ssid: str
    name: str
    priority: int
    """The higher goes first."""
    is_joined: bool


class NetworkAnswer(Answer, frozen=True, tag="network"):
    """To `Network`."""

    mode: NetworkMode
    sentence: str
    """The same, for the owner."""
    internet: Internet
    joined: JoinedNetwork | None
    hotspot: HotspotStatus | None
    hotspot_name: str
    """What the set-up network is called when it is open."""
    country: str
    """Two letters; empty if nobody named one."""
    attempt: Attempt | None
    host_name: str
    dashboard: list[str]
    """Where the pages are found on the home network: by name first, then by each address."""
    is_ours: bool = True
    """Whether the recorder looks after the network; if not, it only tells of it."""
    radio: str | None = None
    """Where the radio is that serves a camera by Wi-Fi, for the owner; None without such a camera."""


class WifiScanAnswer(Answer, frozen=True, tag="wifi-scan"):
    """To `WifiScan`, the strongest first. `age_s`: of the list; None if nobody listened yet."""

    networks: list[HeardNetwork]
    age_s: float | None
    sentence: str | None = None
    """Why the list is not as fresh as was asked for."""


class WifiKnownAnswer(Answer, frozen=True, tag="wifi-known"):
    """To `WifiKnown`, `WifiForget` and `WifiPrefer`, the most wanted first."""

    networks: list[KnownNetwork]


class WifiAttempt(Answer, frozen=True):
    """To `WifiJoin`: it is being tried under this `id`."""

    id: str
    sentence: str


class NetworkChanged(Answer, frozen=True):
    """Event: the network, or an attempt to join one, moved on."""

    mode: NetworkMode
    internet: Internet
    sentence: str
    attempt: Attempt | None
