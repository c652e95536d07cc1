"""The owner's `moment.toml`: what is kept of it, and what is left of it on the FAT partition. Pure.

A file that was taken is remembered by its hash, so that later changes by a phone are not undone at every boot. A key
that it does not name stays as it is, unless an earlier one named it: then the owner took it out, and its default
is back.
"""

import hashlib

import msgspec
from msgspec import Struct

from appliance.boot import camera_switch
from appliance.boot.brought import CARD_SECTIONS, Brought, Known, bring
from appliance.boot.profiles import keyfile_of, profile_in
from appliance.boot.scene import Action, Drop, Part, Put, Scene, Unreadable, doubled, owners_name
from appliance.boot.starring import star
from appliance.boot.wifi import WifiNetwork
from appliance.decoding import decoded_or_none
from appliance.settings.conversion import Layer, Values, layer_of
from appliance.settings.reading import NOTHING, SECTIONS, judge, merge
from appliance.settings.textfile import SettingsError, codec_of, decode, plain
from appliance.settings.words import quoted
from appliance.settings.writing import toml_text

NAME = "moment.toml"
TAKEN = "taken.json"
COUNTRY = "country"
HEADING = "# What the owner set, above the box's own defaults. Written by Moment Recorder.\n\n"


class Taken(Struct, frozen=True):
    """The last file that was taken: hashes of how it came and of what was left of it; the keys that it named."""

    came: str = ""
    left: str = ""
    keys: list[tuple[str, str]] = []


def plan_owners_file(scene: Scene, base: Layer) -> Part:
    """What becomes of the file, if there is one, and it is new."""
    name = owners_name(scene, NAME)
    if name is None:
        return Part()
    content = scene.shelves["firmware"][name]
    if isinstance(content, Unreadable):
        return Part(troubles=[f"{name} cannot be read: {content.why}; copy it to the card once more."])
    taken, came = _taken(scene), _digest(content)
    if came == taken.left:
        return Part(troubles=doubled(scene, NAME))
    try:
        brought = bring(name, content, base, None if came == taken.came else _known(scene))
    except SettingsError as error:
        return Part(troubles=[*error.sentences, *doubled(scene, NAME)])
    left = star(brought.text, brought.values, CARD_SECTIONS).encode(codec_of(content))
    part = _tidied(scene, name, brought, left)
    if came == taken.came:  # only the FAT partition could not be written that time
        return part
    settings, said = _settings(scene, brought, taken, base)
    remembered = Taken(
        came, _digest(left), [(section, key) for section, keys in brought.settings.items() for key in keys]
    )
    return msgspec.structs.replace(
        part,
        keeping=[
            *([Put("settings", NAME, (HEADING + toml_text(settings)).encode())] if settings != _current(scene) else []),
            *_connections(scene, brought.networks),
            *([Put("system", COUNTRY, f"{brought.country}\n".encode())] if brought.country else []),
            Put("system", TAKEN, msgspec.json.encode(remembered)),
        ],
        taken=[*_said(name, brought), *said],
    )


def settings_ensured(scene: Scene) -> list[Action]:
    """The recorder always finds the owner's settings, though they may say nothing."""
    return [] if NAME in scene.shelves["settings"] else [Put("settings", NAME, HEADING.encode())]


def _tidied(scene: Scene, name: str, brought: Brought, left: bytes) -> Part:
    switched = camera_switch.plan_switch(scene, is_on=brought.board.pi_camera)
    return Part(
        tidying=[*switched.tidying, Put("firmware", name, left)],
        tidied=switched.tidied,
        troubles=[*switched.troubles, *doubled(scene, NAME)],
        needs_restart=switched.needs_restart,
    )


def _settings(scene: Scene, brought: Brought, taken: Taken, base: Layer) -> tuple[Values, list[str]]:
    named = {(section, key) for section, keys in brought.settings.items() for key in keys}
    gone = {*taken.keys} - named
    stay = {
        section: {key: value for key, value in keys.items() if (section, key) not in gone}
        for section, keys in _current(scene).items()
    }
    merged = merge(stay, brought.settings)
    if judge(Layer("", "", merged, []), base)[2]:
        return brought.settings, ["What was set before does not go with it, and is gone."]
    return merged, []


def _connections(scene: Scene, networks: list[WifiNetwork]) -> list[Action]:
    """Profiles of the same network, such as a phone made, give way to the owner's file."""
    actions: list[Action] = []
    for network in networks:
        name, content = keyfile_of(network)
        same = [
            (other, profile)
            for other, found in scene.shelves["connections"].items()
            if not isinstance(found, Unreadable)
            and (profile := profile_in(found)) is not None
            and profile.ssid == network.ssid.encode()
        ]
        if any((profile.password, profile.is_hidden) == (network.password, network.hidden) for _, profile in same):
            continue
        actions.append(Put("connections", name, content))
        actions += [Drop("connections", other) for other, _ in same if other != name]
    return actions


def _said(name: str, brought: Brought) -> list[str]:
    said = [f"{name}: its settings were taken over."] if any(brought.settings.values()) else []
    return said + [f"{name}: the Wi-Fi network {quoted(network.ssid)} was taken over." for network in brought.networks]


def _known(scene: Scene) -> Known:
    profiles = [
        profile_in(content) for content in scene.shelves["connections"].values() if not isinstance(content, Unreadable)
    ]
    passwords = {
        profile.ssid.decode(errors="replace"): profile.password for profile in profiles if profile and profile.password
    }
    return Known(_current(scene), passwords)


def _current(scene: Scene) -> Values:
    """What was set before; nothing if that cannot be read: then it serves nobody."""
    try:
        return layer_of(NAME, plain(decode(NAME, scene.content("settings", NAME))), SECTIONS).values
    except SettingsError:
        return NOTHING.values


def _taken(scene: Scene) -> Taken:
    return decoded_or_none(scene.content("system", TAKEN), Taken) or Taken()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
