"""Cables to networks of their own, and the real NetworkManager at their near ends, with the box's own connections."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Self

ROOT = Path(__file__).parents[2]
WHERE = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
ENVIRONMENT = {**os.environ, "PATH": WHERE}
_PATIENCE_S = 60.0


class Cable:
    """What is at its far end, in a network of its own."""

    def __init__(self, name: str, *words: str) -> None:
        self.name = name
        argv = ["unshare", "--net", sys.executable, "-m", "tests.stands.cable_end", f"{name}-far", *words]
        self.end = subprocess.Popen(argv, stdin=subprocess.PIPE, cwd=ROOT, env=ENVIRONMENT)

    def plug_in(self) -> None:
        assert self.end.stdin
        self.end.stdin.write(b"\n")
        self.end.stdin.flush()

    def is_apart(self) -> bool:
        ours, theirs = (Path(f"/proc/{who}/ns/net").readlink() for who in ("self", self.end.pid))
        return ours != theirs

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self.end.stdin
        self.end.stdin.close()
        self.end.kill()
        self.end.wait()


def inside(process: int, *argv: str | Path) -> list[str]:
    """The command that runs `argv` in the network of that process."""
    return ["nsenter", f"--net=/proc/{process}/ns/net", *map(str, argv)]


def told_by(command: Sequence[str]) -> str:
    """The output of a program that ends well."""
    done = subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextlib.contextmanager
def real_manager(folder: Path, program: str, cables: Sequence[Cable]) -> Iterator[tuple[Path, int]]:
    """A root tree after `systemd/install`, and the process of a NetworkManager with the connections in it."""
    root = folder / "root"
    subprocess.run([ROOT / "systemd" / "install", root], check=True, capture_output=True)
    until_s = time.monotonic() + _PATIENCE_S
    while not all(cable.is_apart() for cable in cables):
        assert time.monotonic() < until_s, "the far ends have no networks of their own"
        time.sleep(0.02)
    ends = [word for cable in cables for word in (cable.name, str(cable.end.pid))]
    stand = ROOT / "tests" / "stands" / "real_network_manager"
    command = ["unshare", "--net", "--mount", str(stand), str(folder), program, str(root), *ends]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, env=ENVIRONMENT) as process:
        yield root, process.pid
        assert process.stdin
        process.stdin.close()
