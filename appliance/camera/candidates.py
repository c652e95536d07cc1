"""What could be recorded at this machine: its V4L2 cameras. Nothing is started; blocks for some milliseconds."""

from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from appliance.camera.source import CameraTroubleError
from appliance.camera.v4l2_formats import pixel_formats

SYS = Path("/sys/class/video4linux")
_NO_CAMERAS = ("bcm2835-codec", "bcm2835-isp", "rpivid", "rpi-hevc-dec", "pispbe")
"""What the kernel of a Raspberry Pi calls its encoders, decoders and image processors (their drivers' card names)."""

Formats = Callable[[Path], frozenset[str]]


class Found(Struct, frozen=True):
    """One V4L2 camera. `trouble`: why it cannot be used, in a sentence."""

    device: str
    name: str
    trouble: str | None = None


def find_cameras(sys: Path = SYS, dev: Path = Path("/dev"), formats: Formats = pixel_formats) -> list[Found]:
    """Every device that captures pictures, in order of its number."""
    nodes = sorted(sys.glob("video*"), key=lambda node: (len(node.name), node.name))
    looked_at = (_look(dev / node.name, _name(node), formats) for node in nodes)
    return [found for found in looked_at if found]


def _look(device: Path, name: str, formats: Formats) -> Found | None:
    if name.startswith(_NO_CAMERAS):
        return None
    try:
        return Found(str(device), name) if formats(device) else None
    except CameraTroubleError as trouble:
        return Found(str(device), name, str(trouble))


def _name(node: Path) -> str:
    try:
        return (node / "name").read_text(errors="replace").strip() or node.name
    except OSError:
        return node.name
