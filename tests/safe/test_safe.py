"""Safe mode as a real process at a real socket, and its lamp and buttons on mock pins."""

import asyncio
import contextlib
import json
import signal
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path

import pytest

from appliance.clock import SystemClock
from appliance.configured.network import network_room
from appliance.control.client import Client
from appliance.control.errors import RefusedError
from appliance.control.messages import (
    Departed,
    Memories,
    Network,
    NetworkAnswer,
    Press,
    Save,
    ServiceRequest,
    Status,
    StatusAnswer,
    StorageRemotes,
    Upload,
)
from appliance.network.profiles import ADDRESS
from appliance.network.room import NetworkRoom
from appliance.network.setup_mode import Plan
from appliance.network.standin.service import StandInNetworkManager
from appliance.panel.gpio import GpioPanel
from appliance.panel.keyboard import MockButtons
from appliance.safe.__main__ import MakeNetwork, be_safe
from appliance.safe.buttons import SafeButtons
from appliance.settings.model import NetworkSettings
from tests.safe.conftest import REASON, REPORT, Run
from tests.stands.private_bus import PrivateBus
from tests.stands.typed import moment
from tests.system.conftest import wait_until

NO_BOX = partial(network_room, NetworkSettings())


def status(box: Path) -> StatusAnswer:
    with Client(str(box / "control.sock")) as client:
        return client.ask(Status())


def test_the_status_tells_the_truth(box: Path, safe: Run) -> None:
    process = safe("--config", str(box / "absent.toml"))
    answer = status(box)
    assert (answer.recording.state, answer.recording.reason) == ("off", REASON)
    assert answer.lamp == "set-up-mode"
    assert answer.box is not None
    assert (answer.box.mode, answer.box.troubles, answer.box.taken) == ("safe", REPORT.troubles, REPORT.taken)

    shown = moment(box, "status")
    assert shown.returncode == 0
    assert REASON in shown.stdout
    assert shown.stdout.count("Safe mode") == 1
    assert "moment.toml, line 3: no." in shown.stdout
    assert "0 memories" not in shown.stdout, "nobody looked"
    assert json.loads(moment(box, "status", "--json").stdout)["recording"]["state"] == "off"
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0
    assert not (box / "control.sock").exists()
    log = (box / "log").read_text()
    assert all(log.count(sentence) == 1 for sentence in REPORT.troubles)
    assert sorted(file.name for file in box.iterdir()) == ["base.toml", "log", "report.json"]


@pytest.mark.parametrize(
    "request_",
    [Save(minutes=3), Press(1.0, "save"), Memories(), Upload(), Departed(), StorageRemotes()],
    ids=lambda request: type(request).__name__,
)
async def test_everything_else_is_refused_with_the_reason(box: Path, request_: ServiceRequest) -> None:
    async with being_safe(box, MockButtons(save_pin=17, upload_pin=27)):
        with pytest.raises(RefusedError) as refused:
            await asyncio.to_thread(ask, box, request_)
    assert refused.value.sentence == (f"NOT SAVED: {REASON}" if isinstance(request_, Save | Press) else REASON)


def ask(box: Path, request: ServiceRequest) -> None:
    with Client(str(box / "control.sock")) as client:
        list(client.ask_with_events(request))


def test_saving_is_refused_on_the_command_line(box: Path, safe: Run) -> None:
    safe()
    refused = moment(box, "save")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.strip() == f"NOT SAVED: {REASON}"


def test_broken_settings_and_a_damaged_report_keep_nobody_out(box: Path, safe: Run) -> None:
    (box / "owner.toml").write_text("[panel]\nlamp_pin = 17\n[cam")
    (box / "report.json").write_text("{")
    safe("--config", str(box / "owner.toml"))
    answer = status(box)
    assert answer.recording.reason is not None
    assert answer.recording.reason.startswith("Safe mode: nothing is recorded now, and the boot left no word why")
    assert answer.box is not None
    assert "cannot be read" in answer.box.troubles[0]


def test_without_pins_there_is_still_the_socket(box: Path, safe: Run) -> None:
    safe(pins="nonsense")
    assert status(box).recording.state == "off"
    assert "No GPIO pins can be reached here" in (box / "log").read_text()


@contextlib.asynccontextmanager
async def being_safe(
    box: Path,
    buttons: MockButtons,
    *,
    socket: str = "control.sock",
    make_network: MakeNetwork = NO_BOX,
) -> AsyncIterator[list[str]]:
    """Safe mode on mock pins, in this process; what it logs."""
    stop = asyncio.Event()
    said: list[str] = []
    hardware = GpioPanel(save_pin=17, upload_pin=27, lamp_pin=22, pin_factory=buttons.factory)
    life = asyncio.create_task(
        be_safe(
            REPORT,
            hardware,
            str(box / socket),
            clock=SystemClock(),
            log=said.append,
            stop=stop,
            make_network=make_network,
        )
    )
    try:
        await until("it shows itself", lambda: (box / socket).exists() or len(said) > len(REPORT.troubles))
        yield said
    finally:
        stop.set()
        await life
        buttons.close()


async def lamp_becomes(box: Path, name: str) -> None:
    await until(f"the lamp shows {name}", lambda: status(box).lamp == name)


async def until(what: str, is_so: Callable[[], bool]) -> None:
    await asyncio.to_thread(wait_until, what, is_so, 60)


async def test_a_press_is_answered_by_not_saved_and_then_it_blinks_on(box: Path) -> None:
    buttons = MockButtons(save_pin=17, upload_pin=27)
    async with being_safe(box, buttons) as said:
        await lamp_becomes(box, "set-up-mode")
        buttons.down("save")
        await lamp_becomes(box, "not-saved")
        buttons.up("save")
        assert said[-1] == f"NOT SAVED: {REASON}"
        await lamp_becomes(box, "set-up-mode")


async def test_without_a_socket_there_is_still_the_lamp(box: Path) -> None:
    (box / "file").touch()
    buttons = MockButtons(save_pin=17, upload_pin=27)
    lamp = buttons.factory.pin(22)
    async with being_safe(box, buttons, socket="file/control.sock") as said:
        assert str(box / "file") in said[-1]
        await until("it is lit", lambda: bool(lamp.state))
        await until("it is dark", lambda: not lamp.state)
    assert (box / "file").read_bytes() == b""


async def test_the_set_up_network_opens_where_no_other_is_known_and_the_pages_can_ask_for_it(box: Path) -> None:
    (box / "hotspot.json").write_text(json.dumps({"name": "Moment-K7QD", "passphrase": "correct horse"}))
    with PrivateBus(box) as bus, StandInNetworkManager(bus.address) as stand:
        stand.start()
        make = partial(
            NetworkRoom,
            plan=Plan("by-itself", settle_s=0.0),
            directory=box / "network",
            hotspot_file=box / "hotspot.json",
            address=bus.address,
            sys=box,
        )
        async with being_safe(box, MockButtons(save_pin=17, upload_pin=27), make_network=make):
            await until("it is open", lambda: network(box).mode == "hotspot")
            hotspot = (await asyncio.to_thread(network, box)).hotspot
        assert hotspot is not None
        assert (hotspot.name, hotspot.address, hotspot.reason) == ("Moment-K7QD", ADDRESS, "first-start")


def network(box: Path) -> NetworkAnswer:
    with Client(str(box / "control.sock")) as client:
        return client.ask(Network())


def test_the_long_press_of_the_upload_button_asks_for_the_set_up_network() -> None:
    said: list[str] = []
    SafeButtons(REASON, said.append, lambda: "The set-up network is being opened.").set_up_asked()
    assert said == ["The set-up network is being opened."]
