"""Which radio serves the camera and which the home network. Pure."""

from collections.abc import Iterable

from msgspec import Struct


class Roles(Struct, frozen=True):
    """`home`, `camera`: what the kernel calls their radios; empty: none. One radio may have both, by turns."""

    home: str = ""
    camera: str = ""

    def takes_turns(self, *, is_wired: bool) -> bool:
        """Whether one radio must serve both. `is_wired`: whether a wire brings the home network."""
        return bool(self.camera) and self.home == self.camera and not is_wired


def roles_of(radios: Iterable[str], *, has_camera: bool) -> Roles:
    """`has_camera`: whether the camera is a Wi-Fi network itself.

    The home network, and the set-up network with it, stay at the first radio whatever is plugged in; the camera gets
    the second, if there is one.
    """
    names = sorted(radios)
    if not names:
        return Roles()
    return Roles(names[0], names[min(1, len(names) - 1)] if has_camera else "")
