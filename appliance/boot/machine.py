"""What the boot asks of the machine around it, and the real one."""

import logging
import os
import pwd
import socket
import subprocess
from pathlib import Path
from typing import Protocol

from appliance.durable import Owner

_LONGEST_S = 30
_RECORDER = "moment"

_log = logging.getLogger("moment.boot")


class Machine(Protocol):
    """A box, or what stands for one in a test."""

    def is_mounted(self, folder: Path) -> bool:
        """Whether there is something behind the folder."""

    def remount(self, folder: Path, *, is_writable: bool) -> None:
        """Let the file system be written, or not. Raises OSError if that cannot be done."""

    def owner(self) -> Owner | None:
        """Whose the owner's settings are: the recorder's user; None on a machine that has no such user."""

    def set_country(self, country: str) -> None:
        """Tell the kernel's Wi-Fi where it is. Not being able to is no reason to stop."""

    def set_host_name(self, name: str) -> None:
        """Tell the kernel how the box is called. Raises OSError."""

    def restart(self) -> None:
        """Start the box once more, as soon as this program has ended."""


class BoxMachine:
    """The real machine, for root."""

    def is_mounted(self, folder: Path) -> bool:
        return os.path.ismount(folder)

    def remount(self, folder: Path, *, is_writable: bool) -> None:
        mode = "rw" if is_writable else "ro"
        if words := _failure("mount", "-o", f"remount,{mode}", str(folder)):
            raise OSError(0, words)

    def owner(self) -> Owner | None:
        try:
            user = pwd.getpwnam(_RECORDER)
        except KeyError:
            return None
        return user.pw_uid, user.pw_gid

    def set_country(self, country: str) -> None:
        # nl80211 answers once cfg80211 is there; a hint that comes before the radio is kept (Linux, net/wireless/reg.c)
        for argv in (("modprobe", "-q", "cfg80211"), ("iw", "reg", "set", country)):
            if words := _failure(*argv):
                _log.warning("%s: %s", " ".join(argv), words)

    def set_host_name(self, name: str) -> None:
        socket.sethostname(name)

    def restart(self) -> None:
        if words := _failure("systemctl", "--no-block", "reboot"):
            _log.warning("systemctl reboot: %s", words)


def _failure(*argv: str) -> str:
    """Why the program failed, in its words; nothing if it did not."""
    try:
        done = subprocess.run(argv, capture_output=True, text=True, errors="replace", check=False, timeout=_LONGEST_S)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return "" if done.returncode == 0 else done.stderr.strip() or f"it ended with {done.returncode}"
