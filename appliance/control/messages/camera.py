"""What could be recorded, and how it looks."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from appliance.control.messages.base import Answer, Request

CameraKind = Literal["test-pattern", "v4l2", "rtsp", "mpegts-udp"]


class Cameras(Request, frozen=True):
    """What could be recorded from now?"""


class Picture(Request, frozen=True):
    """How does this camera look just now? No kind: the one that is recorded. `url` may hold a password."""

    kind: CameraKind | None = None
    url: Annotated[str, Meta(max_length=4096)] = ""
    device: Annotated[str, Meta(max_length=255)] = ""

    def __repr__(self) -> str:
        return f"Picture({self.kind}, …)"


class Camera(Struct, frozen=True):
    """One that is configured or was found. `url` has stars in the place of its secrets; `Picture` takes them so."""

    kind: CameraKind
    name: str
    url: str = ""
    device: str = ""
    is_recorded: bool = False
    trouble: str | None = None
    """Why it cannot be used, in a sentence."""


class CamerasAnswer(Answer, frozen=True, tag="cameras"):
    """To `Cameras`, the one that is recorded first."""

    cameras: list[Camera]


class PictureAnswer(Answer, frozen=True, tag="picture"):
    """To `Picture`. `jpeg`: base64 in JSON, at most 256 KiB of picture, at most 640 pixels wide."""

    camera: str
    jpeg: bytes
    age_s: float
    """How old it is."""
