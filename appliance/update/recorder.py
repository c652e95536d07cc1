"""The recorder that is to be replaced: started anew by systemd, looked at through its control socket.

The updater of an old card judges versions that are years younger, so it reads no more of the status than these fields,
which therefore must keep their names: `version`, `uptime_s`, `recording.state`, `recording.last_segment_age_s`.
"""

import socket
import subprocess
from pathlib import Path
from typing import Protocol

import msgspec
from msgspec import Struct

from appliance.update.watch import Seen

UNIT = "moment-recorder.service"
_RESTART_PATIENCE_S = 600
"""The old one finishes its press, the new one reads its ring back."""

_LOOK_PATIENCE_S = 10.0
_LONGEST_ANSWER_BYTES = 1024**2


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
        try:
            status = msgspec.json.decode(_ask(self._socket_path), type=_Status)
        except (OSError, msgspec.DecodeError):
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


def _ask(socket_path: Path) -> bytes:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(_LOOK_PATIENCE_S)
        connection.connect(str(socket_path))
        connection.sendall(b'{"do":"status"}\n')
        answer = b""
        while not answer.endswith(b"\n") and len(answer) < _LONGEST_ANSWER_BYTES:
            chunk = connection.recv(65536)
            if not chunk:
                break
            answer += chunk
        return answer
