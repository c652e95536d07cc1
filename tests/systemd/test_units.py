"""What the units promise, read as systemd reads them; and what `systemd/install` makes of a root tree."""

import ipaddress
import os
import re
import shutil
import subprocess
from collections import defaultdict
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from setup_portal.arrival import SETUP_ADDRESS, SETUP_NETWORK

from appliance.boot.beside import LIMIT_S, SAFE
from appliance.boot.report import BootReport, read_report
from appliance.network.attempts import HOST_NAME
from appliance.network.profiles import ADDRESS, PREFIX
from appliance.recording.heartbeat import LOOKS_PER_WATCHDOG
from tests.conftest import PROJECT_ROOT

SYSTEMD = PROJECT_ROOT / "systemd"
UNITS = SYSTEMD / "units"
NFT = shutil.which("nft", path=f"{os.environ.get('PATH', '')}:/usr/sbin") or ""
ANALYZE = shutil.which("systemd-analyze") or ""
MOST_EXPOSURE = {
    "moment-recorder.service": 1.8,
    "moment-portal.service": 1.0,
    "moment-clock.service": 2.1,
    "moment-country.service": 2.4,
    "moment-fence.service": 3.4,
    "moment-name.service": 2.4,
}
UNIT_NAMES = sorted(path.name for path in UNITS.iterdir() if path.is_file())
LONGEST_STALL_S = 90
"""A card may hold up every write for so long."""

Unit = dict[str, list[str]]


def read(path: Path) -> Unit:
    """Every key with its values, in order."""
    unit: Unit = defaultdict(list)
    for line in path.read_text().splitlines():
        key, is_setting, value = line.partition("=")
        if is_setting and not line.startswith(("#", ";")):
            unit[key].append(value)
    return unit


def rows(path: Path) -> list[list[str]]:
    """The fields of every line that says something."""
    return [line.split() for line in path.read_text().splitlines() if line and not line.startswith("#")]


@pytest.fixture(scope="module")
def recorder() -> Unit:
    return read(UNITS / "moment-recorder.service")


@pytest.fixture(scope="module")
def portal() -> Unit:
    return read(UNITS / "moment-portal.service")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root tree after `systemd/install`."""
    tree = tmp_path_factory.mktemp("root")
    install(tree)
    return tree


def install(tree: Path, *words: str) -> None:
    subprocess.run([SYSTEMD / "install", tree, *words], check=True, capture_output=True, timeout=60)


def entries(tree: Path) -> dict[str, str]:
    """Every file's content and every link's target."""
    found = {}
    for folder, _, names in os.walk(tree):
        for path in (Path(folder) / name for name in names):
            found[str(path.relative_to(tree))] = str(path.readlink()) if path.is_symlink() else path.read_text()
    return found


# The recorder


def test_the_recorder_is_not_root_and_starts_the_programs_of_the_plan(recorder: Unit, portal: Unit) -> None:
    assert recorder["User"] == ["moment"]
    (command,) = recorder["ExecStart"]
    assert command.split() == [
        "/usr/bin/moment", "run", "--after", "/run/moment-boot/report.json",
        "--base", "/usr/share/moment-recorder/moment.toml", "--config", "/data/settings/moment.toml",
    ]  # fmt: skip
    assert portal["User"] == ["moment-portal"]
    assert portal["ExecStart"] == ["/usr/lib/moment-recorder/portal"]


def test_no_program_is_found_by_chance_or_through_a_shell_line() -> None:
    for path in UNITS.glob("*.service"):
        for key, commands in read(path).items():
            for command in commands if key.startswith("Exec") else []:
                assert command.lstrip("-+").startswith("/usr/"), f"{path.name}: {command}"
                assert " -c " not in command, f"{path.name}: {command}"


def test_ring_and_memories_are_below_one_mount(recorder: Unit) -> None:
    """A path that is made writable becomes a mount of its own, and no hard link leads out of one: claims need them."""
    writable = " ".join(recorder["ReadWritePaths"]).replace("-/", "/").split()
    assert "/data" in writable
    assert not {path for path in writable if path.startswith(("/data/ring", "/data/memories"))}


def test_the_recorder_loads_beside_the_boot_and_waits_for_its_report(recorder: Unit) -> None:
    boot = read(UNITS / "moment-boot.service")
    assert recorder["DefaultDependencies"] == ["no"]
    assert not {"moment-boot.service", "sysinit.target"} & set(" ".join(recorder["After"]).split())
    assert int(recorder["TimeoutStartSec"][0]) > LIMIT_S > 180
    assert boot["TimeoutStartSec"] == ["3min"]
    for key in ("RestartPreventExitStatus", "SuccessExitStatus"):
        assert recorder[key] == [str(SAFE)]
    # systemd orders a service with a share in the system's /tmp behind systemd-tmpfiles
    assert recorder["PrivateTmp"] == ["yes", "disconnected"]
    # a recorder that goes leaves the folder to moment-safe.service
    assert recorder["RuntimeDirectoryPreserve"] == ["yes"]


def test_a_boot_that_failed_leaves_a_report_all_the_same(tmp_path: Path) -> None:
    (anyway,) = read(UNITS / "moment-boot.service")["ExecStopPost"]
    report = tmp_path / "report.json"
    for _ in range(2):
        subprocess.run([SYSTEMD / "libexec" / Path(anyway).name, report], check=True, timeout=60)
        assert read_report(str(report)) == BootReport()
    report.write_text('{"mode":"safe"}')
    subprocess.run([SYSTEMD / "libexec" / Path(anyway).name, report], check=True, timeout=60)
    assert read_report(str(report)) == BootReport(mode="safe")


def test_the_recorder_may_start_children_and_know_this_boot(recorder: Unit) -> None:
    assert recorder["SystemCallFilter"][-1].split() == ["capset"]
    assert "ProcSubset" not in recorder  # it hides the identity of this boot


def test_the_watchdog_outlasts_a_card_that_stalls(recorder: Unit) -> None:
    (watchdog_s,) = map(int, recorder["WatchdogSec"])
    assert watchdog_s * (1 - 1 / LOOKS_PER_WATCHDOG) > 1.5 * LONGEST_STALL_S
    assert int(recorder["TimeoutStartSec"][0]) > watchdog_s
    assert int(recorder["TimeoutStopSec"][0]) >= LONGEST_STALL_S


def test_a_recorder_that_fails_at_once_comes_to_its_limit(recorder: Unit) -> None:
    at_least_s = int(recorder["RestartSec"][0]) * int(recorder["StartLimitBurst"][0])
    assert at_least_s < int(recorder["StartLimitIntervalSec"][0]) / 2
    assert recorder["StartLimitAction"] == ["reboot"]
    assert recorder["Restart"] == ["always"]


def test_the_portal_sleeps_until_it_is_there(portal: Unit) -> None:
    condition = ["/usr/lib/moment-recorder/lib/setup_portal"]
    assert portal["ConditionPathExists"] == condition
    assert read(UNITS / "moment-portal.socket")["ConditionPathExists"] == condition


def test_the_portal_reads_footage_and_not_what_the_owner_set(portal: Unit) -> None:
    assert portal["ProtectSystem"] == ["strict"]
    hidden = {path.lstrip("-") for path in portal["InaccessiblePaths"][0].split()}
    assert {"/data/settings", "/data/system", "/data/log", "/data/updates", "/boot/firmware"} <= hidden
    assert not {"/data/ring", "/data/memories"} & hidden
    assert portal["SupplementaryGroups"] == ["moment"]


def test_the_portal_writes_to_its_own_folder_alone(portal: Unit) -> None:
    assert portal["ReadWritePaths"] == ["-/data/portal"]
    starter = (PROJECT_ROOT / "image-build" / "files" / portal["ExecStart"][0][1:]).read_text()
    assert " --state /data/portal " in starter
    assert (
        "d /data/portal          0700 moment-portal moment-portal"
        in (SYSTEMD / "tmpfiles.d/moment-recorder.conf").read_text()
    )


# Users and folders


def test_users_have_the_numbers_that_the_data_partition_remembers() -> None:
    users = {row[1]: int(row[2]) for row in rows(SYSTEMD / "sysusers.d/moment-recorder.conf") if row[0] in {"u", "g"}}
    assert users == {"gpio": 852, "moment": 850, "moment-portal": 851}


def test_the_folders_of_the_data_partition_are_those_of_the_plan() -> None:
    plan = (PROJECT_ROOT / "docs" / "box.md").read_text()
    for kind, path, mode, *owner in rows(SYSTEMD / "tmpfiles.d/moment-recorder.conf"):
        assert kind == "d"
        assert re.search(rf"`{re.escape(path.removeprefix('/data/'))}[/`]", plan), path
        assert int(mode, 8) & 0o007 in {0, 0o005}, f"{path} is open to strangers"
        assert int(mode, 8) & 0o005 == 0 or owner == ["root", "root"], path


# Putting it in place


def test_installing_twice_is_installing_once(root: Path, tmp_path: Path) -> None:
    install(tmp_path)
    once = entries(tmp_path)
    install(tmp_path)
    assert entries(tmp_path) == once


def test_every_unit_is_there_and_enabled_where_it_asks_to_be(root: Path) -> None:
    for path in UNITS.iterdir():
        if path.is_dir():
            continue
        placed = f"/usr/lib/systemd/system/{path.name}"
        assert (root / placed[1:]).read_text() == path.read_text()
        for target in " ".join(read(path)["WantedBy"]).split():
            assert str((root / "etc/systemd/system" / f"{target}.wants" / path.name).readlink()) == placed


def test_every_configuration_is_in_its_place(root: Path) -> None:
    for folder, place in {
        "sysusers.d": "usr/lib/sysusers.d",
        "tmpfiles.d": "usr/lib/tmpfiles.d",
        "polkit": "usr/share/polkit-1/rules.d",
        "udev": "usr/lib/udev/rules.d",
        "system.conf.d": "usr/lib/systemd/system.conf.d",
        "journald.conf.d": "usr/lib/systemd/journald.conf.d",
        "sysctl.d": "usr/lib/sysctl.d",
        "NetworkManager": "usr/lib/NetworkManager/conf.d",
        "NetworkManager/system-connections": "usr/lib/NetworkManager/system-connections",
        "udev/box": "usr/lib/udev/rules.d",
        "NetworkManager/dnsmasq-shared.d": "etc/NetworkManager/dnsmasq-shared.d",
        "bluetooth": "etc/bluetooth",
        "dbus": "usr/share/dbus-1/system.d",
        "avahi": "etc/avahi",
        "avahi/services": "etc/avahi/services",
        "fence": "usr/lib/moment-recorder",
        "presets": "usr/lib/systemd/system-preset",
    }.items():
        for path in filter(Path.is_file, (SYSTEMD / folder).glob("*")):
            assert (root / place / path.name).read_text() == path.read_text()


def test_a_camera_at_usb_has_the_name_by_which_its_connection_knows_it(root: Path) -> None:
    (rule,) = [line for line in (SYSTEMD / "udev/box/61-moment-gopro.rules").read_text().splitlines() if line[0] != "#"]
    connection = root / "usr/lib/NetworkManager/system-connections/gopro.nmconnection"

    name = rule.rpartition("NAME=")[2].strip('"').removesuffix("%n")
    assert read(connection)["interface-name"] == [f"{name}*"]
    assert connection.stat().st_mode & 0o777 == 0o600, "NetworkManager passes over what others may read"


def test_the_owner_s_name_for_the_box_reaches_whoever_tells_it(recorder: Unit, portal: Unit) -> None:
    for unit in (recorder, portal):
        assert "ProtectHostname" not in unit, "in a space of names of its own it would go on with the earlier one"
    naming = read(UNITS / "moment-name.service")
    assert "avahi-daemon.service" in naming["ExecStartPost"][0]
    assert "avahi-daemon.service" in read(UNITS / "moment-boot.service")["Before"][0]
    assert f"/data/network/{HOST_NAME}" in read(UNITS / "moment-name.path")["PathChanged"]


def test_the_pages_are_announced_at_their_port(root: Path) -> None:
    service = ET.parse(root / "etc/avahi/services/moment.service").getroot().find("service")
    assert service is not None
    assert service.findtext("port") == read(UNITS / "moment-portal.socket")["ListenStream"][0]
    assert service.findtext("type") == "_http._tcp"
    assert "avahi-daemon" in (PROJECT_ROOT / "image-build/packages").read_text().split()


def test_names_and_fence_of_the_set_up_network_are_about_its_address() -> None:
    names = (SYSTEMD / "NetworkManager/dnsmasq-shared.d/moment.conf").read_text().splitlines()
    fence = (SYSTEMD / "fence/fence.nft").read_text()
    network = ipaddress.ip_network(f"{ADDRESS}/{PREFIX}", strict=False)

    assert f"address=/#/{ADDRESS}" in names
    assert (ADDRESS, network) == (SETUP_ADDRESS, SETUP_NETWORK)
    assert {"no-resolv", "local=/#/"} <= {*names}
    assert f"ip saddr {network} jump phones" in fence


@pytest.mark.skipif(not NFT, reason="nftables is not installed on this machine")
def test_the_fence_is_understood_and_can_be_loaded_twice() -> None:
    for _ in range(2):
        subprocess.run(
            ["unshare", "--net", "--map-root-user", NFT, "--file", SYSTEMD / "fence/fence.nft"],
            check=True, capture_output=True, timeout=60,
        )  # fmt: skip


def test_a_guest_changes_nothing_of_the_machine_that_it_visits(tmp_path: Path) -> None:
    install(tmp_path, "--guest")
    placed = {name for name in entries(tmp_path) if name.startswith("usr/") or "systemd" in name}
    assert not {name for name in placed if "moment-" not in name}
    (changes,) = [tmp_path / name for name in placed if name.endswith("moment-recorder.service.d/guest.conf")]
    told = read(changes)
    assert told["StartLimitAction"] == ["none"]
    assert told["DefaultDependencies"] == ["yes"]
    # on a machine that keeps its clock by other means than systemd-timesyncd the kernel is asked (adjtimex(2))
    assert told["ProtectClock"] == ["no"]
    assert told["SystemCallFilter"] == ["adjtimex clock_adjtime"]


@pytest.mark.skipif(not ANALYZE, reason="systemd-analyze is not installed on this machine")
@pytest.mark.parametrize("unit", MOST_EXPOSURE)
def test_exposure_is_low(root: Path, unit: str) -> None:
    threshold = f"--threshold={MOST_EXPOSURE[unit] * 10:.0f}"
    done = subprocess.run(
        [ANALYZE, "security", "--offline=true", "--no-pager", threshold, f"--root={root}", unit],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(not ANALYZE, reason="systemd-analyze is not installed on this machine")
def test_systemd_understands_every_line(root: Path) -> None:
    done = subprocess.run(
        [ANALYZE, "verify", "--man=no", "--recursive-errors=no", f"--root={root}", *UNIT_NAMES],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    # the tree holds neither programs nor the system's own units; and this machine's systemd may be an older one
    passed_over = ("is not executable", "not found", "ignoring: disconnected")
    told = [line for line in done.stderr.splitlines() if not any(words in line for words in passed_over)]
    assert not [line for line in told if "moment-" in line], done.stderr
