"""The camera as `[camera]` says."""

from pathlib import Path
from typing import TypeVar

from appliance.camera.auto import AutoCamera
from appliance.camera.choose import choose_source
from appliance.camera.radio import Radio
from appliance.camera.source import Source
from appliance.found import Found
from appliance.settings.model import CameraSettings

R = TypeVar("R", bound=Radio)


class RadioDoor:
    """The way to the radio for cameras, which are built before the network room."""

    def __init__(self) -> None:
        self._radio: Radio | None = None

    def opened(self, radio: R) -> R:
        """From now on it leads there; the same, to be used."""
        self._radio = radio
        return radio

    async def join(self, ssid: str, password: str) -> str | None:
        """Into a camera's Wi-Fi; None when the box is in it, else why not, in a sentence."""
        return await self._radio.join(ssid, password) if self._radio else "The network is not looked after yet."


def camera_source(settings: CameraSettings, radio: Radio) -> Source:
    """Not connected yet. `radio`: takes the box into a camera's own Wi-Fi."""
    return choose_source(
        kind=settings.kind,
        url=settings.url,
        device=settings.device,
        address=settings.address,
        audio=settings.audio,
        transport=settings.transport,
        remembered=Path(settings.used_file),
        radio=radio,
    )


def taken_by(source: Source) -> Found | None:
    """What a camera that chooses records now; None for any other."""
    return source.taken if isinstance(source, AutoCamera) else None
