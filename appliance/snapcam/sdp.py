"""What an RTSP server says that it sends (SDP, RFC 4566), and how that is told to ffmpeg. Pure."""

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from appliance.attending.outlet import LOOPBACK

_TRANSPORT_STREAM = 33
"""Its payload type is fixed (RFC 3551, 6)."""
_PICTURES = {"H264": "h264"}
_SOUNDS = {"MPEG4-GENERIC": "aac"}
_FORMAT = re.compile(r"[\w=+/;,. -]{0,2000}", re.ASCII)
_RTPMAP = re.compile(r"(\d{1,3}) ([\w-]{1,40})/(\d{1,7})(?:/(\d{1,2}))?", re.ASCII)
_CONTROL = re.compile(r"[!-~]{1,300}")


class SdpError(Exception):
    """It describes nothing that can be recorded. The text ends a sentence that begins with the camera's name."""


class Track(Struct, frozen=True):
    """One medium. `payload`: its type in RTP. `codec`: RTP's name, "MP2T" for a transport stream."""

    codec: str
    payload: int
    control: str
    clock: int = 90_000
    channels: int = 1
    format: str = ""

    @property
    def is_transport_stream(self) -> bool:
        return self.codec == "MP2T"


TRANSPORT_STREAM = Track("MP2T", _TRANSPORT_STREAM, "trackID=1")
"""What is assumed of a camera that describes nothing."""


def read_sdp(body: bytes) -> list[Track]:
    """The tracks to be set up: one transport stream; or H.264, with AAC if there is some.

    Raises:
        SdpError: if there are none.
    """
    lines = [line.strip() for line in body.decode(errors="replace").splitlines()]
    if "v=0" not in lines or not any(line.startswith("m=") for line in lines):
        raise SdpError("describes its pictures in a way that makes no sense")
    tracks = [track for medium in _media(lines) if (track := _track(medium))]
    whole = [track for track in tracks if track.is_transport_stream]
    pictures = [track for track in tracks if track.codec in _PICTURES]
    if not whole and not pictures:
        raise SdpError("offers no picture that can be recorded: neither MPEG-TS nor H.264")
    return whole[:1] or [pictures[0], *[track for track in tracks if track.codec in _SOUNDS][:1]]


def local_sdp(tracks: Sequence[Track], ports: Sequence[int]) -> str:
    """The same for ffmpeg, of what comes to these ports of loopback."""
    lines = ["v=0", f"o=- 0 0 IN IP4 {LOOPBACK}", "s=-", f"c=IN IP4 {LOOPBACK}", "t=0 0"]
    for track, port in zip(tracks, ports, strict=True):
        kind = "video" if track.codec in _PICTURES else "audio"
        channels = f"/{track.channels}" if kind == "audio" else ""
        lines.append(f"m={kind} {port} RTP/AVP {track.payload}")
        lines.append(f"a=rtpmap:{track.payload} {track.codec}/{track.clock}{channels}")
        lines += [f"a=fmtp:{track.payload} {track.format}"] if track.format else []
    return "\r\n".join(lines) + "\r\n"


def codecs(tracks: Sequence[Track]) -> tuple[str, str | None]:
    """Picture and sound in ffmpeg's names, of tracks that are no transport stream."""
    sounds = [_SOUNDS[track.codec] for track in tracks if track.codec in _SOUNDS]
    return _PICTURES[tracks[0].codec], sounds[0] if sounds else None


def _media(lines: Sequence[str]) -> Iterator[list[str]]:
    medium: list[str] = []
    for line in lines:
        if line.startswith("m="):
            if medium:
                yield medium
            medium = [line]
        elif medium:
            medium.append(line)
    yield medium


def _track(medium: Sequence[str]) -> Track | None:
    payload = medium[0].split(" ")[-1] if medium[0].count(" ") == 3 else ""  # noqa: PLR2004 - kind, port, RTP/AVP, type
    if not (payload.isascii() and payload.isdecimal() and int(payload) < 128):  # noqa: PLR2004 - seven bits
        return None
    told = dict(line[2:].partition(":")[::2] for line in medium if line.startswith("a="))
    control = told.get("control", "")
    if control and not _CONTROL.fullmatch(control):
        return None
    mapped = _RTPMAP.fullmatch(told.get("rtpmap", ""))
    if mapped is None or mapped[1] != payload:
        is_fixed = int(payload) == _TRANSPORT_STREAM
        return Track("MP2T", _TRANSPORT_STREAM, control) if is_fixed else None
    form = told.get("fmtp", "").partition(" ")[2]
    return Track(
        codec=mapped[2].upper(),
        payload=int(payload),
        control=control,
        clock=int(mapped[3]),
        channels=int(mapped[4] or 1),
        format=form if _FORMAT.fullmatch(form) else "",
    )
