"""A network of one's own, with nothing in it but this machine: for cameras whose address is part of what they are."""

import os
import subprocess
from collections.abc import Sequence

import pytest


def in_own_network(argv: Sequence[str], *addresses: str) -> list[str]:
    """The command that runs `argv` where the loopback has these addresses (ADDRESS/BITS) and carries multicast.

    Skips the test where that is not allowed.
    """
    setting_up = [
        "ip link set lo up multicast on",
        "ip route add 224.0.0.0/4 dev lo",
        *(f"ip address add {address} dev lo" for address in addresses),
    ]
    entering = ["unshare", "--net", *(["--map-root-user"] if os.geteuid() else [])]
    if subprocess.run([*entering, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine lets its users have no network of their own")
    script = " && ".join([*setting_up, 'exec "$@"'])
    return [*entering, "sh", "-ec", script, "sh", *argv]


def beside(pid: int) -> list[str]:
    """The beginning of a command that runs in the network of a process which `in_own_network` has started."""
    as_its_root = ["--preserve-credentials", "--user"] if os.geteuid() else []
    return ["nsenter", *as_its_root, "--net", "--target", str(pid)]
