"""The models that can be stood in for."""

from msgspec import Struct


class Kind(Struct, frozen=True):
    """`codec`: of its preview. `lacks`: numbers of statuses that it never tells. `endpoints_missing`: 404."""

    name: str
    number: int
    firmware: str
    codec: str = "h264"
    lacks: frozenset[int] = frozenset()
    endpoints_missing: frozenset[str] = frozenset()
    has_webcam: bool = True
    names_port: bool = False
    names_webcam_port: bool = False
    is_strict_about_order: bool = True


_NEWER = frozenset({"/gopro/camera/info", "/gopro/media/last_captured", "/gp/gpControl/command/system/reset"})
_CONTROL = frozenset(
    {
        "/gopro/camera/control/wired_usb",
        "/gopro/camera/control/set_ui_controller",
        "/gopro/camera/shutter/start",
        "/gopro/camera/shutter/stop",
    }
)

KINDS = {
    kind.name.split(" Black")[0]: kind
    for kind in (
        Kind(
            "HERO9 Black",
            55,
            "HD9.01.01.72.00",
            lacks=frozenset({111, 112, 114, 115, 116, 117}),
            endpoints_missing=_NEWER | _CONTROL,
        ),
        Kind("HERO10 Black", 57, "H21.01.01.62.70", lacks=frozenset({117}), endpoints_missing=_NEWER),
        Kind("HERO11 Black", 58, "H22.01.02.32.00", endpoints_missing=_NEWER, names_webcam_port=True),
        Kind("HERO12 Black", 62, "H23.01.02.32.00", names_port=True, names_webcam_port=True),
        Kind(
            "HERO13 Black",
            65,
            "H24.01.02.02.00",
            codec="hevc",
            lacks=frozenset({32}),
            has_webcam=False,
            names_port=True,
            is_strict_about_order=False,
        ),
    )
}
