"""The real hardware: buttons, lamp and buzzer on the GPIO pins of the board, through gpiozero.

Buttons connect a pin to ground (the pin is pulled up inside the chip). `DigitalInputDevice` is used instead
of `Button`, which starts a thread for each button to time holds; and without `bounce_time`, which drops edges:
gestures decide what a bounce is. gpiozero calls back on a thread of its pin library, or on the one that drives
a mock pin; that thread takes the instant and hands over to the loop, nothing else.
"""

import asyncio
import contextlib
import time
import warnings
from functools import partial
from typing import Any

from gpiozero import Device, DigitalInputDevice, DigitalOutputDevice, GPIOPinInUse

from appliance.panel.hardware import Button, OnEdge, PanelError


class GpioPanel:
    """Pins are BCM numbers. `pin_factory` None: gpiozero's default, which `GPIOZERO_PIN_FACTORY` may choose."""

    def __init__(
        self, *, save_pin: int, upload_pin: int, lamp_pin: int, buzzer_pin: int | None = None, pin_factory: Any = None
    ) -> None:
        self._button_pins: dict[Button, int] = {"save": save_pin, "upload": upload_pin}
        self._lamp_pin = lamp_pin
        self._buzzer_pin = buzzer_pin
        self._pin_factory = pin_factory
        self._devices = contextlib.ExitStack()
        self._lamp: Any = None
        self._buzzer: Any = None

    def start(self, on_edge: OnEdge) -> frozenset[Button]:
        with contextlib.ExitStack() as opened:
            factory = self._pin_factory or _default_pin_factory()
            self._lamp = _open_output(opened, "lamp", self._lamp_pin, factory)
            if self._buzzer_pin is not None:
                self._buzzer = _open_output(opened, "buzzer", self._buzzer_pin, factory)
            buttons = {
                name: opened.enter_context(_open(DigitalInputDevice, name, pin, factory, pull_up=True))
                for name, pin in self._button_pins.items()
            }
            self._devices = opened.pop_all()
        return frozenset(name for name, device in buttons.items() if _watch(name, device, on_edge))

    def set_lamp(self, lit: bool, /) -> None:  # noqa: FBT001 - a level is a flag
        self._lamp.value = lit

    def set_buzzer(self, sounding: bool, /) -> None:  # noqa: FBT001 - a level is a flag
        if self._buzzer is not None:
            self._buzzer.value = sounding

    def close(self) -> None:
        self._devices.close()


def _watch(name: Button, device: Any, on_edge: OnEdge) -> bool:
    """Report every edge of `device` from now on; whether it is down already."""
    loop = asyncio.get_running_loop()

    def report(is_down: bool) -> None:  # noqa: FBT001 - a level is a flag
        at_s = time.monotonic()
        with contextlib.suppress(RuntimeError):  # the loop has ended, nobody listens any more
            loop.call_soon_threadsafe(on_edge, name, is_down, at_s)

    was_down: bool = device.is_active
    device.when_activated = partial(report, True)
    device.when_deactivated = partial(report, False)
    if device.is_active != was_down:  # changed before anybody listened; gestures take a doubled edge for one
        report(not was_down)
    return was_down


def _open_output(opened: contextlib.ExitStack, name: str, pin: int, factory: Any) -> Any:
    device = opened.enter_context(_open(DigitalOutputDevice, name, pin, factory))
    opened.callback(device.off)  # before it is closed: an input that floats may glow
    return device


def _open(kind: Any, name: str, pin: int, factory: Any, **options: Any) -> Any:
    try:
        return kind(pin, pin_factory=factory, **options)
    except GPIOPinInUse as error:
        raise PanelError(
            f"GPIO{pin} is wanted for {name}_pin but is already in use: give every button, the lamp and the buzzer "
            "a pin of its own in [panel]."
        ) from error
    except Exception as error:
        # Pin libraries raise classes of their own, which do not even exist off the board.
        raise PanelError(
            f'GPIO{pin} cannot be used for {name}_pin ({error}): choose another pin in [panel], or set kind = "none".'
        ) from error


def _default_pin_factory() -> Any:
    with warnings.catch_warnings(record=True) as complaints:  # one for every library that gpiozero tries in vain
        warnings.simplefilter("always")
        try:
            Device.ensure_pin_factory()
        except Exception as error:  # see _open
            reason = str(complaints[0].message if complaints else error).removeprefix("Falling back from ")
            raise PanelError(
                f"No GPIO pins can be reached here ({reason}): on a Raspberry Pi install lgpio for this Python and let "
                'this user into the group gpio; elsewhere set kind = "none" in [panel].'
            ) from error
    return Device.pin_factory
