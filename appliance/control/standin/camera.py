"""Cameras without lenses: two that are found, one of which has a picture."""

import base64

from appliance.control.errors import RefusedError
from appliance.control.messages import Camera, CameraRequest, Cameras, CamerasAnswer, Picture, PictureAnswer

GREY_PIXEL = base64.b64decode(
    "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAAMCAgICAgMCAgIDAwMDBAYEBAQEBAgGBgUGCQgKCgkICQkKDA8MCgsOCwkJDRENDg8QEBEQCgwSExIQ"
    "Ew8QEBD/yQALCAABAAEBAREA/8wABgAQEAX/2gAIAQEAAD8A0s8g/9k="
)


class StandInCameras:
    """`troubles`: sentences by kind, for which there is no picture."""

    def __init__(self) -> None:
        self.cameras = [
            Camera("rtsp", "RTSP camera at 192.0.2.7", url="rtsp://viewer:********@192.0.2.7/live", is_recorded=True),
            Camera("v4l2", "USB camera", device="/dev/video0", abilities=["h264", "1920x1080", "30/s", "wired"]),
            Camera("test-pattern", "Test pattern"),
        ]
        self.not_looked_for: list[str] = []
        self.jpeg = GREY_PIXEL
        self.troubles: dict[str | None, str] = {"v4l2": "The camera at /dev/video0 is used by another program."}

    def answer(self, request: CameraRequest) -> CamerasAnswer | PictureAnswer:
        """The answer to one request."""
        match request:
            case Cameras():
                return CamerasAnswer(self.cameras, self.not_looked_for)
            case Picture():
                if request.kind in self.troubles:
                    raise RefusedError(self.troubles[request.kind])
                return PictureAnswer(request.kind or self.cameras[0].name, self.jpeg, age_s=1.5)
