"""What a bundle says of itself, and whether that fits this box. Pure.

A manifest is read only after its signature held.
"""

import hashlib
from typing import Annotated

from msgspec import Meta, Struct

from appliance.decoding import UnreadableError, decoded
from appliance.update.numbering import is_newer, is_version
from appliance.update.refusal import RefusedBundleError

FORMAT = 1
MOST_PAYLOAD_BYTES = 512 * 1024**2
MOST_UNPACKED_BYTES = 1024**3
MOST_FILES = 30_000


class Payload(Struct, frozen=True):
    """`application.tar.xz`."""

    bytes: Annotated[int, Meta(ge=1, le=MOST_PAYLOAD_BYTES)]
    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    unpacked_bytes: Annotated[int, Meta(ge=1, le=MOST_UNPACKED_BYTES)]
    """Of the tar inside."""
    files: Annotated[int, Meta(ge=1, le=MOST_FILES)]
    """Everything in it, folders and links too."""


class Manifest(Struct, frozen=True):
    """`manifest.json`, format 1."""

    format: int
    version: str
    architecture: str
    """As `uname -m` says it."""
    python: str
    """Such as `3.13`: compiled parts fit no other."""
    oldest_base: str
    """The oldest version of the card whose system suffices."""
    payload: Payload


class Machine(Struct, frozen=True):
    """What a version must fit."""

    architecture: str
    python: str
    base: str
    """The version that came with the card."""


class _Format(Struct, frozen=True):
    format: int


def parse_manifest(text: bytes) -> Manifest:
    """The manifest in `text`.

    Raises:
        RefusedBundleError: it is of a later format, or none.
    """
    try:
        number = decoded(text, _Format).format
        if number != FORMAT:
            raise RefusedBundleError(
                f"The update is of format {number} and this card knows format {FORMAT} only: "
                "write the latest card image to the card; what lies on its data part is kept."
            )
        manifest = decoded(text, Manifest)
    except UnreadableError as trouble:
        raise RefusedBundleError(f"The update's manifest is damaged ({trouble}): ask its maker for another.") from None
    for number_text in (manifest.version, manifest.oldest_base):
        if not is_version(number_text):
            raise RefusedBundleError(
                f"The update's manifest is damaged ({number_text!r} is no version): ask its maker for another."
            )
    return manifest


def bundle_hash(manifest_text: bytes) -> str:
    """What a bundle is known by: its manifest names the hash of all the rest."""
    return hashlib.sha256(manifest_text).hexdigest()


def misfit(manifest: Manifest, machine: Machine) -> str | None:
    """Why the version cannot run on this machine, in a sentence; None if it can."""
    if manifest.architecture != machine.architecture:
        return (
            f"Version {manifest.version} was made for {manifest.architecture} and this box is {machine.architecture}: "
            f"take the update for {machine.architecture}."
        )
    if is_newer(manifest.oldest_base, machine.base):
        return (
            f"Version {manifest.version} needs a card of version {manifest.oldest_base} or newer and this one is "
            f"{machine.base}: write the latest card image to the card; what lies on its data part is kept."
        )
    if manifest.python != machine.python:
        return (
            f"Version {manifest.version} was made for Python {manifest.python} and this card has {machine.python}: "
            "write the card image of that version to the card; what lies on its data part is kept."
        )
    return None


def refusal(
    manifest: Manifest, machine: Machine, *, in_use: str, is_known_bad: bool, is_older_allowed: bool
) -> str | None:
    """Why the version is not to be tried, in a sentence; None if it is."""
    if is_known_bad:
        return (
            f"Version {manifest.version} was tried here before and did not work: "
            "wait for the next one, or ask its maker for another bundle."
        )
    if unfit := misfit(manifest, machine):
        return unfit
    if manifest.version == in_use:
        return f"Version {manifest.version} is in use already: nothing needs to be done."
    if not is_newer(manifest.version, in_use) and not is_older_allowed:
        return (
            f"Version {manifest.version} is not newer than {in_use}, which is in use: "
            "if you mean it, use `moment update FILE --allow-older`."
        )
    return None
