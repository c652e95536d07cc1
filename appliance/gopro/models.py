"""What the models can and cannot do. Pure.

Sources: "Supported Cameras" and the endpoints' lists of models in GoPro's documentation; HERO13's webcam (500, or
status 4 with error 7 under firmware 1.10) is from its known issues.
"""

from msgspec import Struct


class Model(Struct, frozen=True):
    """One model; the default is one that we do not know: it is asked for nothing that not all can.

    `firmware`: how the firmware's name begins, "" where that is not known. `has_wired_control`: takes `wired_usb`.
    `has_webcam`: sends 1080p that way over USB. `names_port`, `names_webcam_port`: whether its preview and its webcam
    can be sent to another port than 8554. `knows_zones`: takes a time zone with the time.
    """

    name: str = "GoPro"
    firmware: str = ""
    has_wired_control: bool = True
    has_webcam: bool = False
    names_port: bool = False
    names_webcam_port: bool = False
    knows_zones: bool = True


MODELS = (
    Model("HERO9", "HD9.01", has_wired_control=False, has_webcam=True, knows_zones=False),
    Model("HERO10", "H21.01", has_webcam=True, knows_zones=False),
    Model("HERO11", "H22.01", has_webcam=True, names_webcam_port=True),
    Model("HERO11 Mini", "H22.03"),
    Model("HERO12", "H23.01", has_webcam=True, names_port=True, names_webcam_port=True),
    Model("HERO13", "H24.01", names_port=True),
    Model("MAX 2", names_port=True),
    Model("LIT HERO", has_wired_control=False, names_port=True),
)


def model_of(firmware: str, name: str = "") -> Model:
    """By the firmware's name (`H23.01.02.32.00`), which is certain, else by the camera's (`HERO12 Black`)."""
    for model in MODELS:
        if model.firmware and firmware.startswith(model.firmware):
            return model
    fitting = [model for model in MODELS if _words(model.name) <= _words(name)]
    return max(fitting, key=lambda model: len(model.name), default=Model())


def _words(name: str) -> set[str]:
    """MAX 2 is written in two ways."""
    return set(name.upper().replace("MAX2", "MAX 2").split())
