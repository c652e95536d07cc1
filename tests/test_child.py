"""Children of every temper: polite, deaf, talkative, and orphaned."""

import asyncio
import os
import signal
import sys
import time
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

from appliance.child import GENTLY, Child
from tests.stands.processes import ends, is_alive

PYTHON = sys.executable
DEAF = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
code = "import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"
grandchild = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
grandchild.stdout.readline()
print(grandchild.pid, flush=True)
time.sleep(600)
"""
ORPHANING = """
import asyncio, sys
from appliance.child import Child
async def main():
    child = await Child.start(["sleep", "60"])
    print(child.pid, flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""


def program_of(pid: int) -> str:
    return Path(f"/proc/{pid}/comm").read_text().strip()


async def becomes(pid: int, program: str) -> None:
    """Wait until it is that: setpriv has done its work then."""
    async with asyncio.timeout(30):
        while program_of(pid) != program:  # noqa: ASYNC110 - nobody tells when a program becomes another
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("code", [0, 1, 7, 255])
async def test_the_exit_code_is_told(code: int) -> None:
    child = await Child.start([PYTHON, "-c", f"raise SystemExit({code})"])
    assert await child.wait() == code
    assert await child.wait() == code


async def test_a_signal_is_a_negative_code() -> None:
    child = await Child.start(["sleep", "60"])
    os.kill(child.pid, signal.SIGKILL)
    assert await child.wait() == -signal.SIGKILL


async def test_the_program_itself_is_the_child() -> None:
    """Setpriv and nice give way to it: its process id and its signals are the program's."""
    child = await Child.start([*GENTLY, "sleep", "60"])
    await becomes(child.pid, "sleep")
    assert os.getpgid(child.pid) == child.pid
    assert os.getpriority(os.PRIO_PROCESS, child.pid) == 19
    assert await child.stop() == -signal.SIGTERM


async def test_it_reads_no_keys() -> None:
    """A child that read the terminal would eat the keys of the demo."""
    child = await Child.start([PYTHON, "-c", "import sys; sys.exit(len(sys.stdin.read()))"])
    assert await child.wait() == 0


async def test_it_does_not_inherit_our_files(tmp_path: Path) -> None:
    with (tmp_path / "ours").open("w") as ours:
        code = f"import os; os.fstat({ours.fileno()})"
        child = await Child.start([PYTHON, "-c", code])
        assert await child.wait() == 1
        assert "Bad file descriptor" in child.last_words


async def test_standard_output_can_be_read() -> None:
    child = await Child.start([PYTHON, "-c", "print('word' * 50_000)"], output=PIPE)
    assert len(await child.output.read()) == 200_001
    assert await child.wait() == 0


async def test_a_program_that_is_not_there_says_so() -> None:
    child = await Child.start(["/nowhere/program"])
    assert await child.wait() != 0
    assert "failed to execute /nowhere/program: No such file or directory" in child.last_words


# Last words


async def test_the_last_words_are_the_last_twenty_lines() -> None:
    code = "import sys; [print('line', n, file=sys.stderr) for n in range(10_000)]"
    child = await Child.start([PYTHON, "-c", code])
    assert await child.wait() == 0
    assert child.last_words.splitlines() == [f"line {n}" for n in range(9_980, 10_000)]


async def test_very_long_lines_are_survived() -> None:
    """Half a megabyte without a line's end, then a word: the pipe must not fill up, and the word is heard."""
    code = "import sys; e = sys.stderr; e.write('x' * 500_000); e.write('\\nthe end\\n'); e.flush(); sys.exit(3)"
    child = await Child.start([PYTHON, "-c", code])
    async with asyncio.timeout(60):
        assert await child.wait() == 3
    assert child.last_words.splitlines()[-1] == "the end"
    assert len(child.last_words) < 200_000


async def test_words_that_are_no_text_are_survived() -> None:
    code = r"import sys; sys.stderr.buffer.write(b'caf\xe9 \xff\xfe\x00 open\nunfinished'); sys.exit(1)"
    child = await Child.start([PYTHON, "-c", code])
    assert await child.wait() == 1
    assert child.last_words == "caf\ufffd \ufffd\ufffd\0 open\nunfinished"


async def test_words_are_there_while_it_runs() -> None:
    code = "import sys, time; print('hello', file=sys.stderr, flush=True); time.sleep(60)"
    child = await Child.start([PYTHON, "-c", code])
    async with asyncio.timeout(60):
        while child.last_words != "hello":  # noqa: ASYNC110 - nobody else waits for words
            await asyncio.sleep(0.01)
    await child.stop()


# Ending it


async def test_it_is_asked_politely_first() -> None:
    code = """
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(5))
print("ready", flush=True)
time.sleep(60)
"""
    child = await Child.start([PYTHON, "-c", code], output=PIPE)
    await child.output.readline()
    assert await child.stop() == 5
    assert await child.stop() == 5, "safe on a child that has ended"


async def test_the_whole_group_of_a_deaf_child_is_ended_by_force() -> None:
    child = await Child.start([PYTHON, "-c", DEAF], output=PIPE)
    grandchild = int(await child.output.readline())
    began_s = time.monotonic()
    assert await child.stop(patience_s=0.3) == -signal.SIGKILL
    assert 0.3 <= time.monotonic() - began_s < 2.0
    assert await asyncio.to_thread(ends, child.pid)
    assert await asyncio.to_thread(ends, grandchild)


async def test_what_a_polite_child_leaves_behind_is_ended_too() -> None:
    """It obeys at once, and what it started does not: that, too, must not outlive what it was started for."""
    child = await Child.start([PYTHON, "-c", DEAF.replace("signal.SIG_IGN", "signal.SIG_DFL")], output=PIPE)
    grandchild = int(await child.output.readline())
    assert await child.stop() == -signal.SIGTERM
    assert await asyncio.to_thread(ends, grandchild)


async def test_nothing_is_sent_to_the_number_of_a_child_that_had_ended() -> None:
    """By then it may be another's. Here it is still the group of what the child left behind."""
    child = await Child.start([PYTHON, "-c", DEAF.replace("time.sleep(600)\n", "")], output=PIPE)
    grandchild = int(await child.output.readline())
    await child.wait()
    assert await child.stop() == 0
    assert is_alive(grandchild)
    child.send(signal.SIGKILL)
    assert await asyncio.to_thread(ends, grandchild)


async def test_a_frozen_child_is_ended_by_force() -> None:
    """As long as it has a handler for SIGTERM, which ffmpeg has."""
    code = "import signal, time; signal.signal(15, lambda *_: None); print('ready', flush=True); time.sleep(60)"
    child = await Child.start([PYTHON, "-c", code], output=PIPE)
    await child.output.readline()
    os.kill(child.pid, signal.SIGSTOP)
    assert await child.stop(patience_s=0.2) == -signal.SIGKILL


async def test_a_grandchild_that_holds_the_pipe_does_not_hold_us() -> None:
    code = """
import subprocess
keeper = subprocess.Popen(["sleep", "60"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
"""
    child = await Child.start([PYTHON, "-c", code])
    began_s = time.monotonic()
    assert await child.wait() == 0
    assert time.monotonic() - began_s < 5.0
    os.killpg(child.pid, signal.SIGKILL)
    await child._reading
    await child._process.wait()


async def test_it_dies_with_us_even_by_kill_9() -> None:
    parent = await asyncio.create_subprocess_exec(PYTHON, "-c", ORPHANING, stdout=PIPE)
    assert parent.stdout is not None
    child = int(await parent.stdout.readline())
    await becomes(child, "sleep")
    parent.kill()
    await parent.wait()
    assert await asyncio.to_thread(ends, child)
