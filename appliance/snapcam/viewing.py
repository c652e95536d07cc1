"""The RTSP conversation with a SnapCam: what it sends, to which of our ports, and the PLAY that it wants repeated.

Sources: ion-snapcam-stream (SETUP of trackID=1, PLAY of the root every 5 s on the same connection); RFC 2326.
"""

from collections.abc import Sequence

from appliance.attending.serving import TroubleError
from appliance.snapcam.connection import Connection
from appliance.snapcam.rtsp import Answer
from appliance.snapcam.sdp import TRANSPORT_STREAM, SdpError, Track, read_sdp

PLAY_EVERY_S = 5.0
_DESCRIBES_NOTHING = {405, 501, 551}
"""Method not allowed, not implemented, option not supported."""


class Viewing:
    """What one viewer says over a connection. `url`: of the camera's stream, its root."""

    def __init__(self, connection: Connection, url: str, name: str) -> None:
        self._connection = connection
        self._url = url
        self._name = name
        self._session = ""
        self._base = url

    async def tracks(self) -> list[Track]:
        """What it sends and we want.

        Raises:
            TroubleError: if there is nothing, as with all that is asked here.
        """
        answer = await self._connection.ask("DESCRIBE", self._url, {"Accept": "application/sdp"})
        if answer.status in _DESCRIBES_NOTHING:
            return [TRANSPORT_STREAM]
        self._check(answer)
        self._base = answer.headers.get("content-base", self._url)
        try:
            return read_sdp(answer.body)
        except SdpError as error:
            raise TroubleError(f"{self._name} {error}.") from None

    async def set_up(self, tracks: Sequence[Track], ports: Sequence[int]) -> None:
        """Have each track sent to a port of ours, its reports to the next."""
        for track, port in zip(tracks, ports, strict=True):
            headers = {"Transport": f"RTP/AVP;unicast;client_port={port}-{port + 1}", **self._in_session()}
            answer = await self._connection.ask("SETUP", self._control_url(track), headers)
            self._check(answer)
            self._session = answer.session or self._session

    async def play(self) -> None:
        """Have it sent."""
        self._check(await self._connection.ask("PLAY", self._url, self._playing()))

    def play_again(self) -> None:
        """Ask for it again, without waiting. What a refusal means is seen by the silence after it."""
        self._connection.post("PLAY", self._url, self._playing())

    def tear_down(self) -> None:
        """Have it sent no longer."""
        if self._session:
            self._connection.post("TEARDOWN", self._url, self._in_session())

    def _playing(self) -> dict[str, str]:
        return {**self._in_session(), "Range": "npt=0.000-"}

    def _in_session(self) -> dict[str, str]:
        return {"Session": self._session} if self._session else {}

    def _control_url(self, track: Track) -> str:
        if track.control.lower().startswith(("rtsp://", "rtspu://")):
            return track.control
        return f"{self._base.rstrip('/')}/{track.control}" if track.control else self._base

    def _check(self, answer: Answer) -> None:
        if not answer.is_good:
            raise TroubleError(
                f"{self._name} refuses to send its pictures (RTSP {answer.status}); does somebody else watch it?"
            )
