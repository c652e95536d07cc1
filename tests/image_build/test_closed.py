"""Whether strangers can get into the box's root."""

import stat
from pathlib import Path

import pytest
from image_build.closed import account_troubles, entries_of, rights_troubles, server_troubles


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("root:*:20717:0:99999:7:::", ""),
        ("moment:!*:20717::::::", ""),
        ("moment:!:20717::::::", ""),
        ("pi:$y$j9T$abc$def:20717:0:99999:7:::", "The account pi can be logged into with a password."),
        ("root::20717:0:99999:7:::", "The account root can be logged into with no password."),
    ],
)
def test_accounts(line: str, told: str) -> None:
    assert account_troubles(f"daemon:*:1::::::\n{line}\n") == ([told] if told else [])


def test_rights_of_real_files(tmp_path: Path) -> None:
    for name, mode in {"fine": 0o644, "open": 0o666, "becomes": 0o4755, "group": 0o2755}.items():
        (tmp_path / name).touch()
        (tmp_path / name).chmod(mode)
    for name, mode in {"tmp": 0o1777, "yard": 0o777}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name).chmod(mode)
    (tmp_path / "link").symlink_to("open")
    assert rights_troubles(entries_of(tmp_path)) == [
        "/becomes runs with rights of somebody else.",
        "/group runs with rights of somebody else.",
        "Anybody may write to /open.",
        "Anybody may write to /yard.",
    ]


def test_the_bus_may_start_its_services() -> None:
    helper = "usr/lib/dbus-1.0/dbus-daemon-launch-helper"
    assert rights_troubles([(helper, stat.S_IFREG | 0o4754)]) == []


def test_servers_that_let_people_in() -> None:
    assert server_troubles(["usr/bin/ssh", "usr/sbin/sshd"]) == ["/usr/sbin/sshd lets people in."]
