"""Child processes: started from argument lists, never outliving us, stopped politely and then by force."""

import asyncio
import contextlib
import os
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections import deque
from collections.abc import Callable, Mapping, Sequence

Hear = Callable[[str], None]
"""Called in the loop with one line; must return at once and not raise."""

GENTLY = ("nice", "-n", "19", "ionice", "-c", "3")
"""Prefix for work that yields to everything else (idle I/O class, lowest CPU share)."""

_DIES_WITH_US = ("setpriv", "--pdeathsig", "KILL", "--")
"""util-linux's setpriv asks the kernel to end the child when we end, even by kill -9 (prctl(2)).
`preexec_fn` would do the same but forks the slow way and is unsafe with threads."""


class Child:
    """One running child with the last lines that it wrote to its error output."""

    def __init__(self, process: Process, hear: Hear | None = None, kept_lines: int = 20) -> None:
        self._process = process
        self._hear = hear
        self._lines: deque[str] = deque(maxlen=kept_lines)
        self._reading = asyncio.create_task(self._read_errors())

    @classmethod
    async def start(
        cls,
        argv: Sequence[str],
        *,
        output: int = DEVNULL,
        told: bytes | None = None,
        environment: Mapping[str, str] | None = None,
        hear: Hear | None = None,
    ) -> "Child":
        """Start `argv` in a group of its own. `hear` gets each line of the error output.

        `told`: its whole input, which no other program sees; it reads that before anything else. `environment`: beside
        ours.

        Raises:
            FileNotFoundError: if the program is not installed.
        """
        process = await asyncio.create_subprocess_exec(
            *_DIES_WITH_US,
            *argv,
            stdin=DEVNULL if told is None else PIPE,
            stdout=output,
            stderr=PIPE,
            process_group=0,
            env={**os.environ, **(environment or {})},
        )
        child = cls(process, hear)
        if told is not None:
            await _tell(process, told)
        return child

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def last_words(self) -> str:
        """The last lines of the error output, oldest first."""
        return "\n".join(self._lines)

    @property
    def output(self) -> asyncio.StreamReader:
        """The standard output, when started with `output=PIPE`."""
        assert self._process.stdout is not None
        return self._process.stdout

    async def wait(self) -> int:
        """The exit code, once the child has ended and its last words are read."""
        code = await self._exit_code()
        with contextlib.suppress(TimeoutError):  # a grandchild may hold the pipe open
            await asyncio.wait_for(asyncio.shield(self._reading), 1.0)
        return code

    async def _exit_code(self) -> int:
        """Python's own `wait()` waits, in some versions (3.11.7), until a grandchild lets go of the pipe, too."""
        waiting = asyncio.create_task(self._process.wait())
        try:
            while self._process.returncode is None:
                await asyncio.wait([waiting], timeout=1.0)
        finally:
            waiting.cancel()
        return self._process.returncode

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the whole group, such as SIGSTOP; safe on a child that has ended."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    async def stop(self, patience_s: float = 5.0) -> int:
        """Ask to end, then end by force whatever is left of its group.

        Safe on a child that had ended before: nothing is sent then, as its number may be another's by now.
        """
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.terminate()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._exit_code(), patience_s)
            self.send(signal.SIGKILL)
        return await self.wait()

    async def _read_errors(self) -> None:
        assert self._process.stderr is not None
        while True:
            try:
                line = await self._process.stderr.readline()
            except ValueError:  # a line beyond the stream's limit: its rest follows
                continue
            if not line:
                return
            text = line.decode(errors="replace").rstrip()
            self._lines.append(text)
            if self._hear:
                self._hear(text)


async def _tell(process: Process, content: bytes) -> None:
    assert process.stdin is not None
    with contextlib.suppress(ConnectionError):  # it has ended already, which its exit code tells
        process.stdin.write(content)
        await process.stdin.drain()
        process.stdin.close()
        await process.stdin.wait_closed()
