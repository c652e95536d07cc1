"""Words to the service manager, over real datagram sockets."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.notify import Notifier, notifier_of


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[socket.socket, str]]:
    """A listening service manager, and its address as `NOTIFY_SOCKET` has it."""
    address = str(tmp_path / "notify") if request.param == "path" else f"@moment-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(address.replace("@", "\0", 1))
        listening.settimeout(30)
        yield listening, address


def test_words_arrive_together(manager: tuple[socket.socket, str]) -> None:
    listening, address = manager
    Notifier(address).tell("WATCHDOG=1", "STATUS=kein Bild: Größe")
    assert listening.recv(1000).decode() == "WATCHDOG=1\nSTATUS=kein Bild: Größe"


def test_a_manager_that_reads_nothing_holds_up_nobody(manager: tuple[socket.socket, str]) -> None:
    _, address = manager
    for _ in range(2000):  # the kernel queues some hundred datagrams at most
        Notifier(address).tell("WATCHDOG=1")


def test_a_manager_that_is_gone_is_no_trouble(tmp_path: Path) -> None:
    Notifier(str(tmp_path / "nobody")).tell("READY=1")
    Notifier().tell("READY=1")


def test_the_environment_names_the_manager_and_its_patience_and_children_do_not_inherit_it() -> None:
    environment = {"NOTIFY_SOCKET": "/n", "WATCHDOG_USEC": "180000000", "WATCHDOG_PID": str(os.getpid()), "HOME": "/"}
    assert notifier_of(environment).watchdog_s == 180
    assert environment == {"HOME": "/"}


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"WATCHDOG_USEC": "1000000"},
        {"NOTIFY_SOCKET": "/n"},
        {"NOTIFY_SOCKET": "/n", "WATCHDOG_USEC": "0"},
        {"NOTIFY_SOCKET": "/n", "WATCHDOG_USEC": "soon"},
        {"NOTIFY_SOCKET": "/n", "WATCHDOG_USEC": "1000000", "WATCHDOG_PID": "1"},
    ],
)
def test_no_watchdog_waits_for_us(environment: dict[str, str]) -> None:
    assert notifier_of(environment).watchdog_s is None
