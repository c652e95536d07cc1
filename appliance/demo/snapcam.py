"""A SnapCam that is none: Bluetooth and the box's Wi-Fi on a message bus of their own, RTSP on loopback."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from appliance.demo.acting import Acting
from appliance.demo.camera_wifi import CameraWifi, reserved_port
from appliance.demo.message_bus import message_bus
from appliance.demo.misbehaving import Fault
from appliance.demo.place import Place
from appliance.network.standin.air import Router
from appliance.network.standin.service import StandInNetworkManager
from appliance.network.standin.state import State
from appliance.standins.bluez import BlueZ
from appliance.standins.rtsp import Faults, RtspServer
from appliance.standins.snapcam import GATT, SnapCamTalk

_STEP_S = 0.1
"""Of the radio that joins a network."""


@asynccontextmanager
async def snapcam(_folder: Path) -> AsyncIterator[Acting]:
    """It films live.

    Raises:
        NoStageError: if it can have no message bus.
    """
    server = RtspServer()
    router = Router(b"SnapCam_2264", "wpa2", "123456789", is_on=False)

    def plant(state: State) -> None:
        state.routers.append(router)
        state.has_wire = True  # the home network comes by wire: the radio is the camera's alone

    async with AsyncExitStack() as stack:
        bus = await stack.enter_async_context(message_bus())
        server.port = stack.enter_context(reserved_port(server.host))
        air = stack.enter_context(StandInNetworkManager(bus, _STEP_S))
        air.start()
        air.change(plant)
        wifi = await stack.enter_async_context(CameraWifi(router, air, server).living())
        talk = SnapCamTalk(wifi.ask_for, wifi.forget, address=server.host)
        bluez = await stack.enter_async_context(BlueZ(bus, GATT, talk).running())
        yield Acting(Place(port=server.port, bus=bus), faults_of(bluez, wifi, server))


def faults_of(bluez: BlueZ, wifi: CameraWifi, server: RtspServer) -> list[Fault]:
    """What it does wrong, in this order."""

    def be_silent() -> None:
        server.faults = Faults(is_silent=True)

    def refuse() -> None:
        server.faults = Faults(refuses=453)
        server.hang_up()

    def mix_up() -> None:
        server.faults = Faults(loss=0.01, twice=0.05, mixes=6)

    def heal() -> None:
        server.faults = Faults()

    def leave() -> None:
        bluez.faults.is_absent = True
        wifi.switch_off()

    def come_back() -> None:
        bluez.faults.is_absent = False

    return [
        Fault("Somebody switches the camera's Wi-Fi off; it can be woken by Bluetooth.", wifi.switch_off),
        Fault("The camera sends no more pictures.", be_silent, heal),
        Fault("The camera hangs up, and has somebody else to watch it.", refuse, heal),
        Fault("Of a hundred packets one is lost, five come twice, and all come mixed up.", mix_up, heal),
        Fault("The camera is carried out of reach.", leave, come_back),
    ]
