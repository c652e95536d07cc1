"""Where the stand-in camera is: what the child tells the recorder's process, once."""

from typing import Literal

from msgspec import Struct

from appliance.camera.gopro_legacy import Ports

StandInKind = Literal["gopro", "gopro-legacy", "snapcam"]


class Place(Struct, frozen=True, omit_defaults=True):
    """`address`: of the camera; a GoPro's with its port, an old GoPro's with `ports` beside it.

    A SnapCam tells its address itself: by Bluetooth on the message bus `bus`, which has the box's Wi-Fi on it, too; its
    RTSP server listens at `port`.
    """

    address: str = ""
    ports: Ports | None = None
    port: int = 0
    bus: str = ""
