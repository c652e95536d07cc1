"""What the owner of the box of these stories writes onto the card's boot partition."""

from tests.board.qemu import CAMERA_PORT, HOST
from tests.board.wires import LAMP_PIN, PINS
from tests.stands.storage_servers import section
from tests.system.conftest import Settings, as_toml

HOME = ("Our Home", "correct horse 7")
"""Name and password of the home network."""
STORAGE = "garage"
STORAGE_FOLDER = "moments"

CAMERA: Settings = {"camera": {"kind": "mpegts-udp", "url": f"udp://0.0.0.0:{CAMERA_PORT}", "audio": "none"}}
PANEL: Settings = {
    "panel": {"kind": "gpio", "save_pin": PINS["save"], "upload_pin": PINS["upload"], "lamp_pin": LAMP_PIN}
}
SHORT_RING: Settings = {"ring": {"capacity_bytes": 60_000_000}}
"""Not six minutes of anything, so that a story can see how a short ring is told."""


def settings_file(*settings: Settings) -> str:
    """A `moment.toml`."""
    return as_toml({name: values for part in settings for name, values in part.items()})


def wifi() -> Settings:
    """The home network."""
    name, password = HOME
    return {"wifi": {"ssid": name, "password": password}}


def upload() -> Settings:
    """Where the memories go."""
    return {"upload": {"remote": f"{STORAGE}:{STORAGE_FOLDER}", "layout": ""}}


def storage_file(port: int) -> str:
    """The `rclone.conf` that reaches a WebDAV server on this machine."""
    return section("webdav", STORAGE, port=port).replace("127.0.0.1", HOST)
