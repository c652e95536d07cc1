"""Views one SnapCam whose Wi-Fi this box is in: from the first connection to the end of its stream."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Sequence

import msgspec

from appliance.attendance import Report, say
from appliance.attending.outlet import Outlet, free_ports
from appliance.attending.serving import TroubleError
from appliance.snapcam.connection import Connection
from appliance.snapcam.media import Media, Reports, ears
from appliance.snapcam.sdp import Track, codecs, local_sdp
from appliance.snapcam.viewing import PLAY_EVERY_S, Viewing

SILENCE_S = 3.0
_FIRST_PICTURE_S = 6.0
_AGAIN_S = 0.5


class AbsentError(TroubleError):
    """Nobody answers where the camera should be."""


class Streaming:
    """One run of the stream. `patience_s`: how long it may take until its server answers: its Wi-Fi is slow."""

    def __init__(self, host: str, port: int, patience_s: float, warning: str | None = None) -> None:
        self._host = host
        self._port = port
        self._patience_s = patience_s
        self._warning = warning
        self._name = f"SnapCam at {host}"
        self._heard_s: float | None = None
        self._viewing: Viewing | None = None
        self._ports: list[int] = []

    async def run(self) -> None:
        """View it until its stream ends.

        Raises:
            TroubleError: when it has.
        """
        connection = await self._connect()
        try:
            await self._view(connection)
        finally:
            if self._viewing:
                self._viewing.tear_down()
            await connection.close()

    async def _connect(self) -> Connection:
        say(Report("preparing", f"{self._name} is asked for its pictures."))
        until_s = time.monotonic() + self._patience_s
        while True:
            try:
                return await Connection.open(self._host, self._port, self._name)
            except OSError as error:
                if time.monotonic() >= until_s:
                    raise AbsentError(self._absence(error)) from None
                await asyncio.sleep(_AGAIN_S)

    def _absence(self, error: OSError) -> str:
        if isinstance(error, ConnectionRefusedError):
            return f"{self._name} refuses the connection; is its Wi-Fi still starting, or is its address right?"
        return f"{self._name} does not answer; is this box in its Wi-Fi, and is the camera on and near?"

    async def _view(self, connection: Connection) -> None:
        port = "" if self._port == 554 else f":{self._port}"  # noqa: PLR2004 - RTSP's own
        self._viewing = viewing = Viewing(connection, f"rtsp://{self._host}{port}", self._name)
        tracks = await viewing.tracks()
        self._ports = free_ports(len(tracks))
        async with contextlib.AsyncExitStack() as stack:
            ports = [await stack.enter_async_context(self._listen(connection, *pair)) for pair in self._pairs(tracks)]
            await viewing.set_up(tracks, ports)
            await viewing.play()
            await self._follow(connection, viewing, tracks)

    def _pairs(self, tracks: Sequence[Track]) -> list[tuple[Track, int]]:
        return list(zip(tracks, self._ports, strict=True))

    @contextlib.asynccontextmanager
    async def _listen(self, connection: Connection, track: Track, to: int) -> AsyncIterator[int]:
        """The port where a track comes to; what comes goes to the port `to` of loopback."""
        loop = asyncio.get_running_loop()
        lower, upper = ears(connection.our_address)
        port: int = lower.getsockname()[1]
        with Outlet(to) as outlet, Outlet(to + 1) as report_outlet:
            media = Media(track, self._host, lower, outlet, self._hear)
            reports, _ = await loop.create_datagram_endpoint(lambda: Reports(self._host, report_outlet), sock=upper)
            try:
                yield port
            finally:
                reports.close()
                media.close()

    def _hear(self) -> None:
        self._heard_s = time.monotonic()

    async def _follow(self, connection: Connection, viewing: Viewing, tracks: Sequence[Track]) -> None:
        began_s = played_s = time.monotonic()
        is_told = False
        while not connection.ended.done():
            await asyncio.wait([connection.ended], timeout=0.1)
            now_s = time.monotonic()
            if self._heard_s is not None and not is_told:
                is_told = True
                self._tell(tracks)
            if now_s - played_s >= PLAY_EVERY_S:
                played_s = now_s
                viewing.play_again()
            if self._heard_s is None and now_s - began_s > _FIRST_PICTURE_S:
                raise TroubleError(f"{self._name} agrees to send pictures, but none arrives; does a firewall stop UDP?")
            if self._heard_s is not None and now_s - self._heard_s > SILENCE_S:
                raise TroubleError(f"{self._name} has stopped sending; is it still on, charged and near?")
        raise TroubleError(connection.ended.result())

    def _tell(self, tracks: Sequence[Track]) -> None:
        report = Report("streaming", f"{self._name} streams.", address=self._host, warning=self._warning)
        if tracks[0].is_transport_stream:
            say(msgspec.structs.replace(report, port=self._ports[0]))
        else:
            picture, sound = codecs(tracks)
            sdp = local_sdp(tracks, self._ports)
            say(msgspec.structs.replace(report, codec=picture, sound=sound, sdp=sdp))
