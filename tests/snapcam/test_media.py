"""What comes by UDP is handed over in order: real sockets of loopback, on which each address is another machine."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import pytest

from appliance.attending.outlet import Outlet
from appliance.snapcam.media import Media, Reports, ears
from appliance.snapcam.sdp import TRANSPORT_STREAM, Track

CAMERA, STRANGER = "127.0.0.3", "127.0.0.9"
PICTURES = Track("H264", 96, "trackID=1")


class Air:
    """A camera that sends, and the reader of what is handed over."""

    def __init__(self) -> None:
        self.ear, self._other = ears("127.0.0.1")
        self._reader = socket.socket(type=socket.SOCK_DGRAM)
        self._reader.bind(("127.0.0.1", 0))
        self._reader.setblocking(False)
        self.outlet = Outlet(self._reader.getsockname()[1])
        self._senders = {host: socket.socket(type=socket.SOCK_DGRAM) for host in (CAMERA, STRANGER)}
        for host, sender in self._senders.items():
            sender.bind((host, 0))
        self.heard = 0
        self._news = asyncio.Event()

    async def until_heard(self, count: int) -> None:
        async with asyncio.timeout(60):
            while self.heard < count:
                self._news.clear()
                await self._news.wait()

    def close(self) -> None:
        for one in (self.ear, self._other, self._reader, *self._senders.values()):
            one.close()
        self.outlet.__exit__()

    def hear(self) -> None:
        self.heard += 1
        self._news.set()

    def send(self, number: int, *, host: str = CAMERA, kind: int = 33) -> None:
        head = bytes([0x80, kind]) + number.to_bytes(2, "big") + bytes(4) + (7).to_bytes(4, "big")
        self._senders[host].sendto(head + bytes([number]), self.ear.getsockname())

    async def read(self) -> bytes:
        async with asyncio.timeout(60):
            return await asyncio.get_running_loop().sock_recv(self._reader, 65_536)

    def rest(self) -> list[bytes]:
        """What else was handed over."""
        found = []
        with contextlib.suppress(BlockingIOError):
            while True:
                found.append(self._reader.recv(65_536))
        return found


@pytest.fixture
def air() -> Iterator[Air]:
    made = Air()
    yield made
    made.close()


async def test_nothing_but_the_camera_s_own_packets_of_the_track_is_taken(air: Air) -> None:
    media = Media(TRANSPORT_STREAM, CAMERA, air.ear, air.outlet, air.hear)
    air.send(1)
    assert await air.read() == b"\x01"
    air.send(2, host=STRANGER)
    air.send(3, kind=96)
    air.send(2)
    assert await air.read() == b"\x02"
    assert air.heard == 2
    media.close()
    assert air.rest() == []


async def test_what_waits_for_one_that_never_comes_is_handed_over_if_the_camera_goes_on(air: Air) -> None:
    media = Media(TRANSPORT_STREAM, CAMERA, air.ear, air.outlet, air.hear)
    air.send(1)
    air.send(3)
    assert await air.read() == b"\x01"
    await asyncio.sleep(1.2)
    assert air.rest() == [], "it is silent: this may be its end"
    air.send(4)
    assert [await air.read(), await air.read()] == [b"\x03", b"\x04"]
    assert media.order.lost == 1
    media.close()


async def test_what_still_waits_at_the_end_is_dropped_and_the_end_is_told(air: Air) -> None:
    """The pictures there are not whole, and would be the last ones of a memory."""
    media = Media(PICTURES, CAMERA, air.ear, air.outlet, air.hear)
    air.send(1, kind=96)
    await air.read()
    air.send(3, kind=96)
    await air.until_heard(2)
    media.close()
    (goodbye,) = air.rest()
    assert goodbye == bytes([0x81, 203, 0, 1, 0, 0, 0, 7]), "RTCP's BYE of this source (RFC 3550, 6.6)"


async def test_the_camera_s_reports_are_handed_over_and_no_stranger_s(air: Air) -> None:
    reports = Reports(CAMERA, air.outlet)
    reports.datagram_received(b"sender report", (CAMERA, 5))
    reports.datagram_received(b"nonsense", (STRANGER, 5))
    assert await air.read() == b"sender report"
    assert air.rest() == []


def test_a_pair_of_ports_begins_with_an_even_one() -> None:
    """RFC 3550, 11."""
    for _ in range(20):
        lower, upper = ears("127.0.0.1")
        with lower, upper:
            port = lower.getsockname()[1]
            assert (port % 2, upper.getsockname()[1]) == (0, port + 1)
