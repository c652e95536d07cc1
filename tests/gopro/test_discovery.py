"""A camera is found without being named, in networks that hold nothing else; real mDNS, real addresses."""

import json
import subprocess
import sys

import pytest

from appliance.attending.interfaces import own_addresses
from tests.conftest import PROJECT_ROOT
from tests.stands.own_network import in_own_network


def found(*words: str, addresses: tuple[str, ...]) -> str:
    command = in_own_network([sys.executable, "-m", "tests.stands.found_gopro", *words], *addresses)
    done = subprocess.run(command, cwd=PROJECT_ROOT, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr
    return str(json.loads(done.stdout)["found"])


@pytest.mark.parametrize(
    ("camera", "box"), [("172.27.189.51", "172.27.189.52"), ("10.5.5.9", "10.5.5.101")], ids=["USB", "its Wi-Fi"]
)
def test_it_is_found_where_such_cameras_are(camera: str, box: str) -> None:
    assert found(camera, "8080", addresses=(f"{camera}/24", f"{box}/24")) == "HERO12 Black"


def test_it_is_found_by_its_announcement(free_port: int) -> None:
    """Anywhere, at any port."""
    assert found("192.0.2.7", str(free_port), "--announce", addresses=("192.0.2.7/24",)) == "HERO12 Black"


@pytest.mark.parametrize(
    ("box", "said"),
    [("172.27.189.52", "The GoPro at the end of the cable does not answer"), ("10.5.5.101", "No GoPro is found")],
)
def test_only_what_is_at_the_cable_is_said_to_be(free_port: int, box: str, said: str) -> None:
    sentence = found("192.0.2.7", str(free_port), addresses=("192.0.2.7/24", f"{box}/24"))
    assert sentence.startswith(said), sentence


def test_where_none_is_the_owner_is_told_what_to_do(free_port: int) -> None:
    """Not announced, and at no address of such cameras."""
    sentence = found("192.0.2.7", str(free_port), addresses=("192.0.2.7/24",))
    assert sentence.startswith("No GoPro is found: switch it on"), sentence


def test_this_machine_knows_its_addresses() -> None:
    assert "127.0.0.1" in own_addresses()
