"""Lives of the supervisor process: what it was told, the appliance that runs by it, and the life that follows."""

import argparse
import asyncio
import contextlib
import logging
import os
import resource
import signal
import sys
from pathlib import Path
from typing import get_args

from appliance import __version__
from appliance.app import Camera, run_appliance
from appliance.boot.beside import SAFE, wait_for_turn
from appliance.clock import SystemClock
from appliance.configured.camera import camera_source
from appliance.configured.panel import hardware_of, pins_of
from appliance.control.errors import SocketTroubleError
from appliance.demo.camera import NoStandInError, StandIn, require_recorded, settings_below, stand_in
from appliance.demo.place import StandInKind
from appliance.durable import FolderInUseError, UnusableFolderError
from appliance.events import event_log
from appliance.notify import notifier_of
from appliance.pages import pages
from appliance.panel.hardware import Hardware
from appliance.panel.keyboard import Keyboard, MockButtons
from appliance.recording.heartbeat import FOR_ANOTHER_LIFE, FOR_GOOD
from appliance.settings.model import Settings
from appliance.settings.owners import OwnersSettings
from appliance.settings.reading import SettingsError, read_settings
from appliance.tools import MissingToolError, require_new_tools, require_tools

DEMO_SETTINGS = Path("var/moment.toml")
"""Made when something is changed on the demo's pages."""
DEMO_FILMS = Path("var/stand-in")
"""Where its stand-in camera keeps what it shows."""
_KEYS = "Keys: 1 to 9 hold the save button for so many steps, u uploads, U asks for set-up mode, q ends."
_KEY_OF_CAMERA = " f: the camera misbehaves for a while, each time in another way."

_log = logging.getLogger("moment")


def main() -> int:
    """Run until SIGTERM or Ctrl-C."""
    parser = argparse.ArgumentParser(prog="moment run")
    parser.add_argument("--after", type=Path)
    parser.add_argument("--base", type=Path)
    parser.add_argument("--config", type=Path)
    parser.add_argument("--demo", action="store_true")
    parser.add_argument("--camera", choices=get_args(StandInKind))
    asked = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    if asked.after and not wait_for_turn(asked.after, notifier_of(dict(os.environ))):
        return SAFE
    file = DEMO_SETTINGS if asked.demo else asked.config
    base = settings_below(asked.camera) if asked.camera else asked.base
    try:
        settings = read_settings(None if asked.demo and not file.exists() else file, base)
        if asked.camera:
            require_recorded(asked.camera, settings.camera, file)
    except SettingsError as error:
        return _refuse(*error.sentences)
    life = Life(settings, OwnersSettings(file, base), is_demo=asked.demo, played=asked.camera)
    with event_log(settings.box.event_log, SystemClock().is_trusted):
        code = _live(life)
    if code == 0 and life.is_to_begin_anew:
        os.execve(sys.executable, sys.orig_argv, life.environment)  # the very words that we were started with
    return code


class Life:
    """What the supervisor lives by, and whether another life follows.

    `played`: the kind of camera that a stand-in plays in the demo, if one does.
    """

    def __init__(
        self, settings: Settings, owners: OwnersSettings, *, is_demo: bool, played: StandInKind | None = None
    ) -> None:
        self.settings = settings
        self.owners = owners
        self.is_demo = is_demo
        self.played = played
        self.environment = dict(os.environ)
        """As it was at the start: the service manager's address is taken out of it, so that no child speaks for us."""
        self.stop = asyncio.Event()
        self._is_changed = self._is_ended = False

    @property
    def is_to_begin_anew(self) -> bool:
        """Who was asked to end does not come back, whatever else was wished for."""
        return self._is_changed and not self._is_ended

    def farewell(self) -> str:
        """What the service manager is told when this life ends."""
        return FOR_ANOTHER_LIFE if self.is_to_begin_anew else FOR_GOOD

    def begin_anew(self) -> None:
        """End properly, and start with the settings as they are then."""
        _log.info("The settings have changed: the recorder starts anew.")
        self._is_changed = True
        self.stop.set()

    def end(self) -> None:
        """End properly."""
        self._is_ended = True
        self.stop.set()

    def next(self) -> None:
        """The one that follows, in this process. Raises SettingsError."""
        self.settings = self.owners.read().settings
        self._is_changed = False
        self.stop.clear()


def _live(life: Life) -> int:
    """The exit code."""
    try:
        require_tools()
        if not life.settings.box.boot_report:  # a box's programs came with its system
            require_new_tools()
        _allow_many_files()
        asyncio.run(_run(life))
    except SettingsError as error:
        return _refuse(*error.sentences)
    except (MissingToolError, UnusableFolderError, FolderInUseError, SocketTroubleError, NoStandInError) as error:
        return _refuse(str(error))
    except Exception:  # noqa: BLE001 - told in both logs; the exit code says that it is to be started again
        _log.exception("The recorder ends, because a part of it failed:")
        return 1
    return 0


async def _run(life: Life) -> None:
    settings = life.settings
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, life.end)
    _log.info(
        "Moment Recorder %s: ring in %s, memories in %s. Ask it in another terminal: moment status",
        __version__,
        settings.ring.directory,
        settings.memories.directory,
    )
    if life.is_demo:
        await _run_demo(life)
    else:
        await _run_appliance(life, hardware_of(settings.panel))


async def _run_appliance(life: Life, hardware: Hardware, camera: Camera = camera_source) -> None:
    await run_appliance(
        life.settings,
        SystemClock(),
        hardware,
        _log.info,
        life.stop,
        warn=_log.warning,
        owners=life.owners,
        begin_anew=life.begin_anew,
        farewell=life.farewell,
        camera=camera,
    )


async def _run_demo(life: Life) -> None:
    """Lives follow each other beside the same pages and the same camera."""
    async with contextlib.AsyncExitStack() as beside:
        await beside.enter_async_context(pages(life.settings.control.socket, _log.info))
        camera = None
        if life.played:
            camera = await beside.enter_async_context(stand_in(life.played, DEMO_FILMS, _log.info))
        await _live_as_demo(life, camera)
        while life.is_to_begin_anew:
            life.next()
            await _live_as_demo(life, camera)


async def _live_as_demo(life: Life, camera: StandIn | None) -> None:
    """The terminal's keys drive mock pins: everything behind the pins is the very code of the board."""
    pins = life.settings.panel
    buttons = MockButtons(save_pin=pins.save_pin, upload_pin=pins.upload_pin)
    hardware = pins_of(pins, buttons.factory)
    keyboard = Keyboard(
        buttons,
        seconds_per_step=life.settings.memories.seconds_per_step,
        on_quit=life.end,
        others={"f": camera.misbehave} if camera else None,
    )
    if keyboard.start():
        _log.info(_KEYS + (_KEY_OF_CAMERA if camera else ""))
    try:
        await _run_appliance(life, hardware, camera.source if camera else camera_source)
    finally:
        keyboard.stop()
        buttons.close()


def _allow_many_files() -> None:
    """A long memory is read from all its segments at once; children inherit the limit."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _refuse(*sentences: str) -> int:
    for sentence in sentences:
        _log.error(sentence)
    return 2
