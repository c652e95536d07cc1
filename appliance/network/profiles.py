"""The two kinds of connection that the box makes, as NetworkManager takes them; and the rules of a password. Pure.

Keys are those of nm-settings-dbus(5). Every value that matters is said: a default of NetworkManager is made for
computers with a person before them.
"""

import re
import uuid
from typing import Literal

from msgspec import Struct

from appliance.network.airwaves import Security, shown
from appliance.network.typed import Settings, Typed, count, data, flag, number, text, texts

JoinSecurity = Literal["open", "owe", "wpa2", "mixed", "wpa3"]

ADDRESS = "192.0.2.1"
"""The box's own in its set-up network, of a range for documentation (RFC 5737): Android takes a name that resolves to a
private address (RFC 1918) for "no internet" and never shows the sign-in page."""

PREFIX = 24

_SPACE = uuid.UUID("b2c9d9a4-0a1c-5d68-9a57-0b0bb8e64d9e")
HOTSPOT_ID = str(uuid.uuid5(_SPACE, "hotspot"))
"""The same for ever: a set-up network that an earlier life of the recorder left open is known by it."""

TRIAL_ID = str(uuid.uuid5(_SPACE, "trial"))
"""So is a trial that a crash left behind."""

CAMERA_ID = str(uuid.uuid5(_SPACE, "camera"))
"""And the network that a camera is itself."""

TRIAL_DHCP_S = 20
"""An address takes a second or two; NetworkManager alone would wait for 45 s before it says that none comes."""

SHORTEST_BYTES, LONGEST_BYTES, LONGEST_WPA3_BYTES = 8, 63, 128
"""IEEE 802.11, annex J; WPA3 alone has no limit there, NetworkManager none either."""

_KEY = re.compile(r"[0-9A-Fa-f]{64}")
_PMF_OFF = 1
_NO_POWER_SAVE = 2


class Wanted(Struct, frozen=True):
    """A network to be joined. `password`: empty for none."""

    ssid: bytes
    password: str
    security: JoinSecurity
    is_hidden: bool = False
    keeps_to_wpa2: bool = False
    """Never try WPA3, though the network may offer it."""

    @property
    def name(self) -> str:
        return shown(self.ssid)

    def __repr__(self) -> str:
        return f"Wanted(ssid={self.ssid!r}, security={self.security!r}, …)"


def chosen_security(asked: JoinSecurity | None, heard: Security | None, password: str) -> JoinSecurity:
    """How to join: as asked, else as heard, else by whether there is a password."""
    if asked:
        return asked
    if heard == "wpa":
        return "wpa2"
    if heard in {"open", "owe", "wpa2", "mixed", "wpa3"}:
        return heard
    return "mixed" if password else "open"


def password_trouble(password: str, security: JoinSecurity) -> str | None:
    """What is wrong with it, in a sentence that does not quote it; None if it will do."""
    if security in {"open", "owe"}:
        return "This network takes no password: leave it empty." if password else None
    if not password:
        return "This network needs its password: type it as it is printed on the router or set in it."
    if not password.isprintable():
        return "The password holds a line break or a control character: type it anew."
    return _length_trouble(password, is_wpa3_alone=security == "wpa3")


def home_id(ssid: bytes) -> str:
    """The connection of a network has the same UUID whenever it is joined anew."""
    return str(uuid.uuid5(_SPACE, ssid.hex()))


def home_settings(wanted: Wanted, *, is_trial: bool, priority: int = 0) -> Settings:
    """A network of the owner. A trial is never joined by itself, and gives up early."""
    connection = {
        "id": text(_label(wanted)),
        "uuid": text(TRIAL_ID if is_trial else home_id(wanted.ssid)),
        "type": text("802-11-wireless"),
        "autoconnect": flag(value=not is_trial),
        "autoconnect-retries": number(0),  # for ever; NetworkManager alone rests after four
        "autoconnect-priority": number(priority),
    }
    wifi = {
        "ssid": data(wanted.ssid),
        "mode": text("infrastructure"),
        "powersave": count(_NO_POWER_SAVE),
        "hidden": flag(value=wanted.is_hidden),
    }
    return {
        "connection": connection,
        "802-11-wireless": wifi,
        **_security(wanted),
        "ipv4": {"method": text("auto"), **({"dhcp-timeout": number(TRIAL_DHCP_S)} if is_trial else {})},
        # with IPv6 a missing address of IPv4 is told half a minute late
        "ipv6": {"method": text("ignore" if is_trial else "auto")},
    }


def camera_settings(wanted: Wanted) -> Settings:
    """The network that a camera is: joined when told to, and no way to anywhere else."""
    return {
        "connection": {
            "id": text(_label(wanted)),
            "uuid": text(CAMERA_ID),
            "type": text("802-11-wireless"),
            "autoconnect": flag(value=False),
        },
        "802-11-wireless": {
            "ssid": data(wanted.ssid),
            "mode": text("infrastructure"),
            "powersave": count(_NO_POWER_SAVE),
            "hidden": flag(value=wanted.is_hidden),
        },
        **_security(wanted),
        "ipv4": {"method": text("auto"), "dhcp-timeout": number(TRIAL_DHCP_S), "never-default": flag(value=True)},
        "ipv6": {"method": text("ignore")},
    }


def hotspot_settings(ssid: bytes, passphrase: str, channel: int) -> Settings:
    """The set-up network. `passphrase`: 8 to 63 bytes; `channel`: 1, 6 or 11.

    WPA2 alone, without protected management frames: the board's chips fail at them as an access point
    (raspberrypi/linux issue 7247, bookworm-feedback issue 311).
    """
    return {
        "connection": {
            "id": text("Moment Recorder set-up"),
            "uuid": text(HOTSPOT_ID),
            "type": text("802-11-wireless"),
            "autoconnect": flag(value=False),
        },
        "802-11-wireless": {
            "ssid": data(ssid),
            "mode": text("ap"),
            "band": text("bg"),
            "channel": count(channel),
            "powersave": count(_NO_POWER_SAVE),
        },
        "802-11-wireless-security": {
            "key-mgmt": text("wpa-psk"),
            "psk": text(passphrase),
            "proto": texts("rsn"),
            "pairwise": texts("ccmp"),
            "group": texts("ccmp"),
            "pmf": number(_PMF_OFF),
        },
        "ipv4": {
            "method": text("shared"),
            "address-data": Typed("aa{sv}", [{"address": text(ADDRESS), "prefix": count(PREFIX)}]),
        },
        # the kernel's own address of the link would be a way around the fence, which goes by IPv4
        "ipv6": {"method": text("disabled")},
    }


def _security(wanted: Wanted) -> Settings:
    """`wpa-psk` joins WPA2 and mixed networks, and NetworkManager adds WPA3 to it where the chip can."""
    match wanted.security:
        case "open":
            return {}
        case "owe":
            return {"802-11-wireless-security": {"key-mgmt": text("owe")}}
        case "wpa3":
            return {"802-11-wireless-security": {"key-mgmt": text("sae"), "psk": text(wanted.password)}}
    pmf = {"pmf": number(_PMF_OFF)} if wanted.keeps_to_wpa2 else {}
    return {"802-11-wireless-security": {"key-mgmt": text("wpa-psk"), "psk": text(wanted.password), **pmf}}


def _length_trouble(password: str, *, is_wpa3_alone: bool) -> str | None:
    """In bytes, as the air has it."""
    size = len(password.encode())
    is_key = _KEY.fullmatch(password) is not None
    if is_wpa3_alone and is_key:
        return "These 64 digits are a key of WPA2; this network is WPA3 alone and needs the password itself."
    if size < SHORTEST_BYTES and not is_wpa3_alone:
        return f"The password is too short: Wi-Fi passwords have at least {SHORTEST_BYTES} characters."
    longest = LONGEST_WPA3_BYTES if is_wpa3_alone else LONGEST_BYTES
    if size > longest and not is_key:
        return f"The password is too long: this network's have at most {longest} characters."
    return None


def _label(wanted: Wanted) -> str:
    return wanted.name.strip() or "?"
