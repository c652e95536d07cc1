"""A power cut after every step of a boot that takes over or resets: the next start ends what it began."""

import subprocess
import sys
import tomllib
from pathlib import Path

import msgspec
import pytest

from appliance.boot.camera_switch import OFF
from appliance.boot.making_up import NAME, TOLD, told
from appliance.boot.wishes import RESET, ResetWish
from appliance.network.hotspot import read_hotspot
from appliance.settings.hiding import STARS
from tests.conftest import PROJECT_ROOT
from tests.stands.boot_card import BootCard
from tests.stands.campaign import IS_FULL

MOST_STEPS = 480
STRIDE = 1 if IS_FULL else 11
"""Odd, so that deaths before and after a call take turns."""

MADE_UP = {f"data/system/{NAME}", f"boot/firmware/{TOLD}"}
"""Another one on every card."""

OLD = '[camera]\nkind = "v4l2"\ndevice = "/dev/video9"\n'
OLD_STORAGES = "[cellar]\ntype = local\n"
FILE = """\
[[wifi]]
ssid = "Home"
password = "secret12"
country = "DE"
[[wifi]]
ssid = "Work"
password = "secret34"
[board]
pi_camera = true
[camera]
kind = "rtsp"
url = "rtsp://me:hunter2@cam/live"
"""
MOST_STEPS_OF_RESET = 400
GOES = {
    "data/settings/rclone.conf", "data/portal/keys.json", "data/portal/key", "data/network/proven.json",
    "data/system/network-connections/home.nmconnection", "data/system/NetworkManager/seen-bssids",
    "data/memories/2026-MEMORY.mp4", "data/memories/.claims/c-1/claim.json", "data/ring/00000001/000001.ts",
}  # fmt: skip
STORAGES = "[garage]\ntype = webdav\npass = obscured\n"


def prepared(root: Path) -> BootCard:
    card = BootCard(root)
    card.places.settings.mkdir(parents=True)
    card.settings_file.write_text(OLD)
    (card.places.settings / "rclone.conf").write_text(OLD_STORAGES)
    card.leave("wrong", "moment-errors.txt")
    card.leave(b"arm_64bit=1\n" + OFF, "config.txt")
    card.leave(FILE)
    card.leave(STORAGES, "rclone.conf")
    return card


def lasting(card: BootCard) -> dict[str, bytes]:
    """What must be the same however often the power failed; not the note that the box has started once more."""
    return {
        name: content
        for name, content in card.files().items()
        if not name.startswith("run/")
        and name not in {"done", "data/system/restarted", "data/system/boots.json", *MADE_UP}
    }


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The card after a boot that nothing disturbed, and a second one."""
    card = prepared(tmp_path_factory.mktemp("ended") / "card")
    assert card.boot().troubles == []
    card.boot()
    return lasting(card)


def dead_at_each_step(folder: Path, most_steps: int) -> list[BootCard]:
    """Copies of the card in `folder`, each after a boot that died at another step."""
    steps = [str(step) for step in range(1, most_steps + 1, STRIDE)]
    command = [sys.executable, "-m", "tests.stands.dying_boot", str(folder / "card"), *steps]
    subprocess.run(command, cwd=PROJECT_ROOT, check=True, timeout=300)
    cards = [BootCard(folder / step) for step in steps]
    died = [card for card in cards if not (card.root / "done").exists()]
    assert len(died) > 100 // STRIDE
    assert cards[-1] not in died, "there is no step after the last at which it died"
    return died


@pytest.mark.campaign
def test_whenever_the_power_fails(tmp_path: Path, ended: dict[str, bytes]) -> None:
    prepared(tmp_path / "card")
    for card in dead_at_each_step(tmp_path, MOST_STEPS):
        settings = tomllib.loads(card.settings_file.read_text())
        is_new = "url" in settings["camera"]
        assert settings["camera"] == (tomllib.loads(FILE if is_new else OLD)["camera"] | settings["camera"])
        if "hunter2" not in card.firmware():
            assert is_new, "a secret leaves the one place only when it is at the other"
            assert [b"secret12" in path.read_bytes() or b"secret34" in path.read_bytes() for path in card.profiles]
            assert STARS in card.firmware()
        if not (card.places.firmware / "rclone.conf").exists():
            assert "garage" in (card.places.settings / "rclone.conf").read_text()

        assert card.boot().troubles == []
        card.boot()
        assert {name: content for name, content in lasting(card).items() if not name.endswith(".new")} == ended
        assert card.firmware(TOLD) == told(read_hotspot(card.places.system / NAME))


@pytest.mark.campaign
def test_whenever_the_power_fails_while_all_is_reset(tmp_path: Path) -> None:
    card = BootCard(tmp_path / "card")
    card.boot()
    known = read_hotspot(card.places.system / NAME)
    card.settings_file.write_text(OLD)
    for path in map(card.root.joinpath, GOES):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    wish = ResetWish(["settings", "networks", "storages"], memories=True)
    (card.places.settings / RESET).write_bytes(msgspec.json.encode(wish))

    for died in dead_at_each_step(tmp_path, MOST_STEPS_OF_RESET):
        assert died.boot().troubles == []

        assert not GOES & died.files().keys()
        assert not (died.places.settings / RESET).exists()
        assert died.settings == {}
        fresh = read_hotspot(died.places.system / NAME)
        assert fresh.passphrase != known.passphrase
        assert died.firmware(TOLD) == told(fresh)
