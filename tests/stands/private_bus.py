"""A message bus of one's own: the distribution's `dbus-daemon`."""

import subprocess
from pathlib import Path
from signal import SIGCONT, SIGSTOP
from typing import Self

_CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <listen>unix:path={socket}</listen>
  <policy context="default">
    <allow user="*"/><allow own="*"/><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
  </policy>
</busconfig>
"""


class PrivateBus:
    """A bus on a socket in `folder`, inside a `with`; the address stays the same when it is started anew."""

    def __init__(self, folder: Path) -> None:
        self._socket = folder / "bus"
        self._config = folder / "bus.conf"
        self._config.write_text(_CONFIG.format(socket=self._socket))
        self._daemon: subprocess.Popen[str] | None = None
        self.address = f"unix:path={self._socket}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self) -> None:
        """Returns when it listens."""
        self._socket.unlink(missing_ok=True)
        argv = ["dbus-daemon", "--nofork", "--nopidfile", f"--config-file={self._config}", "--print-address"]
        quiet = subprocess.DEVNULL
        self._daemon = subprocess.Popen(argv, stdin=quiet, stdout=subprocess.PIPE, stderr=quiet, text=True)
        assert self._daemon.stdout is not None
        assert self._daemon.stdout.readline(), "`scripts/system-packages test` installs dbus-daemon"

    def kill(self) -> None:
        """Vanish, as in a crash."""
        if self._daemon:
            self._daemon.kill()
            self._daemon.communicate()
            self._daemon = None

    def freeze(self) -> None:
        """Fall silent with every connection open."""
        assert self._daemon
        self._daemon.send_signal(SIGSTOP)

    def thaw(self) -> None:
        assert self._daemon
        self._daemon.send_signal(SIGCONT)
