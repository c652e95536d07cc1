r"""NetworkManager's keyfiles: one file a network, in the format of GLib's GKeyFile. Pure.

Facts from nm-settings-keyfile(5) and GLib's gkeyfile.c: values are escaped by backslashes (`\s` is a blank, which would
be stripped at the beginning; `\n`, `\t`, `\r`, `\\`). An SSID may be written as its bytes, each followed by a
semicolon, which spares every question of encoding; a semicolon inside of a written name is escaped once more.
"""

import re
import uuid
from collections.abc import Mapping
from typing import NamedTuple

from appliance.boot.wifi import WifiNetwork
from appliance.network.profiles import LONGEST_BYTES

SUFFIX = ".nmconnection"

_LONGEST_WPA_KEY = 64
_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_MEANINGS = {"s": " ", "n": "\n", "t": "\t", "r": "\r", "\\": "\\"}
_SPACE = uuid.UUID("6c1bd5a4-9bd1-5f1c-8f53-27c1c4c1c4a7")
_BYTES = re.compile(r"\s*(?:\d{1,3}\s*;\s*)+")


class Profile(NamedTuple):
    """What a keyfile says about a Wi-Fi network."""

    ssid: bytes
    password: str
    is_hidden: bool


def keyfile_of(network: WifiNetwork) -> tuple[str, bytes]:
    """The name and the content of the keyfile. The same network has the same name and UUID for ever.

    `wpa-psk` joins WPA2 and mixed WPA2/WPA3 networks, and WPA3 too where the chip can.
    """
    ssid = network.ssid.encode()
    identity = str(uuid.uuid5(_SPACE, ssid.hex()))
    sections = {
        "connection": {"id": _label(network.ssid), "uuid": identity, "type": "wifi", "autoconnect-retries": "0"},
        "wifi": {"mode": "infrastructure", "ssid": "".join(f"{byte};" for byte in ssid)},
        "wifi-security": _security(network.password),
        "ipv4": {"method": "auto"},
        "ipv6": {"method": "auto"},
    }
    if network.hidden:
        sections["wifi"]["hidden"] = "true"
    return f"{identity}{SUFFIX}", _written(sections)


def profile_in(content: bytes) -> Profile | None:
    """The Wi-Fi network of a keyfile; None if it is about something else."""
    sections = _read(content.decode(errors="replace"))
    wifi = sections.get("wifi") or sections.get("802-11-wireless") or {}
    security = sections.get("wifi-security") or sections.get("802-11-wireless-security") or {}
    if "ssid" not in wifi:
        return None
    return Profile(_ssid(wifi["ssid"]), _unescaped(security.get("psk", "")), wifi.get("hidden") in {"true", "1"})


def _security(password: str) -> dict[str, str]:
    if not password:
        return {}
    is_wpa3_alone = len(password.encode()) > LONGEST_BYTES and len(password) != _LONGEST_WPA_KEY
    return {"key-mgmt": "sae" if is_wpa3_alone else "wpa-psk", "psk": _escaped(password)}


def _label(ssid: str) -> str:
    return _escaped("".join(sign if sign.isprintable() else "?" for sign in ssid).strip() or "?")


def _written(sections: Mapping[str, Mapping[str, str]]) -> bytes:
    blocks = [
        "".join([f"[{name}]\n", *(f"{key}={value}\n" for key, value in keys.items())])
        for name, keys in sections.items()
        if keys
    ]
    return "\n".join(blocks).encode()


def _escaped(text: str) -> str:
    blanks = len(text) - len(text.lstrip(" "))
    return "\\s" * blanks + "".join(_ESCAPES.get(sign, sign) for sign in text[blanks:])


def _unescaped(text: str) -> str:
    return re.sub(r"\\([sntr\\])", lambda found: _MEANINGS[found[1]], text)


def _read(text: str) -> dict[str, dict[str, str]]:
    sections: dict[str, dict[str, str]] = {}
    keys: dict[str, str] = {}
    for line in text.split("\n"):
        if header := re.fullmatch(r"\s*\[([^\]]+)\]\s*", line):
            keys = sections.setdefault(header[1], {})
        elif "=" in line and not line.lstrip().startswith("#"):
            key, _, value = line.partition("=")
            keys[key.strip()] = value.lstrip(" \t").removesuffix("\r")
    return sections


def _ssid(value: str) -> bytes:
    if _BYTES.fullmatch(value):
        return bytes(min(int(number), 255) for number in re.findall(r"\d+", value))
    return _unescaped(value).replace("\\;", ";").encode()
