"""The Wi-Fi of a SnapCam that is none: while it is on, it can be joined, and its RTSP server answers."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator

from appliance.network.standin.air import Router
from appliance.network.standin.service import StandInNetworkManager
from appliance.network.standin.state import State
from appliance.standins.rtsp import RtspServer

COMES_ON_S = 1.0


class CameraWifi:
    """`router`: as the box hears it on `air`. `server`: its port is known already.

    `comes_on_s`: after it was asked for; another command meanwhile, and it stays off.
    """

    def __init__(
        self, router: Router, air: StandInNetworkManager, server: RtspServer, comes_on_s: float = COMES_ON_S
    ) -> None:
        self._router = router
        self._air = air
        self._server = server
        self._comes_on_s = comes_on_s
        self._moved = asyncio.Event()
        self._is_wanted = False
        self._starting: asyncio.TimerHandle | None = None

    @contextlib.asynccontextmanager
    async def living(self) -> AsyncIterator["CameraWifi"]:
        """On the air from now on, and off."""
        task = asyncio.create_task(self._live())
        try:
            yield self
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def ask_for(self) -> None:
        """The command to switch it on."""
        self.forget()
        self._starting = asyncio.get_running_loop().call_later(self._comes_on_s, self._want, True)

    def forget(self) -> None:
        """Another command."""
        if self._starting:
            self._starting.cancel()
            self._starting = None

    def switch_off(self) -> None:
        """A short press of its power button."""
        self.forget()
        self._want(False)

    def _want(self, is_on: bool) -> None:  # noqa: FBT001 - a level is a flag
        self._is_wanted = is_on
        self._moved.set()

    async def _live(self) -> None:
        while True:
            await self._until(is_on=True)
            async with self._server.running():
                self._air.change(self._appear)
                await self._until(is_on=False)
            self._air.forget_home()
            self._air.change(self._vanish)

    async def _until(self, *, is_on: bool) -> None:
        while self._is_wanted is not is_on:
            self._moved.clear()
            await self._moved.wait()

    def _appear(self, _: State) -> None:
        self._router.is_on = True

    def _vanish(self, _: State) -> None:
        self._router.is_on = False


@contextlib.contextmanager
def reserved_port(host: str) -> Iterator[int]:
    """A TCP port that stays ours though nobody listens on it all the time (SO_REUSEADDR, socket(7))."""
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind((host, 0))
        port: int = held.getsockname()[1]
        yield port
