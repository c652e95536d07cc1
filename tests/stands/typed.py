"""The `moment` command as a process of its own, piped or on a terminal."""

import codecs
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import appliance

ROOT = Path(appliance.__file__).parent.parent
MOMENT = [sys.executable, str(ROOT / "appliance" / "command" / "main.py")]
PATIENCE_S = 60


def surroundings(folder: Path, **more: str) -> dict[str, str]:
    """The environment of a command that asks at the socket in `folder`."""
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
    return {**kept, "PYTHONPATH": str(ROOT), "MOMENT_SOCKET": str(folder / "control.sock"), "TERM": "xterm", **more}


def moment(folder: Path, *words: str, typed: str = "", **more: str) -> subprocess.CompletedProcess[str]:
    """What a command says to its end, when `typed` is piped in."""
    return subprocess.run(
        [*MOMENT, *words], cwd=folder, env=surroundings(folder, **more), input=typed, capture_output=True, text=True,
        check=False, timeout=PATIENCE_S,
    )  # fmt: skip


class Terminal:
    """A process on a terminal of its own."""

    def __init__(self, folder: Path, *words: str) -> None:
        self._owner, inner = pty.openpty()
        self._process = subprocess.Popen(
            [*MOMENT, *words], cwd=folder, env=surroundings(folder, COLUMNS="200"), stdin=inner, stdout=inner,
            stderr=inner, start_new_session=True,
        )  # fmt: skip
        os.close(inner)
        self.shown = ""
        self._letters = codecs.getincrementaldecoder("utf-8")()
        """One may come in two pieces."""

    def read_until(self, text: str) -> None:
        """Return when it has shown this, whenever that was."""
        while text not in self.shown:
            self._look()

    def type(self, line: str, after: str) -> None:
        """Press the keys of a line and Enter, when this is the last that is shown."""
        while not self.shown.endswith(after):
            self._look()
        os.write(self._owner, f"{line}\n".encode())
        self.shown += "\n"

    def _look(self) -> None:
        self.shown += self._letters.decode(os.read(self._owner, 65536))

    def send(self, number: signal.Signals) -> None:
        """Interrupt it, or worse."""
        self._process.send_signal(number)

    def end(self, with_signal: signal.Signals | None = None) -> int:
        """The exit code."""
        if with_signal is not None:
            self.send(with_signal)
        code = self._process.wait(PATIENCE_S)
        os.close(self._owner)
        return code
