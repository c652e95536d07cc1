"""`[wifi]`: a network that the box joins by itself, and the rules of such a network. Pure."""

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from appliance.naming import LONGEST_SSID_BYTES
from appliance.network.profiles import LONGEST_BYTES, SHORTEST_BYTES
from appliance.settings.complaint import Complaint
from appliance.settings.hiding import are_stars
from appliance.settings.lines import KeyPath
from appliance.settings.model import Secret
from appliance.settings.words import quoted

_KEY = re.compile(r"[0-9A-Fa-f]{64}")
"""IEEE 802.11, annex J: in the place of a password the key itself."""


class WifiNetwork(Struct, frozen=True):
    """One network."""

    ssid: str
    """Its name."""
    password: Secret = ""
    """Empty: the network is open."""
    country: str | None = None
    """Where the box is, by ISO 3166-1: "DE". It decides which channels may be used."""
    hidden: bool = False
    """Whether the network does not tell its name."""


def wifi_complaints(networks: Sequence[tuple[KeyPath, WifiNetwork]]) -> Iterator[Complaint]:
    """What is wrong with the networks, each of which stands at its place in the file. Passwords are not quoted."""
    names: set[str] = set()
    countries: set[str] = set()
    for where, network in networks:
        troubles = {
            "ssid": _ssid_trouble(network.ssid, names),
            "password": _password_trouble(network.password),
            "country": _country_trouble(network.country, countries),
        }
        names.add(network.ssid)
        if network.country and not troubles["country"]:
            countries.add(network.country.upper())
        yield from (Complaint((*where, key), f"wifi.{key} {trouble}") for key, trouble in troubles.items() if trouble)


def _ssid_trouble(ssid: str, earlier: set[str]) -> str | None:
    if not ssid:
        return "must not be empty: write the name of the network"
    if len(ssid.encode()) > LONGEST_SSID_BYTES:
        return f"is longer than the {LONGEST_SSID_BYTES} bytes that a network's name may have"
    return f"names {quoted(ssid)} a second time: leave one of them" if ssid in earlier else None


def _password_trouble(password: str) -> str | None:
    if not password or are_stars(password) or _KEY.fullmatch(password):
        return None
    if not password.isprintable():
        return "must not hold line breaks or control characters"
    if len(password.encode()) < SHORTEST_BYTES:
        return f"is too short: Wi-Fi passwords have at least {SHORTEST_BYTES} characters"
    if len(password.encode()) > LONGEST_BYTES:
        return f"is too long: Wi-Fi passwords have at most {LONGEST_BYTES} characters"
    return None


def _country_trouble(country: str | None, earlier: set[str]) -> str | None:
    if country is None:
        return None
    if not re.fullmatch("[A-Za-z]{2}", country):
        return f'must be the two letters of a country, such as "DE", not {quoted(country)}'
    if country.upper() == "UK":
        return 'must be "GB" for the United Kingdom'
    if earlier - {country.upper()}:
        return f"is {quoted(country)}, but another network says {quoted(min(earlier))}: the box is in one country"
    return None
