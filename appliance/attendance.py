"""What an attendant says of its camera: one line of JSON on its standard output for each change.

An attendant is a child process that speaks with one camera (claims it, wakes it, starts its stream, keeps it alive), so
that a call that hangs, or a library that is heavy, never touches the recorder.
"""

import sys
from typing import Literal

import msgspec
from msgspec import Struct

from appliance.decoding import decoded_or_none

AttendedState = Literal["searching", "preparing", "streaming", "trouble"]


class AccessPoint(Struct, frozen=True):
    """The camera's own Wi-Fi, which this box has to join before it can go on. `password`: never to be shown."""

    ssid: str
    password: str


class Report(Struct, frozen=True, omit_defaults=True):
    """How it stands now.

    `sentence`: for the owner. `camera`: what it is, once that is known. `port`: of this box, where the stream arrives;
    `codec`: of its pictures in ffmpeg's name, "" when in doubt; both hold while `state` is "streaming".
    `sdp`: what comes by RTP to ports of this box, instead of `port`; then `sound` is known, too: None if there is none.
    `address`: of the camera, where it was found. `warning`: for the owner, while it streams.
    """

    state: AttendedState
    sentence: str
    camera: str = ""
    port: int = 0
    codec: str = ""
    sound: str | None = None
    sdp: str = ""
    access_point: AccessPoint | None = None
    address: str = ""
    warning: str | None = None


def say(report: Report) -> None:
    """From the attendant to whoever started it."""
    sys.stdout.buffer.write(msgspec.json.encode(report) + b"\n")
    sys.stdout.buffer.flush()


def hear(line: bytes) -> Report | None:
    """One line of an attendant; None if there is no sense in it."""
    return decoded_or_none(line, Report)
