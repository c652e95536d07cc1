"""What one key cannot know about itself: rules between keys, and texts that must have a certain form."""

import os.path
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from appliance.naming import LONGEST_SSID_BYTES, host_trouble
from appliance.settings.complaint import Complaint, path_trouble
from appliance.settings.model import CameraSettings, NetworkSettings, PanelSettings, Settings
from appliance.settings.upload_checks import upload_complaints

_ADDRESS = re.compile(r"[0-9A-Za-z.:-]*")

LONGEST_SOCKET_PATH_BYTES = 107
"""Linux keeps a unix socket's path in 108 bytes, the closing zero included (unix(7))."""


def complaints(settings: Settings) -> Iterator[Complaint]:
    """Everything that is wrong between the keys. Secrets are not quoted."""
    yield from _camera(settings.camera)
    yield from _folders(settings)
    yield from _pins(settings.panel)
    yield from upload_complaints(settings.upload)
    yield from _network(settings.network)
    if len(os.fsencode(settings.control.socket)) > LONGEST_SOCKET_PATH_BYTES:
        yield Complaint(
            ("control", "socket"),
            f"control.socket is longer than the {LONGEST_SOCKET_PATH_BYTES} bytes that a socket's path may have",
        )


def _camera(camera: CameraSettings) -> Iterator[Complaint]:
    if camera.kind == "rtsp" and not _is_rtsp(camera.url):
        yield _url(camera, "rtsp://ADDRESS/PATH or rtsps://ADDRESS/PATH (odd characters in a password are written %XX)")
    if camera.kind == "mpegts-udp" and not _is_udp(camera.url):
        yield _url(camera, "udp://ADDRESS:PORT, for example udp://0.0.0.0:8554")
    if camera.kind == "v4l2" and not camera.device.strip():
        yield Complaint(("camera", "device"), 'camera.device must name the camera, for example "/dev/video0"')
    if not _ADDRESS.fullmatch(camera.address):
        said = 'camera.address must be an IP address or a name, such as "10.5.5.9", or a Bluetooth address'
        yield Complaint(("camera", "address"), said)
    if trouble := path_trouble(camera.used_file):
        yield Complaint(("camera", "used_file"), f"camera.used_file {trouble}")
    if not camera.audio.strip():
        yield Complaint(("camera", "audio"), 'camera.audio must be "auto", "none" or an ALSA device such as "hw:1"')


def _network(network: NetworkSettings) -> Iterator[Complaint]:
    for key in ("directory", "hotspot_file"):
        if trouble := path_trouble(getattr(network, key)):
            yield Complaint(("network", key), f"network.{key} {trouble}")
    if network.country and not re.fullmatch("[A-Z]{2}", network.country):
        said = 'network.country must be the two capital letters of a country, such as "DE"'
        yield Complaint(("network", "country"), said)
    if network.host_name and (trouble := host_trouble(network.host_name)):
        yield Complaint(("network", "host_name"), f"network.host_name {trouble}")
    if len(network.hotspot_name.encode()) > LONGEST_SSID_BYTES or not network.hotspot_name.isprintable():
        said = f"network.hotspot_name must be visible text of at most {LONGEST_SSID_BYTES} bytes"
        yield Complaint(("network", "hotspot_name"), said)


def _url(camera: CameraSettings, form: str) -> Complaint:
    key = "url" if camera.url else "kind"  # an absent url has no line: the kind that wants it has
    return Complaint(("camera", key), f'camera.url must look like {form} when camera.kind is "{camera.kind}"')


def _is_rtsp(url: str) -> bool:
    parts = _split(url)
    return parts is not None and parts.scheme in {"rtsp", "rtsps"} and bool(parts.hostname)


def _is_udp(url: str) -> bool:
    parts = _split(url)
    return parts is not None and parts.scheme == "udp" and bool(parts.port)


def _split(url: str) -> SplitResult | None:
    """The parts of a URL with a valid port, or none at all."""
    if not url.isprintable() or " " in url:  # urlsplit would quietly drop a line break
        return None
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts


def _folders(settings: Settings) -> Iterator[Complaint]:
    ring, memories = settings.ring.directory, settings.memories.directory
    paths = {("ring", "directory"): ring, ("memories", "directory"): memories}
    for (section, key), path in {**paths, ("control", "socket"): settings.control.socket}.items():
        if trouble := path_trouble(path):
            yield Complaint((section, key), f"{section}.{key} {trouble}")
    if ring.strip() and _normal(ring) == _normal(memories):
        yield Complaint(
            ("memories", "directory"),
            "memories.directory is the folder of ring.directory; the ring overwrites its folder, so name another one",
        )


def _normal(path: str) -> str:
    return os.path.normpath(Path(path).absolute())


def _pins(panel: PanelSettings) -> Iterator[Complaint]:
    owners: dict[int, str] = {}
    for name in ("save_pin", "upload_pin", "lamp_pin", "buzzer_pin"):
        pin: int | None = getattr(panel, name)
        if pin is None:
            continue
        if pin in owners:
            yield Complaint(("panel", name), f"panel.{name} is GPIO {pin}, which panel.{owners[pin]} has already")
        owners.setdefault(pin, name)
