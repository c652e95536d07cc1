"""What the installer for other people's machines puts there."""

import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("machine") / "shown"
    subprocess.run([ROOT / "image-build" / "install.sh", "--show", folder], check=True, timeout=60)
    return folder


def test_a_machine_keeps_its_name_its_users_and_its_mounts(shown: Path) -> None:
    ours = {str(path.relative_to(shown / "etc")) for path in (shown / "etc").rglob("*") if not path.is_dir()}
    assert ours == {
        "systemd/system/multi-user.target.wants/moment-recorder.service",
        "systemd/system/sockets.target.wants/moment-portal.socket",
    }


def test_its_network_is_left_alone(shown: Path) -> None:
    settings = tomllib.loads((shown / "usr/share/moment-recorder/moment.toml").read_text())
    assert settings["network"]["set_up"] == "never"
    assert settings["panel"]["kind"] == "none"  # no Raspberry Pi
    assert not list(shown.rglob("*NetworkManager*"))
    assert not list(shown.rglob("*fence*"))


def test_nothing_is_shown_into_a_folder_that_is_there(shown: Path) -> None:
    again = subprocess.run(
        [ROOT / "image-build" / "install.sh", "--show", shown], capture_output=True, text=True, check=False
    )
    assert again.returncode != 0
    assert str(shown) in again.stderr
