"""The safe mode's process, `python -m appliance.safe [--base FILE] [--config FILE]`: lamp, control socket, network.

It touches neither ring nor memories, catalogue, camera or storage, and needs no file: what is missing or broken is
passed over. Each without the others is better than none: a lamp without socket, a socket without pins. The network is
looked after as ever, so that the pages can be reached, by the set-up network where no other is. It ends when it is told
to; that a safe boot lasts no longer than ten minutes is a timer's business (`moment-safe-end.timer`).
"""

import argparse
import asyncio
import logging
import signal
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import Protocol, Unpack

from msgspec.structs import replace

from appliance.boot.report import BootReport, read_report
from appliance.clock import Clock, SystemClock
from appliance.configured.network import network_room
from appliance.configured.panel import hardware_of
from appliance.control.errors import SocketTroubleError
from appliance.control.server import Server
from appliance.control.users import allowed_uids
from appliance.network.joining import no_storage
from appliance.network.room import Joints, NetworkRoom
from appliance.network.turns import Want
from appliance.panel.hardware import Hardware
from appliance.panel.panel import Panel
from appliance.safe.buttons import SafeButtons
from appliance.safe.herald import Herald
from appliance.safe.salvage import salvage
from appliance.safe.service import SafeService, reason_of
from appliance.service.network import NetworkService
from appliance.settings.model import Settings

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
    asyncio.run(_run(report, settings))
    return 0


async def _run(report: BootReport, settings: Settings) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await be_safe(
        report,
        hardware_of(settings.panel),
        settings.control.socket,
        clock=SystemClock(),
        log=_log.info,
        stop=stop,
        make_network=partial(network_room, replace(settings.network, camera_ssid="")),  # the radio is the phone's
    )


class MakeNetwork(Protocol):
    """Builds the network room."""

    def __call__(self, **joints: Unpack[Joints]) -> NetworkRoom:
        """Not running yet."""


async def be_safe(
    report: BootReport,
    hardware: Hardware,
    socket_path: str,
    *,
    clock: Clock,
    log: Callable[[str], None],
    stop: asyncio.Event,
    make_network: MakeNetwork,
) -> None:
    """Show safe mode, look after the network and answer at the socket until `stop`; what cannot be had is logged."""
    for sentence in {reason_of(report): None, **dict.fromkeys(report.troubles)}:
        log(sentence)
    async with AsyncExitStack() as closing:
        thread = closing.enter_context(ThreadPoolExecutor(1, "network"))
        herald = Herald()
        room = make_network(clock=clock, thread=thread, listener=herald, wants=lambda _: Want(), reach=no_storage)
        network = NetworkService(room)
        panel = _panel(hardware, SafeButtons(reason_of(report), log, network.ask_set_up), clock)
        panel.start()
        closing.callback(panel.stop)
        server = Server(socket_path, SafeService(report, panel, clock, network), allowed_uids=allowed_uids())
        herald.connect(network.changed, server.publish)
        closing.push_async_callback(server.stop)
        for life in (panel.use_hardware(), room.run()):
            closing.push_async_callback(_end, asyncio.create_task(life))
        try:
            await server.start()
        except (SocketTroubleError, OSError) as trouble:
            log(str(trouble))
        await stop.wait()


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


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


if __name__ == "__main__":
    sys.exit(main())
