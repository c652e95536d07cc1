"""A HERO12 that is none, on loopback: it streams to whichever port it is told, so that two of them go side by side."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from appliance.demo.acting import Acting
from appliance.demo.misbehaving import Fault
from appliance.demo.place import Place
from appliance.standins.gopro import KINDS, GoProStandIn


@asynccontextmanager
async def gopro(folder: Path) -> AsyncIterator[Acting]:
    """`folder`: where its film is kept."""
    with GoProStandIn(KINDS["HERO12"], folder=folder) as camera:
        yield Acting(Place(address=camera.address), faults_of(camera))


def faults_of(camera: GoProStandIn) -> list[Fault]:
    """What it does wrong, in this order."""

    def fall_silent() -> None:
        camera.faults.is_silent = True

    def refuse() -> None:
        camera.faults.refuses.add("/")
        fall_silent()

    def change_size() -> None:
        camera.size = "640x360"

    def change_back() -> None:
        camera.size = "848x480"

    heal = camera.faults.heal
    return [
        Fault("The camera falls asleep.", camera.fall_asleep, camera.wake),
        Fault("The camera sends no more pictures, and says that all is well.", fall_silent, heal),
        Fault("The camera sends no more pictures, and answers 500 to everything.", refuse, heal),
        Fault("Somebody presses the camera's shutter.", camera.press_shutter, camera.release_shutter),
        Fault("The camera's pictures become smaller.", change_size, change_back),
    ]
