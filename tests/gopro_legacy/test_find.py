"""A GoPro of the old kind is found in its own Wi-Fi, in a network that holds nothing else; real addresses and ports."""

import subprocess
import sys

import msgspec
import pytest

from appliance.camera.finders import Findings
from appliance.camera.ranking import ranked
from appliance.found import Found
from tests.conftest import PROJECT_ROOT
from tests.stands.own_network import in_own_network

pytestmark = pytest.mark.timeout(200)

HERO5 = Found("gopro-legacy", "HERO5 Black", "10.5.5.9", ("h264", "30/s"))
IN_ITS_WIFI = ("10.5.5.9/24", "10.5.5.101/24")


def found(*words: str, addresses: tuple[str, ...] = IN_ITS_WIFI) -> Findings:
    command = in_own_network([sys.executable, "-m", "tests.stands.found_legacy_gopro", *words], *addresses)
    done = subprocess.run(command, cwd=PROJECT_ROOT, capture_output=True, timeout=190, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return msgspec.json.decode(done.stdout, type=Findings)


def test_it_is_found_where_such_cameras_are() -> None:
    told = found()

    assert told == Findings([HERO5], [])
    assert ranked(told.cameras, used=None) == [HERO5]


def test_one_that_sleeps_is_woken() -> None:
    assert found("--asleep").cameras == [HERO5]


def test_one_that_records_onto_its_own_card_is_listed_with_that_trouble_and_not_taken() -> None:
    told = found("--recording")

    assert [camera.name for camera in told.cameras] == [HERO5.name]
    assert str(told.cameras[0].trouble).startswith("HERO5 Black records onto its own card")
    assert not ranked(told.cameras, used=None)


def test_one_of_the_newer_kind_is_left_to_the_other_finder() -> None:
    assert found("--newer") == Findings([], [])


def test_one_that_does_not_answer_is_given_up_in_time() -> None:
    assert found("--hanging") == Findings([], [])


def test_a_box_in_no_such_wifi_asks_nobody() -> None:
    """By any address of its own: a stranger at 10.5.5.9 in another network is none of its business."""
    argv = [sys.executable, "-m", "appliance.gopro_legacy.find", "--seconds", "60"]
    done = subprocess.run(
        in_own_network(argv, "192.0.2.7/24"), cwd=PROJECT_ROOT, capture_output=True, timeout=50, check=True
    )
    assert done.stdout == b""
