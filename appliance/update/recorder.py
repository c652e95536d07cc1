"""The recorder that is to be replaced: started anew by systemd, looked at through its control socket.

The updater of an old card judges versions that are years younger, so it reads no more of the status than these fields,
which therefore must keep their names: `version`, `uptime_s`, `recording.state`, `recording.last_segment_age_s`.
"""

import subprocess
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from appliance.control.glance import glance
from appliance.update.watch import Seen

UNIT = "moment-recorder.service"
_RESTART_PATIENCE_S = 600
"""The old one finishes its press, the new one reads its ring back."""

_LOOK_PATIENCE_S = 10.0


class Recorder(Protocol):
    """What a trial needs of it."""

    def restart(self) -> bool:
        """Start the version in use; whether it came up."""

    def look(self) -> Seen | None:
        """How it is; None when it does not answer."""


class _Recording(Struct, frozen=True):
    state: str
    last_segment_age_s: float | None = None


class _Status(Struct, frozen=True):
    version: str
    uptime_s: float
    recording: _Recording


class InstalledRecorder:
    """The one that systemd runs."""

    def __init__(self, socket_path: Path) -> None:
        self._socket_path = socket_path

    def restart(self) -> bool:
        _systemctl("reset-failed", UNIT)  # earlier failures must not count against the one that comes
        return _systemctl("restart", UNIT)

    def look(self) -> Seen | None:
        status = glance(str(self._socket_path), _LOOK_PATIENCE_S, _Status)
        if status is None:
            return None
        age_s = status.recording.last_segment_age_s
        is_recording = status.recording.state == "recording" and age_s is not None and age_s <= status.uptime_s
        return Seen(status.version, status.uptime_s, is_recording)


def _systemctl(*words: str) -> bool:
    try:
        done = subprocess.run(["systemctl", *words], capture_output=True, check=False, timeout=_RESTART_PATIENCE_S)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
