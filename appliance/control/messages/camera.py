"""What could be recorded, and how it looks."""

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from appliance.control.messages.base import Answer, Request

CameraKind = Literal["auto", "test-pattern", "v4l2", "rpicam", "rtsp", "mpegts-udp", "gopro", "gopro-legacy", "snapcam"]
"""`auto`: the best that is found, looked for anew whenever the one before is gone."""


class Cameras(Request, frozen=True):
    """What could be recorded from now?

    `fresh`: look around anew, which takes some seconds; if not, what was found in the last minutes will do.
    """

    fresh: bool = True


class Picture(Request, frozen=True):
    """How does this camera look just now? No kind: the one that is recorded. `url` may hold a password.

    Refused for one over the air that is not recorded: the radio cannot be spared for a look.
    """

    kind: CameraKind | None = None
    url: Annotated[str, Meta(max_length=4096)] = ""
    device: Annotated[str, Meta(max_length=255)] = ""
    address: Annotated[str, Meta(max_length=64)] = ""

    def __repr__(self) -> str:
        return f"Picture({self.kind}, …)"


class Camera(Struct, frozen=True):
    """One that is configured or was found. `url` has stars in the place of its secrets; `Picture` takes them so."""

    kind: CameraKind
    name: str
    url: str = ""
    device: str = ""
    is_recorded: bool = False
    address: str = ""
    """For the kinds without a device or a URL; empty: none is needed."""
    abilities: list[str] = field(default_factory=list)
    """What it can do, in short words: `h264`, `1920x1080`, `30/s`, `sound`, `wired`."""
    is_taken: bool = False
    """Whether it is the one that `auto` records now."""
    trouble: str | None = None
    """Why it cannot be used, in a sentence."""


class CamerasAnswer(Answer, frozen=True, tag="cameras"):
    """To `Cameras`, the one that is recorded first."""

    cameras: list[Camera]
    troubles: list[str] = field(default_factory=list)
    """Why some were not looked for, a sentence each."""


class PictureAnswer(Answer, frozen=True, tag="picture"):
    """To `Picture`. `jpeg`: base64 in JSON, at most 256 KiB of picture, at most 640 pixels wide."""

    camera: str
    jpeg: bytes
    age_s: float
    """How old it is."""
