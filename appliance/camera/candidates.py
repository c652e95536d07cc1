"""What could be recorded at this machine: its V4L2 cameras, and that of the ribbon cable. Nothing is started.

Blocks for some milliseconds.
"""

from collections.abc import Callable
from pathlib import Path

from appliance.camera.rpicam import RATE, SIZE, RpicamCamera, rpicam_program
from appliance.camera.source import CameraTroubleError
from appliance.camera.v4l2 import Look, look_at
from appliance.camera.v4l2_device import opened
from appliance.camera.v4l2_plan import FULL_HD, HD, choose_mode, choose_plan, no_picture
from appliance.found import WIRED, Found

SYS = Path("/sys/class/video4linux")
_NO_CAMERAS = ("bcm2835-codec", "bcm2835-isp", "rpivid", "rpi-hevc-dec", "pispbe")
"""What the kernel of a Raspberry Pi calls its encoders, decoders and image processors (their drivers' card names)."""
_SENSORS = ("unicam", "rp1-cfe")
"""What it calls the receivers of a ribbon cable: they carry a sensor's raw pattern, and rpicam-vid reads them."""
_ANY_ENCODER = frozenset({"libx264"})
_ABILITIES = {"H264": "h264", "MJPG": "mjpeg", "JPEG": "mjpeg"}


def look_by_ioctl(device: Path) -> Look:
    """What the device at this path tells of itself.

    Raises:
        CameraTroubleError: it is missing, busy or not ours to open.
    """
    with opened(device) as handle:
        return look_at(handle)


def find_cameras(
    sys: Path = SYS, dev: Path = Path("/dev"), look: Callable[[Path], Look] = look_by_ioctl
) -> list[Found]:
    """Every device that captures pictures, in order of its number; then the ribbon cable's, read by rpicam-vid."""
    nodes = sorted(sys.glob("video*"), key=lambda node: (len(node.name), node.name))
    named = [(dev / node.name, _name(node)) for node in nodes]
    looked_at = [_found(device, name, look) for device, name in named if not name.startswith(_NO_CAMERAS + _SENSORS)]
    found = [one for one in looked_at if one]
    has_sensor = any(name.startswith(_SENSORS) for _, name in named)
    return [*found, *([_on_ribbon()] if has_sensor else [])]


def _found(device: Path, name: str, look: Callable[[Path], Look]) -> Found | None:
    try:
        seen = look(device)
    except CameraTroubleError as trouble:
        return Found("v4l2", name, str(device), (WIRED,), str(trouble))
    if not seen.formats:
        return None
    plan = choose_plan(seen.formats, _ANY_ENCODER)
    if plan is None:
        return Found("v4l2", name, str(device), (WIRED,), no_picture(str(device), seen.formats))
    mode = choose_mode(seen.modes, plan.code, HD if plan.encoder else FULL_HD)
    picture = _ABILITIES.get(plan.code, "uncompressed")
    return Found("v4l2", name, str(device), (picture, f"{mode.width}x{mode.height}", f"{mode.rate:g}/s", WIRED))


def _on_ribbon() -> Found:
    trouble = None if rpicam_program() else "It needs rpicam-vid: sudo apt install rpicam-apps-lite"
    abilities = ("h264", f"{SIZE[0]}x{SIZE[1]}", f"{RATE}/s", WIRED)
    return Found("rpicam", RpicamCamera.name, abilities=abilities, trouble=trouble)


def _name(node: Path) -> str:
    try:
        return (node / "name").read_text(errors="replace").strip() or node.name
    except OSError:
        return node.name
