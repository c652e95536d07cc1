"""A card in a folder, with a machine that only notes what a boot asks of it."""

import tomllib
from pathlib import Path

from appliance.boot.__main__ import boot
from appliance.boot.places import Places
from appliance.boot.report import BootReport
from appliance.clock import SystemClock
from appliance.durable import Owner

BASE = """\
[camera]
kind = "v4l2"
[panel]
kind = "gpio"
lamp_pin = 22
[upload]
rclone_config = "/data/settings/rclone.conf"
"""

FILE = """\
# my box
[wifi]
ssid = "Home"          # the router in the hall
password = "secret12"
country = "DE"

[camera]
kind = "rtsp"
url = "rtsp://me:hunter2@cam/live"
"""
SETTINGS = {"camera": {"kind": "rtsp", "url": "rtsp://me:hunter2@cam/live"}}


class NotingMachine:
    """What was asked of it; the FAT partition may be absent, or refuse to be written; it may refuse to be named."""

    def __init__(self) -> None:
        self.remounts: list[bool] = []
        self.countries: list[str] = []
        self.host_names: list[str] = []
        self.restarts = 0
        self.has_firmware = True
        self.refuses_writing = False
        self.refuses_names = False

    def is_mounted(self, folder: Path) -> bool:
        return folder.is_dir() and (self.has_firmware or folder.name != "firmware")

    def remount(self, folder: Path, *, is_writable: bool) -> None:
        assert folder.name == "firmware"
        if self.refuses_writing:
            raise OSError(30, "Read-only file system")
        self.remounts.append(is_writable)

    def owner(self) -> Owner | None:
        return None

    def set_country(self, country: str) -> None:
        self.countries.append(country)

    def set_host_name(self, name: str) -> None:
        if self.refuses_names:
            raise OSError(1, "Operation not permitted")
        self.host_names.append(name)

    def restart(self) -> None:
        self.restarts += 1


class BootCard:
    """One box with its card."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.places = Places.below(root)
        self.machine = NotingMachine()
        self.places.firmware.mkdir(parents=True, exist_ok=True)
        self.places.data.mkdir(exist_ok=True)
        self.places.base.parent.mkdir(parents=True, exist_ok=True)
        self.places.base.write_text(BASE)

    def leave(self, content: str | bytes, name: str = "moment.toml") -> None:
        """What the owner does with the card in a computer."""
        (self.places.firmware / name).write_bytes(content.encode() if isinstance(content, str) else content)

    def boot(self) -> BootReport:
        """Power on."""
        return boot(self.root, self.machine, SystemClock())

    def firmware(self, name: str = "moment.toml") -> str:
        return (self.places.firmware / name).read_bytes().decode()

    @property
    def settings_file(self) -> Path:
        return self.places.settings / "moment.toml"

    @property
    def settings(self) -> dict[str, object]:
        return tomllib.loads(self.settings_file.read_text())

    @property
    def profiles(self) -> list[Path]:
        return sorted(self.places.connections.glob("*"))

    def files(self) -> dict[str, bytes]:
        """Everything on the card, by its path."""
        return {str(path.relative_to(self.root)): path.read_bytes() for path in self.root.rglob("*") if path.is_file()}
