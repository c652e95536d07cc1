"""What the panel needs of its hardware, whatever that is."""

from collections.abc import Callable
from typing import Literal, Protocol

Button = Literal["save", "upload"]

OnEdge = Callable[[Button, bool, float], None]
"""(button, is_down, monotonic instant in seconds), always called on the loop's thread."""


class PanelError(Exception):
    """The hardware cannot be used. The text is one plain sentence for the owner."""


class Hardware(Protocol):
    """Two buttons, a lamp, perhaps a buzzer."""

    def start(self, on_edge: OnEdge) -> frozenset[Button]:
        """Watch the buttons from now on; the ones that are down already. Needs the running loop.

        Raises:
            PanelError: if the hardware cannot be used.
        """

    def set_lamp(self, lit: bool, /) -> None:  # noqa: FBT001 - a level is a flag
        """Light or darken the lamp. Only between `start()` and `close()`."""

    def set_buzzer(self, sounding: bool, /) -> None:  # noqa: FBT001 - a level is a flag
        """Sound or silence the buzzer, if there is one. Only between `start()` and `close()`."""

    def close(self) -> None:
        """Let go of everything; lamp and buzzer are off. Safe to call twice, or without `start()`."""


class NoHardware:
    """A box without buttons and lamp: everything is asked over the control socket."""

    def start(self, on_edge: OnEdge) -> frozenset[Button]:  # noqa: ARG002 - there is nothing to watch
        return frozenset()

    def set_lamp(self, lit: bool, /) -> None: ...  # noqa: FBT001 - a level is a flag

    def set_buzzer(self, sounding: bool, /) -> None: ...  # noqa: FBT001 - a level is a flag

    def close(self) -> None: ...
