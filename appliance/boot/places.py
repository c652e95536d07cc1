"""Where a boot finds and leaves things; a root of its own for every test."""

from pathlib import Path
from typing import NamedTuple

BASE = Path("/usr/share/moment-recorder/moment.toml")
"""The box's own defaults, below the owner's settings."""

SETTINGS = Path("/data/settings/moment.toml")
"""What the owner set."""


class Places(NamedTuple):
    """Folders and files of one box."""

    firmware: Path
    """The FAT partition, where the owner leaves files."""
    base: Path
    settings: Path
    """The recorder's user owns this folder and what is in it."""
    system: Path
    connections: Path
    """NetworkManager's profiles."""
    manager: Path
    """What else NetworkManager remembers: when and where it was in which network."""
    bluetooth: Path
    """BlueZ's: which cameras the box is paired with."""
    network: Path
    """What the recorder remembers of networks; its user's."""
    pages: Path
    """What the pages remember: the password's hash, sessions, how far the set-up came; their user's."""
    report: Path
    notes: Path
    """What scripts that ran earlier in this boot complain about: a file with a sentence each."""

    @property
    def data(self) -> Path:
        """The data part."""
        return self.system.parent

    @classmethod
    def below(cls, root: Path) -> "Places":
        """The places of a box whose root is `root`."""
        data, run = root / "data", root / "run" / "moment-boot"
        return cls(
            firmware=root / "boot" / "firmware",
            base=root / BASE.relative_to("/"),
            settings=root / SETTINGS.relative_to("/").parent,
            system=data / "system",
            connections=data / "system" / "network-connections",
            manager=data / "system" / "NetworkManager",
            bluetooth=data / "system" / "bluetooth",
            network=data / "network",
            pages=data / "portal",
            report=run / "report.json",
            notes=run / "troubles.d",
        )
