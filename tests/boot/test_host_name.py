"""The box's name in a network: what the owner set, or the one that every box has."""

import os
import subprocess
import sys

import pytest

from appliance.boot.host_name import DEFAULT, apply_host_name
from appliance.boot.outcome import Outcome
from appliance.network.attempts import HOST_NAME
from tests.conftest import PROJECT_ROOT
from tests.stands.boot_card import BootCard

FILES = PROJECT_ROOT / "image-build/files/etc"


@pytest.fixture
def card(card: BootCard) -> BootCard:
    etc = card.root / "etc"
    etc.mkdir()
    for name in ("hostname", "hosts"):
        (etc / name).write_bytes((FILES / name).read_bytes())
    card.places.network.mkdir(parents=True)
    return card


def named(card: BootCard) -> tuple[str, list[str]]:
    """What hostname(5) and hosts(5) say."""
    etc = card.root / "etc"
    lines = [line.split() for line in (etc / "hosts").read_text().splitlines()]
    return (etc / "hostname").read_text(), [
        name for address, *names in lines for name in names if address[:5] == "127.0"
    ]


def test_the_owner_s_name_is_the_box_s(card: BootCard) -> None:
    (card.places.network / HOST_NAME).write_text("porch\n")

    for _ in range(2):
        assert card.boot().troubles == []

        assert named(card) == ("porch\n", ["localhost", "porch"])
        assert card.machine.host_names == ["porch"], "once is enough"


@pytest.mark.parametrize(
    "left", [b"", b"\n", b"-x", b"porch.local", b"a b", b"a\nb", b"\xff\xfe", b"a" * 64, b"../../etc", b"$(reboot)"]
)
def test_what_is_no_name_gives_the_one_that_every_box_has(card: BootCard, left: bytes) -> None:
    (card.places.network / HOST_NAME).write_bytes(b"porch")
    apply_host_name(card.places, card.machine, card.root)
    (card.places.network / HOST_NAME).write_bytes(left)

    assert apply_host_name(card.places, card.machine, card.root) == Outcome()

    assert named(card) == (f"{DEFAULT}\n", ["localhost", DEFAULT])
    assert card.machine.host_names == ["porch", DEFAULT]


@pytest.mark.parametrize("trap", ["link", "pipe", "folder"])
def test_what_is_no_file_holds_nobody_up(card: BootCard, trap: str) -> None:
    place = card.places.network / HOST_NAME
    (card.root / "elsewhere").write_text("porch\n")
    match trap:
        case "link":
            place.symlink_to(card.root / "elsewhere")
        case "pipe":
            os.mkfifo(place)
        case _:
            place.mkdir()

    assert card.boot().troubles == []
    assert card.machine.host_names == []


def test_a_box_that_nobody_named_stays_as_it_came(card: BootCard) -> None:
    assert card.boot().troubles == []

    assert card.machine.host_names == []
    assert (card.root / "etc/hostname").read_text() == f"{DEFAULT}\n"


def test_what_refuses_to_be_named_is_named_the_next_time(card: BootCard) -> None:
    (card.places.network / HOST_NAME).write_text("porch\n")
    card.machine.refuses_names = True
    assert "could not give the box its name in the network" in card.boot().troubles[0]
    card.machine.refuses_names = False

    assert card.boot().troubles == []
    assert named(card) == ("porch\n", ["localhost", "porch"])


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may name a machine")
def test_a_machine_is_really_renamed(card: BootCard) -> None:
    """In a space of names of its own: this machine keeps its name."""
    (card.places.network / HOST_NAME).write_text("porch\n")
    program = [sys.executable, "-m", "appliance.boot.host_name", "--root", str(card.root)]

    done = subprocess.run(
        ["unshare", "--uts", "sh", "-c", '"$@" && uname -n', "sh", *program],
        cwd=PROJECT_ROOT, check=True, capture_output=True, text=True, timeout=60,
    )  # fmt: skip

    assert done.stdout == "porch\n"
    assert named(card)[0] == "porch\n"
