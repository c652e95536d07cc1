"""The safe mode's process, `python -m appliance.safe [--base FILE] [--config FILE]`: the lamp and the control socket.

It touches neither ring nor memories, catalogue, camera or storage, and needs no file: what is missing or broken is
passed over. The one without the other is better than neither: a lamp without socket, a socket without pins. It ends
when it is told to; that a safe boot lasts no longer than ten minutes is a timer's business (`moment-safe-end.timer`).

The set-up network docks here: a task beside the socket, started in `be_safe` and cancelled with it, which the upload
button's `set_up_asked` need not ask for, for safe mode is when the owner has no other way in.
"""

import argparse
import asyncio
import logging
import signal
import sys
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

from appliance.boot.report import BootReport, read_report
from appliance.clock import Clock, SystemClock
from appliance.control.errors import SocketTroubleError
from appliance.control.server import Server
from appliance.control.users import allowed_uids
from appliance.panel.gpio import GpioPanel
from appliance.panel.hardware import Hardware, NoHardware
from appliance.panel.panel import Panel
from appliance.safe.buttons import SafeButtons
from appliance.safe.salvage import salvage
from appliance.safe.service import SafeService, reason_of
from appliance.settings.model import PanelSettings

_log = logging.getLogger("moment")


def main() -> int:
    """Show and answer until SIGTERM."""
    parser = argparse.ArgumentParser(prog="moment-safe")
    parser.add_argument("--base", type=Path, help="the box's own defaults")
    parser.add_argument("--config", type=Path, help="the owner's settings, above them")
    asked = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    settings = salvage(asked.base, asked.config)
    report = read_report(settings.box.boot_report) or BootReport()
    asyncio.run(_run(report, _hardware(settings.panel), settings.control.socket))
    return 0


async def _run(report: BootReport, hardware: Hardware, socket_path: str) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await be_safe(report, hardware, socket_path, clock=SystemClock(), log=_log.info, stop=stop)


async def be_safe(
    report: BootReport,
    hardware: Hardware,
    socket_path: str,
    *,
    clock: Clock,
    log: Callable[[str], None],
    stop: asyncio.Event,
) -> None:
    """Show safe mode and answer at the socket until `stop`; whatever of both cannot be had is logged."""
    for sentence in {reason_of(report): None, **dict.fromkeys(report.troubles)}:
        log(sentence)
    async with AsyncExitStack() as closing:
        panel = _panel(hardware, SafeButtons(reason_of(report), log), clock)
        panel.start()
        closing.callback(panel.stop)
        trying = asyncio.create_task(panel.use_hardware())
        closing.callback(trying.cancel)
        server = Server(socket_path, SafeService(report, panel, clock), allowed_uids=allowed_uids())
        closing.push_async_callback(server.stop)
        try:
            await server.start()
        except (SocketTroubleError, OSError) as trouble:
            log(str(trouble))
        await stop.wait()


def _panel(hardware: Hardware, buttons: SafeButtons, clock: Clock) -> Panel:
    panel = Panel(
        hardware=hardware,
        listener=buttons,
        holds_step=buttons.holds_step,
        seconds_per_step=3,
        clock=clock.monotonic_s,
    )
    buttons.connect(panel)
    panel.set_condition("set-up-mode", on=True)
    return panel


def _hardware(pins: PanelSettings) -> Hardware:
    if pins.kind == "none":
        return NoHardware()
    return GpioPanel(
        save_pin=pins.save_pin, upload_pin=pins.upload_pin, lamp_pin=pins.lamp_pin, buzzer_pin=pins.buzzer_pin
    )


if __name__ == "__main__":
    sys.exit(main())
