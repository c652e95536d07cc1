"""Bluetooth on the box: who may speak with it, and what it lets strangers do."""

import asyncio
import configparser
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.standins.bluez import BlueZ
from appliance.standins.gopro.bluetooth import GATT, GoProTalk
from tests.conftest import PROJECT_ROOT

SYSTEMD = PROJECT_ROOT / "systemd"
BLUEZ_POLICY = """<busconfig>
  <policy user="root"><allow own="org.bluez"/></policy>
  <policy context="default"><allow send_destination="org.bluez"/></policy>
</busconfig>"""
"""As Debian's bluez 5.82 has it in its bluetooth.conf."""
SYSTEM_BUS = """<busconfig>
  <type>system</type>
  <listen>unix:abstract={name}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/><deny own="*"/><deny send_type="method_call"/><allow send_type="signal"/>
    <allow send_requested_reply="true" send_type="method_return"/>
    <allow send_requested_reply="true" send_type="error"/>
    <allow receive_type="method_call"/><allow receive_type="method_return"/>
    <allow receive_type="error"/><allow receive_type="signal"/>
    <allow send_destination="org.freedesktop.DBus"/>
  </policy>
  {included}
</busconfig>"""
"""What a system bus is like: nobody is asked anything unless a policy says so."""
USERS = {"moment": 850, "moment-portal": 851}


@pytest.fixture
def bus(tmp_path: Path) -> Iterator[str]:
    """A system bus with BlueZ's policy and ours, on a machine that has our users; its address."""
    if os.geteuid() != 0:
        pytest.skip("only root becomes other users")
    name = f"moment-test-{os.getpid()}"
    for user, number in USERS.items():
        with (tmp_path / "passwd").open("a") as users:
            users.write(f"{user}:x:{number}:{number}::/:/bin/false\n")
    (tmp_path / "bluetooth.conf").write_text(BLUEZ_POLICY)
    policies = (SYSTEMD / "dbus/moment-recorder.conf", tmp_path / "bluetooth.conf")
    included = "".join(f"<include>{path}</include>" for path in policies)
    (tmp_path / "bus.conf").write_text(SYSTEM_BUS.format(name=name, included=included))
    (tmp_path / "passwd").write_text(Path("/etc/passwd").read_text() + (tmp_path / "passwd").read_text())
    script = f'mount --bind {tmp_path}/passwd /etc/passwd && exec dbus-daemon --config-file={tmp_path}/bus.conf "$@"'
    argv = ["unshare", "--mount", "sh", "-c", script, "sh", "--nofork", "--nopidfile", "--print-address"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as daemon:
        assert daemon.stdout
        assert daemon.stdout.readline()
        yield f"unix:abstract={name}"
        daemon.kill()


def asks_bluez(user: str, bus: str) -> list[str]:
    becoming = ["setpriv", f"--reuid={USERS[user]}", f"--regid={USERS[user]}", "--clear-groups"]
    asking = ["dbus-send", f"--bus={bus}", "--print-reply", "--dest=org.bluez", "/"]
    return [*becoming, *asking, "org.freedesktop.DBus.ObjectManager.GetManagedObjects"]


async def test_the_recorder_speaks_with_bluetooth_and_the_pages_do_not(bus: str) -> None:
    async with BlueZ(bus, GATT, GoProTalk(lambda: None)).running():
        answers = {}
        for user in USERS:
            child = await asyncio.create_subprocess_exec(
                *asks_bluez(user, bus), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
            )
            answers[user] = (await child.communicate())[0].decode()

    assert GATT.name in answers["moment"]
    assert "AccessDenied" in answers["moment-portal"]
    assert GATT.name not in answers["moment-portal"]


def test_the_radio_is_on_and_nobody_pairs_with_the_box_by_himself() -> None:
    told = configparser.ConfigParser()
    told.read(SYSTEMD / "bluetooth/main.conf")

    assert told["General"]["ControllerMode"] == "le"
    assert not told.getboolean("General", "AlwaysPairable")
    assert told["General"]["JustWorksRepairing"] == "never"
    assert told.getboolean("Policy", "AutoEnable")


def test_who_asks_for_bluetooth_on_a_board_without_a_radio_is_answered() -> None:
    """Debian's unit does not start there, and the bus keeps whoever asked waiting."""
    lines = (SYSTEMD / "units/bluetooth.service.d/moment.conf").read_text().splitlines()
    assert "ConditionPathIsDirectory=" in lines
