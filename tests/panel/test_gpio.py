"""What goes wrong with pins is said in one sentence, and nothing stays taken."""

import asyncio
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from gpiozero import Device, DigitalOutputDevice
from gpiozero.pins.mock import MockFactory, MockPin

from appliance.panel.gpio import GpioPanel
from appliance.panel.hardware import Button, PanelError

ROOT = Path(__file__).parents[2]


def ignore(button: Button, is_down: bool, at_s: float) -> None: ...


def gpio(factory: Any, **pins: int | None) -> GpioPanel:
    wanted: dict[str, Any] = {"save_pin": 17, "upload_pin": 27, "lamp_pin": 22, **pins}
    return GpioPanel(**wanted, pin_factory=factory)


@pytest.fixture
def factory() -> Any:
    made = MockFactory()
    yield made
    made.close()


async def test_a_pin_in_use_is_named_and_the_others_are_free_again(factory: Any) -> None:
    with DigitalOutputDevice(27, pin_factory=factory):
        hardware = gpio(factory)
        with pytest.raises(PanelError, match=r"GPIO27 is wanted for upload_pin but is already in use: give every"):
            hardware.start(ignore)
    assert hardware.start(ignore) == frozenset()
    hardware.close()


@pytest.mark.parametrize(
    ("pins", "culprit"),
    [
        ({"lamp_pin": 99}, "GPIO99 cannot be used for lamp_pin"),
        ({"buzzer_pin": 22}, "GPIO22 is wanted for buzzer_pin but is already in use"),
        ({"upload_pin": 17}, "GPIO17 is wanted for upload_pin but is already in use"),
    ],
)
async def test_a_pin_that_cannot_be_used_is_named(factory: Any, pins: dict[str, int], culprit: str) -> None:
    with pytest.raises(PanelError, match=culprit):
        gpio(factory, **pins).start(ignore)


async def test_a_lamp_without_buzzer(factory: Any) -> None:
    hardware = gpio(factory, buzzer_pin=None)
    hardware.start(ignore)

    hardware.set_lamp(True)
    hardware.set_buzzer(True)

    assert factory.pin(22).state
    hardware.close()
    hardware.close()
    assert not factory.pin(22).state


class PressedInBetween(MockPin):  # type: ignore[misc] # gpiozero has no types
    """A button that goes down while nobody reports edges yet: low from the `patience`-th look on."""

    patience = 0

    def _get_state(self) -> bool:
        self.patience -= 1
        return self.patience >= 0


@pytest.mark.parametrize("looks", range(3))
async def test_a_press_in_the_middle_of_the_start_is_not_overlooked(looks: int) -> None:
    factory: Any = MockFactory()
    factory.pin(17, pin_class=PressedInBetween).patience = looks
    heard: list[tuple[Button, bool]] = []
    hardware = gpio(factory)

    held = hardware.start(lambda button, is_down, _: heard.append((button, is_down)))
    await asyncio.sleep(0)

    assert ("save" in held) + (("save", True) in heard) == 1
    hardware.close()
    factory.close()


async def test_no_thread_is_started_for_a_button(factory: Any) -> None:
    before = threading.active_count()
    hardware = gpio(factory, buzzer_pin=23)
    hardware.start(ignore)

    assert threading.active_count() == before
    hardware.close()


async def test_an_edge_after_the_loop_has_ended_is_harmless(factory: Any) -> None:
    async def start_only() -> GpioPanel:
        hardware = gpio(factory)
        hardware.start(ignore)
        return hardware

    hardware = await asyncio.to_thread(asyncio.run, start_only())
    factory.pin(17).drive_low()
    hardware.close()


OFF_BOARD = """
import asyncio
from appliance.panel.gpio import GpioPanel
from appliance.panel.hardware import PanelError

async def main():
    panel = GpioPanel(save_pin=17, upload_pin=27, lamp_pin=22)
    try:
        panel.start(print)
    except PanelError as error:
        print(error)

asyncio.run(main())
"""


@pytest.mark.parametrize("named", [{}, {"GPIOZERO_PIN_FACTORY": "abacus"}])
def test_a_machine_without_pins_says_so_in_one_sentence(named: dict[str, str]) -> None:
    if Path("/proc/device-tree/model").exists():
        pytest.skip("this machine has a device tree and perhaps pins")
    assert Device.pin_factory is None, "tests must not set a default pin factory"

    ended = subprocess.run(
        [sys.executable, "-c", OFF_BOARD],
        cwd=ROOT,
        env={**os.environ, **named},
        capture_output=True,
        text=True,
        check=True,
    )

    assert ended.stdout.startswith("No GPIO pins can be reached here (")
    assert ended.stdout.endswith('set kind = "none" in [panel].\n')
    assert named.get("GPIOZERO_PIN_FACTORY", "lgpio") in ended.stdout
    assert ended.stderr == ""
