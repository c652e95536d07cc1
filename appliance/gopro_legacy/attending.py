"""Serves one GoPro of the old kind: does what its session asks for, and hands its packets over to ffmpeg."""

import asyncio
import contextlib
import socket
import time
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from appliance.attendance import Report, say
from appliance.attending.outlet import Outlet
from appliance.attending.serving import TroubleError
from appliance.gopro_legacy.control import Control, ControlError
from appliance.gopro_legacy.datagrams import greeting, transport_packets
from appliance.gopro_legacy.session import Deed, Session
from appliance.gopro_legacy.waking import wake

_QUEUE_BYTES = 4_194_304


class Place(Struct, frozen=True):
    """Where the camera is, and by which ports: its HTTP, its greetings and its alarm clock, and ours for the stream.

    `patience_s`: how long it may take until pictures come.
    """

    host: str
    control_port: int
    greeting_port: int
    wake_ports: tuple[int, ...]
    stream_port: int
    patience_s: float


class Attending(asyncio.DatagramProtocol):
    """One camera, for one run of its stream."""

    def __init__(self, place: Place, name: str, outlet: Outlet) -> None:
        self._place = place
        self._outlet = outlet
        self._control = Control(place.host, place.control_port, name)
        self._session = Session(name, time.monotonic(), place.patience_s)
        self._name = name
        self._greeting = greeting("")
        self._moved = asyncio.Event()
        self._request: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Serve it until its stream ends.

        Raises:
            TroubleError: when it cannot be served any longer.
        """
        say(Report("preparing", f"{self._name} is being woken."))
        with _greeter(self._place) as greeter, _ear(self._place, self._name) as ear:
            transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(lambda: self, sock=ear)
            try:
                await self._follow(greeter)
            finally:
                transport.close()

    async def say_goodbye(self) -> None:
        """Have it stream no longer."""
        if self._request:
            self._request.cancel()
        if self._session.stage in {"waiting", "streaming"}:
            with contextlib.suppress(ControlError):
                await self._control.stop()

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        if addr[0] != self._place.host:
            return
        packets = transport_packets(data)
        if not packets:
            return
        if self._session.heard(time.monotonic()):
            say(Report("streaming", f"{self._name} streams.", port=self._outlet.port))
            self._moved.set()
        self._outlet.send(packets)

    def error_received(self, exc: Exception) -> None:
        """A port that nobody listens on is no error here."""

    async def _follow(self, greeter: socket.socket) -> None:
        while True:
            for deed in self._session.due(time.monotonic()):
                self._do(deed, greeter)
            if self._session.trouble:
                raise TroubleError(self._session.trouble)
            self._moved.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._moved.wait(), max(0.0, self._session.next_s - time.monotonic()))

    def _do(self, deed: Deed, greeter: socket.socket) -> None:
        if deed == "greet":
            with contextlib.suppress(OSError):
                greeter.send(self._greeting)
        elif deed == "wake":
            wake(self._place.host, self._place.wake_ports)
        else:
            self._request = asyncio.create_task(self._ask() if deed == "ask" else self._start())

    async def _ask(self) -> None:
        try:
            status = await self._control.status()
            if self._session.stage == "asking":
                self._greeting = greeting((await self._control.info()).firmware_version)
            self._session.answered(status, time.monotonic())
        except ControlError as error:
            self._session.failed(str(error), time.monotonic())
        self._moved.set()

    async def _start(self) -> None:
        try:
            await self._control.start()
            self._session.started(time.monotonic())
        except ControlError as error:
            self._session.failed(str(error), time.monotonic())
        self._moved.set()


@contextlib.contextmanager
def _greeter(place: Place) -> Iterator[socket.socket]:
    """Opened once: a new one for each greeting uses up the files of a process (GoProStream did so)."""
    with socket.socket(type=socket.SOCK_DGRAM) as greeter:
        greeter.setblocking(False)
        try:
            greeter.connect((place.host, place.greeting_port))
        except OSError as error:
            raise TroubleError(
                f"The GoPro at {place.host} cannot be reached ({error.strerror}); is this box in its Wi-Fi?"
            ) from None
        yield greeter


@contextlib.contextmanager
def _ear(place: Place, name: str) -> Iterator[socket.socket]:
    """Where the stream comes: at our address in the camera's network, to nobody else."""
    with socket.socket(type=socket.SOCK_DGRAM) as ear:
        ear.setblocking(False)
        ear.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _QUEUE_BYTES)
        try:
            ear.bind((_our_address(place), place.stream_port))
        except OSError:
            raise TroubleError(
                f"{name} cannot be heard: another program listens on UDP port {place.stream_port}."
            ) from None
        yield ear


def _our_address(place: Place) -> str:
    """By which the camera sees us: it streams to whoever asked."""
    with socket.socket(type=socket.SOCK_DGRAM) as looking:
        looking.connect((place.host, place.greeting_port))
        address: str = looking.getsockname()[0]
        return address
