"""The owner's `moment.toml` on the boot partition: the recorder's settings, and `[wifi]` and `[board]` beside them.

It is checked by the rules of every other settings file. A secret that comes as stars stands for the one that is known.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from appliance.boot.wifi import WifiNetwork, wifi_complaints
from appliance.settings.complaint import Complaint
from appliance.settings.conversion import Layer, Sections, Values, convert, convert_section, keys_of, sentences
from appliance.settings.hiding import are_stars, reveal
from appliance.settings.lines import KeyPath
from appliance.settings.reading import NOTHING, SECTIONS, judge, read_layer
from appliance.settings.textfile import SettingsError, decode, parse, plain, read_bytes, shown


class BoardSettings(Struct, frozen=True):
    """`[board]`: what the board is told before it starts."""

    pi_camera: bool | None = None
    """Whether the ribbon camera of a Raspberry Pi is used; None: as it was."""


CARD_SECTIONS: Sections = {"wifi": keys_of(WifiNetwork), "board": keys_of(BoardSettings), **SECTIONS}


class Known(NamedTuple):
    """What the box knows already: the owner's settings, and passwords by the name of their network."""

    settings: Values
    passwords: Mapping[str, str]


class Brought(NamedTuple):
    """A file without mistakes. `text`, `values`: as the file has them; `settings`, `networks`: with their secrets."""

    text: str
    values: dict[str, Any]
    settings: Values
    networks: list[WifiNetwork]
    board: BoardSettings

    @property
    def country(self) -> str | None:
        """Where the box is, if the file tells."""
        return next((network.country.upper() for network in self.networks if network.country), None)


def read_brought(path: Path, base: Path | None = None) -> Brought:
    """A file that is still on its way to the card.

    Raises:
        SettingsError: with all mistakes at once, in the order of their lines.
    """
    return bring(shown(path), read_bytes(path), NOTHING if base is None else read_layer(base), None)


def bring(name: str, data: bytes, base: Layer, known: Known | None) -> Brought:
    """The file called `name`, above the box's own defaults. None for `known` leaves stars as they are.

    Raises:
        SettingsError: with all mistakes at once, in the order of their lines.
    """
    text = decode(name, data)
    values = parse(name, plain(text))
    kept, found = convert({section: content for section, content in values.items() if section != "wifi"}, CARD_SECTIONS)
    board = msgspec.convert(kept.pop("board", {}), type=BoardSettings)
    _, wrong_below, wrong = judge(Layer(name, text, kept, found), base)
    networks, wrong_networks = _networks(values.get("wifi", {}))
    wrong += wrong_networks
    if known is not None:
        networks, unknown = _revealed_networks(networks, known)
        wrong += [*unknown, *_reveal_settings(kept, known)]
    if told := [*sentences(base.name, base.text, wrong_below), *sentences(name, plain(text), wrong)]:
        raise SettingsError(told)
    return Brought(text, values, kept, [network for _, network in networks], board)


_Placed = list[tuple[KeyPath, WifiNetwork]]
"""Networks, each with where it stands."""


def _networks(content: Any) -> tuple[_Placed, list[Complaint]]:
    placed: _Placed = []
    found: list[Complaint] = []
    for where, table in _tables(content):
        if not isinstance(table, dict):
            found.append(Complaint(where, "wifi must be a section: [wifi], or [[wifi]] for each of several networks"))
            continue
        kept, wrong = convert_section(where, table, CARD_SECTIONS)
        found += wrong
        if "ssid" not in table and table and not wrong:
            found.append(Complaint(where, "wifi.ssid is missing: the name of the network"))
        elif "ssid" in kept:
            placed.append((where, msgspec.convert(kept, type=WifiNetwork)))
    return placed, [*found, *wifi_complaints(placed)]


def _tables(content: Any) -> list[tuple[KeyPath, Any]]:
    if isinstance(content, list):
        return [(("wifi", str(number)), table) for number, table in enumerate(content, start=1)]
    return [(("wifi",), content)]


def _revealed_networks(placed: _Placed, known: Known) -> tuple[_Placed, list[Complaint]]:
    revealed: _Placed = []
    unknown: list[Complaint] = []
    for where, network in placed:
        password = known.passwords.get(network.ssid) if are_stars(network.password) else network.password
        if password is None:
            sentence = "wifi.password is stars, and the box knows none for this network: write the password once more"
            unknown.append(Complaint((*where, "password"), sentence))
        else:
            revealed.append((where, msgspec.structs.replace(network, password=password)))
    return revealed, unknown


def _reveal_settings(settings: Values, known: Known) -> Iterator[Complaint]:
    url = settings.get("camera", {}).get("url")
    if url is None:
        return
    revealed = reveal(url, known.settings.get("camera", {}).get("url", ""))
    if revealed is None:
        sentence = "camera.url has stars for its password, and the box knows none: write the password once more"
        yield Complaint(("camera", "url"), sentence)
    else:
        settings["camera"]["url"] = revealed
