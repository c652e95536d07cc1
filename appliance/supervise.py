"""The supervisor process, behind `moment run` and `moment demo`.

    python -m appliance.supervise [--base FILE] [--config FILE | --demo]

Exit codes: 0 asked to stop, 1 a task died (start it again), 2 the settings or the machine do not allow it.
"""

import argparse
import asyncio
import logging
import resource
import signal
import sys
from pathlib import Path
from typing import Any

from appliance import __version__
from appliance.app import run_appliance
from appliance.clock import SystemClock
from appliance.control.errors import SocketTroubleError
from appliance.durable import FolderInUseError, UnusableFolderError
from appliance.events import event_log
from appliance.panel.gpio import GpioPanel
from appliance.panel.hardware import Hardware, NoHardware
from appliance.panel.keyboard import Keyboard, MockButtons
from appliance.settings.model import Settings
from appliance.settings.reading import SettingsError, read_settings
from appliance.tools import MissingToolError, require_new_tools, require_tools

_log = logging.getLogger("moment")


def main() -> int:
    """Run until SIGTERM or Ctrl-C."""
    parser = argparse.ArgumentParser(prog="moment run")
    parser.add_argument("--base", type=Path)
    parser.add_argument("--config", type=Path)
    parser.add_argument("--demo", action="store_true")
    asked = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    try:
        settings = read_settings(asked.config, asked.base)
    except SettingsError as error:
        return _refuse(*error.sentences)
    with event_log(settings.box.event_log, SystemClock().is_trusted):
        return _live(settings, is_demo=asked.demo)


def _live(settings: Settings, *, is_demo: bool) -> int:
    """The exit code."""
    try:
        require_tools()
        if not settings.box.boot_report:  # a box's programs came with its system
            require_new_tools()
        _allow_many_files()
        asyncio.run(_run(settings, is_demo=is_demo))
    except (MissingToolError, UnusableFolderError, FolderInUseError, SocketTroubleError) as error:
        return _refuse(str(error))
    except Exception:  # noqa: BLE001 - told in both logs; the exit code says that it is to be started again
        _log.exception("The recorder ends, because a part of it failed:")
        return 1
    return 0


async def _run(settings: Settings, *, is_demo: bool) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    _log.info(
        "Moment Recorder %s: ring in %s, memories in %s. Ask it in another terminal: moment status",
        __version__,
        settings.ring.directory,
        settings.memories.directory,
    )
    if is_demo:
        await _run_demo(settings, stop)
    else:
        await run_appliance(settings, SystemClock(), _hardware(settings), _log.info, stop, warn=_log.warning)


async def _run_demo(settings: Settings, stop: asyncio.Event) -> None:
    """The terminal's keys drive mock pins: everything behind the pins is the very code of the board."""
    pins = settings.panel
    buttons = MockButtons(save_pin=pins.save_pin, upload_pin=pins.upload_pin)
    hardware = _gpio_panel(settings, buttons.factory)
    keyboard = Keyboard(buttons, seconds_per_step=settings.memories.seconds_per_step, on_quit=stop.set)
    if keyboard.start():
        _log.info("Keys: 1 to 9 hold the save button for so many steps, u uploads, U asks for set-up mode, q ends.")
    try:
        await run_appliance(settings, SystemClock(), hardware, _log.info, stop, warn=_log.warning)
    finally:
        keyboard.stop()
        buttons.close()


def _hardware(settings: Settings) -> Hardware:
    if settings.panel.kind == "none":
        return NoHardware()
    return _gpio_panel(settings)


def _gpio_panel(settings: Settings, pin_factory: Any = None) -> GpioPanel:
    pins = settings.panel
    return GpioPanel(
        save_pin=pins.save_pin,
        upload_pin=pins.upload_pin,
        lamp_pin=pins.lamp_pin,
        buzzer_pin=pins.buzzer_pin,
        pin_factory=pin_factory,
    )


def _allow_many_files() -> None:
    """A long memory is read from all its segments at once; children inherit the limit."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _refuse(*sentences: str) -> int:
    for sentence in sentences:
        _log.error(sentence)
    return 2


if __name__ == "__main__":
    sys.exit(main())
