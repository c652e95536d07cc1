"""Where a box keeps what concerns updates (docs/box.md)."""

from pathlib import Path

from msgspec import Struct


class Places(Struct, frozen=True):
    """The box's own paths; another root makes another box, as in a test."""

    data: Path = Path("/data")
    card: Path = Path("/usr/lib/moment-recorder")
    """The application that came with the card."""
    key: Path = Path("/usr/share/moment-recorder/update.pub")
    socket: Path = Path("/run/moment-recorder/control.sock")
    safe: Path = Path("/run/moment-boot/safe")
    """There in a safe boot: the recorder is not started, or goes again."""

    @property
    def inbox(self) -> Path:
        """Bundles that wait. The recorder's user writes here: nothing in it is trusted."""
        return self.data / "updates" / "inbox"

    @property
    def opened(self) -> Path:
        """The bundle that is being looked at; root's alone."""
        return self.data / "updates" / "opened"

    @property
    def outcome(self) -> Path:
        """What became of the last bundle."""
        return self.data / "updates" / "outcome.json"

    @property
    def app(self) -> Path:
        """Installed versions, the one in use, the one on trial."""
        return self.data / "app"

    @property
    def current(self) -> Path:
        """The link to the installed version in use; none: the card's own is."""
        return self.app / "current"
