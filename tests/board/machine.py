"""One emulated board with its card in it: switched on, cut off, switched off, and reached from outside."""

import contextlib
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from tests.board.monitor import Monitor
from tests.board.qemu import Sockets
from tests.board.shell import Shell, ShellTimeoutError
from tests.board.wires import Wires

LIFE_LIMIT_S = 120.0
"""A kernel speaks within seconds, also when this machine has other work."""
SHELL_LIMIT_S = 300.0
POWER_OFF_LIMIT_S = 240.0

_DIES_WITH_US = ("setpriv", "--pdeathsig", "KILL", "--")
_SHOWN_CHARS = 6_000
_SHOWN_OF_JOURNAL_CHARS = 24_000
"""Half a minute of NetworkManager's."""
_JOURNAL_LIMIT_S = 30.0


class NoSignOfLifeError(Exception):
    """The emulator said nothing at all."""


class Machine:
    """Switched on when made. `has_wires`: whether it has pins."""

    def __init__(self, argv: Sequence[str], sockets: Sockets, *, has_wires: bool) -> None:
        self._sockets = sockets
        sockets.clear()
        self.switched_on_s = time.monotonic()
        with (sockets.folder / "emulator.log").open("ab") as log:
            self._process = subprocess.Popen([*_DIES_WITH_US, *argv], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        with contextlib.ExitStack() as undo:
            undo.callback(self.cut_power)
            self._await_socket(sockets.shell)
            self.monitor = Monitor(sockets.monitor)
            self._wires = Wires(sockets.wires, self.monitor.find("pl061")) if has_wires else None
            self.shell = Shell(sockets.shell)
            self._wait_for_life()
            undo.pop_all()

    @property
    def wires(self) -> Wires:
        """Its buttons and lamp."""
        assert self._wires, "this machine has no pins"
        return self._wires

    @property
    def files(self) -> Path:
        """The socket behind which the guest's port for files is."""
        return self._sockets.files

    @property
    def console(self) -> str:
        """What its console said since it was switched on."""
        file = self._sockets.console
        return file.read_text(errors="replace") if file.exists() else ""

    def wait_for_shell(self) -> None:
        """Return when a root shell answers inside."""
        self.shell.wait_until_open(SHELL_LIMIT_S)

    def cut_power(self) -> None:
        """Gone, in the middle of whatever it did."""
        self._process.kill()
        self._process.wait()
        for attribute in ("_wires", "shell", "monitor"):
            if part := getattr(self, attribute, None):
                part.close()

    def power_off(self) -> None:
        """Switched off in order; a machine that does not end is a failure."""
        with contextlib.suppress(ShellTimeoutError):  # it may be gone before it can say so
            self.shell.run("systemctl --no-block poweroff")
        self._process.wait(POWER_OFF_LIMIT_S)
        self.cut_power()

    def _await_socket(self, path: Path) -> None:
        until_s = time.monotonic() + LIFE_LIMIT_S
        while not path.exists():
            log = (self._sockets.folder / "emulator.log").read_text(errors="replace")
            assert self._process.poll() is None, f"the emulator ended at once:\n{log}"
            if time.monotonic() > until_s:
                raise NoSignOfLifeError
            time.sleep(0.02)

    def _wait_for_life(self) -> None:
        until_s = time.monotonic() + LIFE_LIMIT_S
        while not self.console:
            assert self._process.poll() is None, "the emulator ended before its kernel spoke"
            if time.monotonic() > until_s:
                raise NoSignOfLifeError(f"nothing on the console in {LIFE_LIMIT_S:g} s")
            time.sleep(0.1)


@contextlib.contextmanager
def switched_on(argv: Sequence[str], folder: Path, *, has_wires: bool = True) -> Iterator[Machine]:
    """A machine with a shell, until the block ends; one that shows no sign of life is started once more.

    What it said on its console and in its journal is shown when the block fails.
    """
    sockets = Sockets(folder)
    try:
        machine = Machine(argv, sockets, has_wires=has_wires)
    except NoSignOfLifeError:
        machine = Machine(argv, sockets, has_wires=has_wires)
    try:
        machine.wait_for_shell()
        yield machine
    except BaseException:
        _show("console", machine.console, _SHOWN_CHARS)
        with contextlib.suppress(ShellTimeoutError, OSError):  # it may be gone
            said = machine.shell.attempt("journalctl -b --no-pager -o short-monotonic", _JOURNAL_LIMIT_S)[1]
            _show("journal", said, _SHOWN_OF_JOURNAL_CHARS)
        raise
    finally:
        machine.cut_power()


def _show(what: str, said: str, most_chars: int) -> None:
    print(f"--- the last words of the {what}:\n{said[-most_chars:]}\n---", flush=True)  # noqa: T201 - evidence


def wait_until(what: str, is_so: Callable[[], bool], within_s: float, *, every_s: float = 1.0) -> None:
    """Return when it is so; asking costs the guest something, so it is asked rarely."""
    until_s = time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < until_s, f"not within {within_s:g} s: {what}"
        time.sleep(every_s)
