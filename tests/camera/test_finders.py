"""Finders as real programs: what they say, and what becomes of those that are missing, hang or fail."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from appliance.camera.finders import FINDERS, MOST_FOUND, Finder, look
from appliance.found import Found
from tests.stands.processes import is_alive

GOOD = """
import sys
assert sys.argv[1] == "--seconds" and float(sys.argv[2]) > 0
print('{"kind": "gopro", "name": "HERO12", "address": "172.27.189.51", "abilities": ["h264", "wired"]}')
print('{"kind": "snapcam", "name": "SnapCam_6A6C", "trouble": "Its battery is empty.", "a later word": 1}')
"""
FOUND = [
    Found("gopro", "HERO12", "172.27.189.51", ("h264", "wired")),
    Found("snapcam", "SnapCam_6A6C", trouble="Its battery is empty."),
]


def finder(program: str) -> Finder:
    return Finder("Toy cameras", (sys.executable, "-c", program))


async def test_what_finders_tell_is_put_together() -> None:
    found = await look([finder(GOOD), finder("pass")], 1.0)

    assert found.cameras == FOUND
    assert found.troubles == []


@pytest.mark.parametrize(
    ("program", "why"),
    [
        ("import no_such_finder", "No module named 'no_such_finder'"),
        ("import sys; print('Bluetooth is switched off.', file=sys.stderr); sys.exit(1)", "Bluetooth is switched off"),
        ("raise SystemExit(3)", "exit code 3"),
        ("print('not JSON')", "nobody understands"),
        ("""print('{"kind": "kettle", "name": "K"}')""", "nobody understands"),
        ("print('x' * 200_000)", "nobody understands"),
        ("import sys; sys.stdout.buffer.write(b'\\xff\\xfe\\n')", "nobody understands"),
        ("import os; os.kill(os.getpid(), 9)", "exit code -9"),
        ("import sys; sys.exit('a \\x1b[31mred\\x1b[0m word at rtsp://me:hunter2@cam')", "a [31mred [0m word"),
    ],
)
async def test_a_finder_that_fails_costs_only_its_own_cameras(program: str, why: str) -> None:
    found = await look([finder(program), finder(GOOD)], 1.0)

    assert found.cameras == FOUND
    (sentence,) = found.troubles
    assert sentence.startswith("Toy cameras could not be looked for: ")
    assert why in sentence
    assert "hunter2" not in sentence
    assert sentence.isprintable()


async def test_a_finder_that_hangs_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    """What it told before counts."""
    program = f"""
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen(["sleep", "600"])
open({str(tmp_path / "pids")!r}, "w").write(f"{{os.getpid()}} {{child.pid}}")
print('{{"kind": "gopro", "name": "HERO9"}}', flush=True)
time.sleep(600)
"""
    found = await look([finder(program)], 2.0, grace_s=0.5)

    assert found.cameras == [Found("gopro", "HERO9")]
    assert found.troubles == ["Toy cameras could not be looked for: their finder hangs."]
    async with asyncio.timeout(60):  # the kernel ends a killed process soon, not at once
        while any(is_alive(int(pid)) for pid in (tmp_path / "pids").read_text().split()):  # noqa: ASYNC110 - the kernel's
            await asyncio.sleep(0.05)


async def test_a_finder_that_babbles_is_heard_to_an_end() -> None:
    found = await look([finder('print(\'{"kind": "gopro", "name": "x"}\\n\' * 5000)')], 5.0)

    assert len(found.cameras) == MOST_FOUND


async def test_a_program_that_is_not_there_is_told() -> None:
    found = await look([Finder("Toy cameras", ("/no/such/program",))], 1.0)

    assert found.cameras == []
    assert len(found.troubles) == 1


def test_the_finders_are_modules_of_ours() -> None:
    for known in FINDERS:
        assert known.argv[:2] == (sys.executable, "-m")
        assert known.argv[2].startswith("appliance.")
    assert os.access(sys.executable, os.X_OK)
