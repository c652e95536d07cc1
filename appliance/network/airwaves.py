"""What is heard on the air, made into a list that an owner can choose from. Pure.

Names are bytes: anybody may call a network anything. Flags are NetworkManager's (nm-dbus-types: NM80211ApFlags,
NM80211ApSecurityFlags), as it tells them of networks of every kind (measured with 1.42 and 1.52).
"""

import unicodedata
from collections.abc import Collection, Iterable
from enum import IntFlag
from typing import Literal

from msgspec import Struct

Security = Literal["open", "owe", "wpa", "wpa2", "mixed", "wpa3", "enterprise", "wep"]

MOST_HEARD = 64
"""So many networks are listed: no owner reads more, and the list goes over the socket in one line."""

_PRIVACY = 1
_QUIET_CHANNELS = {1: 2412, 6: 2437, 11: 2462}
"""Those of the 2.4 GHz band that every country allows and that do not overlap, and their MHz."""


class Key(IntFlag):
    """How a network is joined, of `WpaFlags` and `RsnFlags`; the lower bits are its ciphers."""

    PSK = 0x100
    ENTERPRISE = 0x200
    SAE = 0x400
    OWE = 0x800
    SUITE_B = 0x2000


class AccessPoint(Struct, frozen=True):
    """One radio that is heard. `strength`: 0 to 100."""

    ssid: bytes
    flags: int
    wpa: int
    rsn: int
    strength: int
    mhz: int


class Heard(Struct, frozen=True):
    """All radios that call themselves the same and are joined the same way."""

    ssid: bytes
    security: Security
    strength: int

    @property
    def name(self) -> str:
        """For the owner's eyes."""
        return shown(self.ssid)

    @property
    def needs_password(self) -> bool:
        return self.security not in {"open", "owe"}

    @property
    def obstacle(self) -> str | None:
        """Why the box cannot join it, in a sentence; None if it can."""
        return _OBSTACLES.get(self.security)


_OBSTACLES: dict[Security, str] = {
    "enterprise": "This network asks for a user name or a certificate, which the box cannot give: choose another one.",
    "wep": "This network is protected by WEP, which is broken since 2001: switch its router to WPA2 or WPA3.",
}


def security_of(flags: int, wpa: int, rsn: int) -> Security:
    """How an access point is joined, by its `Flags`, `WpaFlags` and `RsnFlags`."""
    keys = wpa | rsn
    if keys & (Key.ENTERPRISE | Key.SUITE_B) and not keys & (Key.PSK | Key.SAE):
        return "enterprise"
    if keys & Key.SAE:
        return "mixed" if keys & Key.PSK else "wpa3"
    if rsn & Key.PSK:
        return "wpa2"
    if wpa & Key.PSK:
        return "wpa"
    if keys & Key.OWE:
        return "owe"
    return "wep" if flags & _PRIVACY and not keys else "open"


def merged(points: Iterable[AccessPoint], ours: Collection[bytes] = ()) -> list[Heard]:
    """The networks, the strongest first. Those that hide their name are left out, and those that are `ours`."""
    best: dict[tuple[bytes, Security], int] = {}
    for point in points:
        if not point.ssid.strip(b"\0") or point.ssid in ours:
            continue
        kind = (point.ssid, security_of(point.flags, point.wpa, point.rsn))
        best[kind] = max(best.get(kind, 0), min(100, max(0, point.strength)))
    heard = [Heard(ssid, security, strength) for (ssid, security), strength in best.items()]
    heard.sort(key=lambda one: (-one.strength, one.ssid, one.security))
    return heard[:MOST_HEARD]


def quietest_channel(points: Iterable[AccessPoint]) -> int:
    """1, 6 or 11: where the least is heard."""
    noise = dict.fromkeys(_QUIET_CHANNELS, 0)
    for point in points:
        for channel, mhz in _QUIET_CHANNELS.items():
            if abs(point.mhz - mhz) < 20:  # noqa: PLR2004 - MHz, the width of a channel
                noise[channel] += point.strength
    return min(noise, key=lambda channel: (noise[channel], channel))


def shown(ssid: bytes) -> str:
    """A name for a page, a log or a terminal: one line of visible text, whatever the bytes are."""
    text = ssid.decode(errors="replace")
    safe = "".join("\N{REPLACEMENT CHARACTER}" if unicodedata.category(sign)[0] == "C" else sign for sign in text)
    return "".join(" " if unicodedata.category(sign)[0] == "Z" else sign for sign in safe)
