"""Which of the cameras that were found is recorded when the owner leaves it to the box. Pure.

The order, each rule only where those before it leave a choice:

1. one that did not fail just now;
2. the one that was recorded before: whatever else is plugged in for a while, a box keeps to its camera;
3. one at a cable, before one over the air: it costs no radio, and its cable feeds it;
4. one whose pictures are copied, before one whose pictures must be encoded;
5. GoPro, V4L2, rpicam, older GoPro, SnapCam;
6. more pixels;
7. its address and its name, so that the same cameras always give the same choice.

One with a trouble is never taken.
"""

import re
from collections.abc import Collection, Iterable

from appliance.found import WIRED, Found, FoundKind
from appliance.gopro_addresses import is_over_usb

Mark = tuple[FoundKind, str]
"""What a camera is known by: its kind and its address."""

_ORDER: tuple[FoundKind, ...] = ("gopro", "v4l2", "rpicam", "gopro-legacy", "snapcam")
_SIZE = re.compile(r"(\d{2,5})x(\d{2,5})")
_COPIED = frozenset({"h264", "hevc"})
_AT_THE_BOX: frozenset[FoundKind] = frozenset({"v4l2", "rpicam"})


def mark_of(camera: Found) -> Mark:
    """What this one is known by."""
    return camera.kind, camera.address


def is_wired(camera: Found) -> bool:
    """Whether it hangs at a cable."""
    return camera.kind in _AT_THE_BOX or WIRED in camera.abilities or is_over_usb(camera.address)


def ranked(cameras: Iterable[Found], *, used: Mark | None, failed: Collection[Mark] = ()) -> list[Found]:
    """Those that can be taken, the best first. `used`: recorded before; `failed`: tried just now, in vain."""

    def rank(camera: Found) -> tuple[object, ...]:
        mark = mark_of(camera)
        is_new = mark != used
        return (
            mark in failed,
            is_new,
            not is_wired(camera),
            not _is_copied(camera),
            _ORDER.index(camera.kind),
            -_pixels(camera),
            mark,
            camera.name,
        )

    return sorted((camera for camera in cameras if camera.trouble is None), key=rank)


def _is_copied(camera: Found) -> bool:
    """What a V4L2 camera gives decides; all others give H.264 or HEVC."""
    return camera.kind != "v4l2" or bool(_COPIED & set(camera.abilities))


def _pixels(camera: Found) -> int:
    sizes = (_SIZE.fullmatch(ability) for ability in camera.abilities)
    return max((int(size[1]) * int(size[2]) for size in sizes if size), default=0)
