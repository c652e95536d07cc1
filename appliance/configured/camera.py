"""The camera as `[camera]` says."""

from pathlib import Path

from appliance.camera.auto import AutoCamera
from appliance.camera.choose import choose_source
from appliance.camera.source import Source
from appliance.found import Found
from appliance.settings.model import CameraSettings


def camera_source(settings: CameraSettings) -> Source:
    """Not connected yet."""
    return choose_source(
        kind=settings.kind,
        url=settings.url,
        device=settings.device,
        address=settings.address,
        audio=settings.audio,
        transport=settings.transport,
        remembered=Path(settings.used_file),
    )


def taken_by(source: Source) -> Found | None:
    """What a camera that chooses records now; None for any other."""
    return source.taken if isinstance(source, AutoCamera) else None
