"""The box's fstab and kernel settings, taken at their word by the tools that read them."""

import json
from pathlib import Path

import pytest

from tests.stands.loop_card import LoopCard, run

SYSTEMD = Path(__file__).parents[2] / "systemd"
ENTRIES = json.loads(
    run("findmnt", "--fstab", "--tab-file", SYSTEMD / "fstab", "--json", "--list", "-o", "TARGET,SOURCE,FSTYPE,OPTIONS")
)["filesystems"]
SYSCTL = dict(
    line.split(" = ")
    for line in (SYSTEMD / "sysctl.d/moment.conf").read_text().splitlines()
    if line and not line.startswith("#")
)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["target"])
def test_whatever_is_broken_the_boot_goes_on_and_in_order(entry: dict[str, str]) -> None:
    options = entry["options"].split(",")
    if entry["fstype"] == "tmpfs":
        assert any(option.startswith("size=") for option in options), "memory is short"
    else:
        assert {"nofail", "x-systemd.before=local-fs.target"} <= set(options)


def test_the_data_partition_is_mounted_as_it_is_said(card: LoopCard) -> None:
    entry = next(entry for entry in ENTRIES if entry["target"] == "/data")
    wanted = {option for option in entry["options"].split(",") if not option.startswith(("x-systemd.", "nofail"))}
    card.prepare()

    run("mount", "-o", ",".join(wanted), card.part, card.mounted)
    try:
        options = run("findmnt", "-n", "-o", "OPTIONS", card.mounted).strip().split(",")
    finally:
        run("umount", card.mounted)

    assert wanted <= set(options)
    assert "lazytime" not in options


@pytest.mark.parametrize("key", SYSCTL)
def test_the_kernel_knows_every_setting(key: str) -> None:
    assert (Path("/proc/sys") / key.replace(".", "/")).exists()
    assert SYSCTL[key].isdecimal()


def test_writers_are_slowed_down_later_than_the_kernel_begins_to_write() -> None:
    assert int(SYSCTL["vm.dirty_background_bytes"]) * 4 < int(SYSCTL["vm.dirty_bytes"])
