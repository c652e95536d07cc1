"""The set-up network's name and password: made up at the first start, each box its own, and told on the card.

Neither is derived from anything that others could know, such as the radio's address, which everybody hears. Whoever
holds the card reads the file on its first partition; the recorder's user reads the same below `/data`, and nobody else.
"""

import contextlib
import os
import secrets
from pathlib import Path

import msgspec

from appliance.boot.machine import Machine
from appliance.boot.outcome import Outcome
from appliance.boot.places import Places
from appliance.durable import flush_folder, write_durably, write_privately
from appliance.network.hotspot import HotspotFileError, HotspotSecret, read_hotspot
from appliance.network.profiles import ADDRESS

NAME, TOLD = "hotspot.json", "moment-wifi.txt"

_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
"""Without those that look like others: l and 1, o and 0."""

_GROUPS, _LETTERS_IN_GROUP = 3, 4
"""Sixty bits: more than anybody tries over the air, and little enough to be typed."""

_READABLE_FOR_GROUP = 0o640


def make_up(places: Places, machine: Machine) -> Outcome:
    """Once for all, and told on the card whenever the file there is missing or says something else."""
    path = places.system / NAME
    try:
        secret = read_hotspot(path)
    except HotspotFileError:
        secret = made_up()
        _keep(path, secret)
    _let_recorder_read(path, machine)
    if not machine.is_mounted(places.firmware):
        return Outcome()
    return _tell(places.firmware / TOLD, told(secret), machine)


def made_up() -> HotspotSecret:
    """Another one each time."""
    groups = ["".join(secrets.choice(_LETTERS) for _ in range(_LETTERS_IN_GROUP)) for _ in range(_GROUPS)]
    suffix = "".join(secrets.choice(_LETTERS) for _ in range(_LETTERS_IN_GROUP))
    return HotspotSecret(f"Moment-{suffix.upper()}", "-".join(groups))


def told(secret: HotspotSecret) -> str:
    """The file for the owner, for editors of any system."""
    lines = [
        "Moment Recorder opens this Wi-Fi while it knows no other, or after its upload button was held for 10 seconds.",
        "",
        f"Name:      {secret.name}",
        f"Password:  {secret.passphrase}",
        "",
        f"Join it with a phone. If no page comes up by itself, open http://{ADDRESS}/ in the phone's browser.",
        "",
        "The same as the text of a QR code, for any program that makes them:",
        f"WIFI:T:WPA;S:{_escaped(secret.name)};P:{_escaped(secret.passphrase)};;",
        "",
    ]
    return "\r\n".join(lines)


def _escaped(text: str) -> str:
    """As the codes' readers have it: a backslash before the signs that mean something there."""
    return "".join(f"\\{sign}" if sign in '\\;,:"' else sign for sign in text)


def _keep(path: Path, secret: HotspotSecret) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_privately(path, msgspec.json.encode(secret))
    flush_folder(path.parent)


def _let_recorder_read(path: Path, machine: Machine) -> None:
    """At every start: the first one may have been cut off before it came to this."""
    owner = machine.owner()
    if owner is not None:
        os.chown(path, -1, owner[1])
        path.chmod(_READABLE_FOR_GROUP)


def _tell(path: Path, text: str, machine: Machine) -> Outcome:
    with contextlib.suppress(OSError):
        if path.read_bytes() == text.encode():
            return Outcome()
    try:
        machine.remount(path.parent, is_writable=True)
        try:
            write_durably(path, text.encode())
            flush_folder(path.parent)
        finally:
            machine.remount(path.parent, is_writable=False)
    except OSError as error:
        why = f"{TOLD}, which tells the set-up network's password, cannot be written to the card ({error.strerror})."
        return Outcome(troubles=[why])
    return Outcome()
