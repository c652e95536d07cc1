"""How the recorder is, asked from outside: at its socket, and at systemd."""

import subprocess

from msgspec import Struct

from appliance.control.glance import glance
from appliance.update.recorder import UNIT

_SETTINGS_REFUSED = "2"
"""The exit code of a recorder that the settings or the machine do not allow (`appliance.supervise`)."""

_CULPRITS = {
    "watchdog": "it hung",
    "oom-kill": "it ran out of memory",
    "timeout": "it took too long to start",
}
_SILENT = "it ran but did not answer"
_ENDED = "it ended by itself again and again"
_REFUSED = "its settings were refused, or something that it needs is missing: look through moment.toml"


class Word(Struct, frozen=True):
    """What the recorder says of itself: all that is asked of its status, for it may be of a later version than we."""

    uptime_s: float
    version: str


def ask_recorder(socket_path: str, within_s: float) -> Word | None:
    """Its word; None when it does not answer in time."""
    return glance(socket_path, within_s, Word)


class Life(Struct, frozen=True):
    """What systemd knows of the recorder's unit."""

    has_failed: bool
    """It is not started again; the unit asks for a new start of the machine instead."""
    was_restarted: bool
    why: str
    """What is wrong with it if it does not answer, to be said after "the last time"."""

    def is_failing(self, *, answers: bool) -> bool:
        """Whether it is its own fault if it is not up."""
        return self.has_failed or (self.was_restarted and not answers)


def life_of(shown: str) -> Life:
    """From the lines `KEY=VALUE` that `systemctl show` prints."""
    known = dict(line.split("=", 1) for line in shown.splitlines() if "=" in line)
    has_failed = known.get("ActiveState") == "failed"
    was_restarted = known.get("NRestarts", "0") not in {"0", ""}
    ended = _REFUSED if known.get("ExecMainStatus") == _SETTINGS_REFUSED else _ENDED
    culprit = ended if has_failed or was_restarted else _SILENT
    return Life(has_failed, was_restarted, _CULPRITS.get(known.get("Result", ""), culprit))


def ask_systemd(systemctl: str = "systemctl", unit: str = UNIT) -> Life:
    """The unit's life now; where systemd cannot be asked, nothing is held against it."""
    argv = [systemctl, "show", "--property=ActiveState,NRestarts,Result,ExecMainStatus", unit]
    try:
        done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return life_of("")
    return life_of(done.stdout)
