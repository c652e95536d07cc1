"""The supervisor process: `python -m appliance.supervise [--config FILE | --demo]`, which is `moment run` and `moment demo`.

Exit codes: 0 asked to stop, 1 a task died (start it again), 2 the settings or the machine do not allow it.
"""

import argparse
import asyncio
import logging
import resource
import signal
import sys
from pathlib import Path

from appliance.app import run_appliance
from appliance.clock import SystemClock
from appliance.control.errors import SocketTroubleError
from appliance.durable import FolderInUseError, UnusableFolderError
from appliance.panel.gpio import GpioPanel, PanelError
from appliance.panel.keyboard import Keyboard
from appliance.panel.panel import Hardware, NoHardware
from appliance.settings.model import Settings
from appliance.settings.reading import SettingsError, read_settings
from appliance.tools import MissingToolError, require_tools

_log = logging.getLogger("moment")


def main() -> int:
    """Run until SIGTERM or Ctrl-C."""
    parser = argparse.ArgumentParser(prog="moment run")
    parser.add_argument("--config", type=Path)
    parser.add_argument("--demo", action="store_true")
    asked = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    try:
        settings = read_settings(asked.config)
        require_tools()
        _allow_many_files()
        asyncio.run(_run(settings, is_demo=asked.demo))
    except SettingsError as error:
        return _refuse(*error.sentences)
    except (MissingToolError, UnusableFolderError, FolderInUseError, SocketTroubleError, PanelError) as error:
        return _refuse(str(error))
    return 0


async def _run(settings: Settings, *, is_demo: bool) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await run_appliance(settings, SystemClock(), _hardware(settings), _log.info, stop)


def _refuse(*sentences: str) -> int:
    for sentence in sentences:
        print(sentence, file=sys.stderr)  # noqa: T201 - a program's last words to its owner
    return 2
