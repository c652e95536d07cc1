"""The buttons and the lamp as `[panel]` says."""

from typing import Any

from appliance.panel.gpio import GpioPanel
from appliance.panel.hardware import Hardware, NoHardware
from appliance.settings.model import PanelSettings


def hardware_of(settings: PanelSettings) -> Hardware:
    """The board's pins, or none."""
    return NoHardware() if settings.kind == "none" else pins_of(settings)


def pins_of(settings: PanelSettings, pin_factory: Any = None) -> GpioPanel:
    """Pins whatever `kind` says. `pin_factory`: gpiozero's, None for the board's own."""
    return GpioPanel(
        save_pin=settings.save_pin,
        upload_pin=settings.upload_pin,
        lamp_pin=settings.lamp_pin,
        buzzer_pin=settings.buzzer_pin,
        pin_factory=pin_factory,
    )
