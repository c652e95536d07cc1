"""A root shell in the guest, on a console of its own: the box's own image knows nothing of it.

systemd opens it on the tty that the kernel's command line names (`systemd.debug_shell=`). A script goes in as base64 in
short lines, because a terminal's line is; status and output come back as one line of base64 between marks, so that
neither echo nor what others write to the terminal can be taken for them.
"""

import base64
import contextlib
import re
import socket
import time
from pathlib import Path

_GREETING = "dmesg -n 1; stty -echo; set +o emacs +o vi; PS1= PS2= PROMPT_COMMAND=; printf '\\n@hel''lo %d@\\n'\n"
"""Quiet, without a prompt, and without a line editor that would draw what is typed."""
_LINE_CHARS = 1000
_HELLO_EVERY_S = 2.0
_GRACE_S = 60.0
"""How long a command that was killed in the guest may take to be told of."""


class ShellTimeoutError(Exception):
    """The guest does not answer."""


class Shell:
    """One at a time may use it. `path`: the unix socket that the guest's console is behind."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(str(path))
        self._socket.settimeout(1.0)
        self._heard = b""
        self._count = 0

    def wait_until_open(self, within_s: float) -> None:
        """Return when somebody answers.

        Raises:
            ShellTimeoutError: nobody does.
        """
        until_s = time.monotonic() + within_s
        while time.monotonic() < until_s:
            self._count += 1
            self._type(_GREETING % self._count)
            with contextlib.suppress(ShellTimeoutError):
                self._find(rb"@hello %d@\r?\n" % self._count, _HELLO_EVERY_S)
                return
        raise ShellTimeoutError(f"no shell within {within_s:g} s")

    def run(self, script: str, within_s: float = 120.0) -> str:
        """What the script says on its standard output; it is ended after `within_s`.

        Raises:
            ShellTimeoutError: the guest does not answer at all.
            AssertionError: the script fails; both its outputs are told.
        """
        status, output, errors = self.attempt(script, within_s)
        assert status == 0, f"status {status} in the guest of:\n{script}\n{output}\n{errors}"
        return output

    def attempt(self, script: str, within_s: float = 120.0) -> tuple[int, str, str]:
        """Exit status, standard output and errors of a script; 124 when it was ended for its time."""
        self._count += 1
        encoded = base64.b64encode(script.encode()).decode()
        self._type("S=\n")
        for at in range(0, len(encoded), _LINE_CHARS):
            self._type(f"S=${{S}}{encoded[at : at + _LINE_CHARS]}\n")
        self._type(
            f'base64 -d <<<"$S" >/run/board.sh; timeout -k 5 {within_s:g} bash /run/board.sh '
            "</dev/null >/run/board.out 2>/run/board.err; S=$?; "
            f"printf '\\n@%s %s %s %s@\\n' {self._count} $S \"$(base64 -w0 /run/board.out)\" "
            '"$(base64 -w0 /run/board.err)"\n'
        )
        answer = self._find(rb"@%d (\d+) ([\w+/=]*) ([\w+/=]*)@\r?\n" % self._count, within_s + _GRACE_S)
        return int(answer[1]), _decoded(answer[2]), _decoded(answer[3])

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def _type(self, keys: str) -> None:
        self._socket.settimeout(_GRACE_S)
        self._socket.sendall(keys.encode())

    def _find(self, pattern: bytes, within_s: float) -> re.Match[bytes]:
        until_s = time.monotonic() + within_s
        while not (found := re.search(pattern, self._heard)):
            left_s = until_s - time.monotonic()
            if left_s <= 0:
                raise ShellTimeoutError(f"no answer within {within_s:g} s; heard last: {self._heard[-500:]!r}")
            self._hear(left_s)
        self._heard = self._heard[found.end() :]
        return found

    def _hear(self, within_s: float) -> None:
        self._socket.settimeout(max(within_s, 0.01))
        with contextlib.suppress(TimeoutError):
            heard = self._socket.recv(1 << 20)
            if not heard:
                raise ShellTimeoutError("the guest's console is closed")
            self._heard += heard


def _decoded(text: bytes) -> str:
    return base64.b64decode(text).decode(errors="replace")
