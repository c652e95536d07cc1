"""The demo's camera as the recorder's process has it: a child that stands in, and the source that a real one has."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import assert_never

from appliance.camera.gopro import GoProCamera
from appliance.camera.gopro_legacy import LegacyGoProCamera
from appliance.camera.radio import Radio
from appliance.camera.snapcam import SnapCamera
from appliance.camera.source import Source
from appliance.child import Child, Hear
from appliance.configured.camera import camera_source
from appliance.decoding import decoded_or_none
from appliance.demo.place import Place, StandInKind
from appliance.settings.model import CameraSettings
from appliance.settings.reading import SettingsError, read_settings

_START_S = 60.0
_SYSTEM_BUS = "DBUS_SYSTEM_BUS_ADDRESS"


class NoStandInError(Exception):
    """It does not stand in. The text is one plain sentence."""


def settings_below(kind: StandInKind) -> Path:
    """What holds in a demo with this camera, below the demo's own settings."""
    return Path(__file__).with_name(f"{kind}.toml")


def require_recorded(kind: StandInKind, camera: CameraSettings, file: Path) -> None:
    """See that `camera`, the settings with those of `file` above, is the stand-in.

    Raises:
        SettingsError: if `file` wants another one.
    """
    if not _is_stand_in(kind, camera):
        wanted = f'kind "{camera.kind}", address "{camera.address}"'
        cure = "take `kind` and `address` out of its [camera], or leave --camera away"
        raise SettingsError([f"{file} wants another camera ({wanted}), which goes before --camera {kind}: {cure}."])


def _is_stand_in(kind: StandInKind, camera: CameraSettings) -> bool:
    below = read_settings(settings_below(kind)).camera
    return (camera.kind, camera.address) == (below.kind, below.address)


class StandIn:
    """A camera that is none."""

    def __init__(self, kind: StandInKind, place: Place, child: Child) -> None:
        self._kind = kind
        self._place = place
        self._child = child

    def misbehave(self) -> None:
        """Have it do something wrong for a while, each time something else; it tells what."""
        self._child.send(signal.SIGUSR1)

    def source(self, settings: CameraSettings, radio: Radio) -> Source:
        """The camera of these settings: this one, or another if they have changed."""
        if not _is_stand_in(self._kind, settings):
            return camera_source(settings, radio)
        return source_of(self._kind, self._place, settings, radio)


def source_of(kind: StandInKind, place: Place, settings: CameraSettings, radio: Radio) -> Source:
    """The very source that a real camera of this kind has, with the stand-in's ports."""
    match kind:
        case "gopro":
            return GoProCamera(address=place.address, audio=settings.audio, radio=radio)
        case "gopro-legacy":
            return LegacyGoProCamera(address=place.address, audio=settings.audio, ports=place.ports)
        case "snapcam":
            return SnapCamera(address=settings.address, audio=settings.audio, radio=radio, port=place.port)
        case _:
            assert_never(kind)


@asynccontextmanager
async def stand_in(kind: StandInKind, folder: Path, hear: Hear) -> AsyncIterator[StandIn]:
    """One that is there. `folder`: for what it films; `hear` gets what it says.

    Raises:
        NoStandInError: if it cannot be.
    """
    is_there = False

    def tell(line: str) -> None:
        if is_there:
            hear(line)

    child = await Child.start([sys.executable, "-m", "appliance.demo", kind, str(folder)], output=PIPE, hear=tell)
    try:
        place = await _place_of(child)
        for line in child.last_words.splitlines():
            hear(line)
        is_there = True
        with _system_bus(place.bus):
            yield StandIn(kind, place, child)
    finally:
        await child.stop()


async def _place_of(child: Child) -> Place:
    try:
        async with asyncio.timeout(_START_S):
            place = decoded_or_none(await child.output.readline(), Place)
    except TimeoutError:
        raise NoStandInError(f"The stand-in camera was not there within {_START_S:g} s; try again.") from None
    if place is None:
        await child.stop()
        raise NoStandInError((child.last_words or "The stand-in camera ended without a word.").splitlines()[-1])
    return place


@contextmanager
def _system_bus(address: str) -> Iterator[None]:
    """The system's bus is this one for the recorder and its children; "": it stays what it is."""
    before = os.environ.get(_SYSTEM_BUS)
    if address:
        os.environ[_SYSTEM_BUS] = address
    try:
        yield
    finally:
        os.environ.pop(_SYSTEM_BUS, None)
        if before is not None:
            os.environ[_SYSTEM_BUS] = before
