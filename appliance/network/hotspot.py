"""The name and the passphrase of this box's set-up network: root makes them at the first boot, each box its own."""

from pathlib import Path

from msgspec import Struct

from appliance.decoding import UnreadableError, decoded
from appliance.naming import LONGEST_SSID_BYTES
from appliance.network.profiles import LONGEST_BYTES, SHORTEST_BYTES


class HotspotFileError(Exception):
    """The text is a sentence for the owner."""


class HotspotSecret(Struct, frozen=True):
    """`passphrase` is never shown."""

    name: str
    passphrase: str

    def __repr__(self) -> str:
        return f"HotspotSecret(name={self.name!r}, …)"


def read_hotspot(path: Path, name: str = "") -> HotspotSecret:
    """What the file says; `name`: what the owner calls the set-up network instead.

    Raises:
        HotspotFileError: it is not there, or says nothing of use.
    """
    try:
        told = decoded(path.read_bytes(), HotspotSecret)
    except FileNotFoundError:
        raise HotspotFileError(
            f"The set-up network cannot be opened: its password is missing ({path}); switch the box off and on."
        ) from None
    except (OSError, UnreadableError):
        raise HotspotFileError(
            f"The set-up network cannot be opened: its password cannot be read ({path}); switch the box off and on."
        ) from None
    found = HotspotSecret(name or told.name, told.passphrase)
    is_fit = 0 < len(found.name.encode()) <= LONGEST_SSID_BYTES
    if not is_fit or not SHORTEST_BYTES <= len(found.passphrase.encode()) <= LONGEST_BYTES:
        raise HotspotFileError(
            f"The set-up network cannot be opened: its name or password has a wrong length ({path}); remove that file, "
            "then switch the box off and on."
        )
    return found


class Hotspot:
    """Knows what the file said last. `name`: what the owner calls it instead; `trouble`: why it cannot be opened."""

    def __init__(self, path: Path, name: str = "") -> None:
        self.secret: HotspotSecret | None = None
        self.trouble: str | None = None
        self._path = path
        self._name = name

    @property
    def name(self) -> str:
        """Empty: nobody knows yet."""
        return self.secret.name if self.secret else self._name

    def read(self) -> HotspotSecret | None:
        """Anew; None if it is of no use, which `trouble` tells. Blocking."""
        try:
            self.secret, self.trouble = read_hotspot(self._path, self._name), None
        except HotspotFileError as error:
            self.secret, self.trouble = None, str(error)
        return self.secret
