"""Cameras that are talked to, lost and recorded again a thousand times, by the recorder itself: nothing of it is left.

The cameras are programs of their own: what grows here is the recorder's. Several are recorded at a time, each by a
recorder with a ring and an ffmpeg, and all of them stand still when it is looked at what is held.
"""

import asyncio
import contextlib
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import AsyncExitStack, ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from appliance.camera.gopro import GoProCamera
from appliance.camera.gopro_legacy import LegacyGoProCamera, Ports
from appliance.camera.snapcam import Patience, SnapCamera
from appliance.camera.source import Source
from tests.recording.conftest import RecordingFactory, Rig
from tests.stands.campaign import IS_FULL
from tests.stands.leftovers import Held, check_flat, growth, held
from tests.stands.live_camera import LiveCamera, live_camera
from tests.stands.ports import free_port

CONNECTIONS = 1000 if IS_FULL else 12
LANES = 4
"""So many cameras at a time: most of a connection is waiting."""
PATIENCE_S = 120.0
REST = "nothing is wanted of the camera"
RING_BYTES = 400_000
"""So small that footage is given up all the time: a ring that grows is no leak."""


class Break(Struct, frozen=True):
    """`faults`: what is wrong from the beginning, `is_in_vain`: so wrong that nothing can be recorded.

    `later`, `do`: what becomes wrong and what the camera does once it is recorded; `undo`: what it does at the end.
    """

    faults: dict[str, Any] = {}
    is_in_vain: bool = False
    later: dict[str, Any] = {}
    do: str = ""
    undo: str = ""


WELL = Break()


class Kind(Struct, frozen=True):
    """`breaks`: in turn, and again."""

    options: dict[str, Any]
    source: Callable[[LiveCamera, int], Source]
    breaks: list[Break]


def _gopro(camera: LiveCamera, port: int) -> Source:
    return GoProCamera(address=camera.place["address"], port=port)


def _legacy(camera: LiveCamera, port: int) -> Source:
    place = camera.place
    ports = Ports(place["control_port"], place["greeting_port"], (place["wake_port"],), port)
    return LegacyGoProCamera(address=place["host"], ports=ports, patience_s=2)


def _snapcam(camera: LiveCamera, _: int) -> Source:
    return SnapCamera(address=camera.place["host"], port=camera.place["port"], patience=Patience(answer_s=1))


SMALL = {"size": "320x240"}
KINDS = {
    "gopro": Kind(
        {"size": "320x180"},
        _gopro,
        [
            WELL,
            Break(do="sleep", undo="wake"),
            WELL,
            Break(faults={"refuses": ["/gopro/camera/stream/start"]}, is_in_vain=True),
            WELL,
            Break(later={"is_silent": True}),
            WELL,
            Break(faults={"drops": ["/gopro/camera/state"]}, is_in_vain=True),
        ],
    ),
    "gopro-legacy": Kind(
        {"film": SMALL},
        _legacy,
        [
            WELL,
            Break(faults={"refuses": 500}, is_in_vain=True),
            WELL,
            Break(later={"is_silent": True}),
            WELL,
            Break(faults={"hangs": True}, is_in_vain=True),
        ],
    ),
    "snapcam": Kind(
        {"film": SMALL},
        _snapcam,
        [
            WELL,
            Break(faults={"refuses": 453}, is_in_vain=True),
            Break(faults={"mixes": 6, "twice": 0.2, "loss": 0.01}),
            Break(do="hang-up"),
            WELL,
            Break(later={"is_silent": True}),
        ],
    ),
}


class Lane:
    """One camera, and the recorder that records it."""

    def __init__(self, camera: LiveCamera, rig: Rig, orders: Executor) -> None:
        self.rig = rig
        self.segments = 0
        self._camera = camera
        self._orders = orders

    async def rest(self) -> None:
        """Nothing is recorded any more."""
        self.rig.recorder.pause(REST)
        await self.rig.until(lambda: self.rig.recorder.absence == REST and self._is_still(), PATIENCE_S)
        witness = self.rig.witness
        witness.states.clear()
        witness.closed.clear()

    def _is_still(self) -> bool:
        """Whether the last segment of the epoch is on the card, and its epoch over."""
        return self.rig.recorder._connection is None and not self.rig.store.ring.open

    async def meet(self, how: Break) -> None:
        """One connection, as good as it can be, and its end."""
        recorder, witness = self.rig.recorder, self.rig.witness
        await self._wish(**how.faults)
        before, opened = recorder.restarts, witness.opened
        recorder.resume()
        if how.is_in_vain:
            await self.rig.until(lambda: recorder.restarts > before, PATIENCE_S)
        else:
            await self.rig.until(lambda: witness.first("recording"), PATIENCE_S)
            self.segments += witness.opened - opened
        if how.do or how.later:
            await self._wish(how.do, **how.later)
            await self.rig.until(lambda: recorder.restarts > before, PATIENCE_S)
        await self._wish(how.undo)

    async def _wish(self, do: str = "", **faults: Any) -> None:
        """In a thread: a camera may be slow to obey while the machine is busy."""
        await asyncio.get_running_loop().run_in_executor(self._orders, partial(self._camera.wish, do, **faults))


@contextlib.contextmanager
def cameras(kind: str, folder: Path) -> Iterator[list[tuple[LiveCamera, int]]]:
    """Each with a port where its stream may come to."""
    with ExitStack() as stack:
        found = []
        for number in range(LANES):
            port = free_port()
            own: dict[str, Any] = {"folder": str(folder)} if kind == "gopro" else {}
            own |= {"host": f"127.0.0.{10 + number}", **({} if kind == "snapcam" else {"stream_port": port})}
            found.append((stack.enter_context(live_camera(kind, **KINDS[kind].options, **own)), port))
        yield found


@pytest.mark.campaign
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("kind", KINDS)
async def test_nothing_is_left_of_many_connections(
    recording: RecordingFactory, film_folder: Path, tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    looks: list[Held] = []
    began_s = time.monotonic()
    with cameras(kind, film_folder) as running, ThreadPoolExecutor(1) as orders:
        async with AsyncExitStack() as stack:
            lanes = []
            for number, (camera, port) in enumerate(running):
                recorder = recording(
                    KINDS[kind].source(camera, port), root=tmp_path / str(number), capacity_bytes=RING_BYTES
                )
                lanes.append(Lane(camera, await stack.enter_async_context(recorder), orders))
                await lanes[-1].rest()
            for number in range(CONNECTIONS // LANES):
                how = KINDS[kind].breaks[number % len(KINDS[kind].breaks)]
                await asyncio.gather(*(lane.meet(how) for lane in lanes))
                await asyncio.gather(*(lane.rest() for lane in lanes))
                looks.append(held())
    _tell(capsys, kind, looks, time.monotonic() - began_s)
    assert all(lane.segments for lane in lanes), "it was recorded"
    check_flat(looks, blocks_a_look=50 if IS_FULL else 500, resident_kib=4096)


def _tell(capsys: pytest.CaptureFixture[str], kind: str, looks: list[Held], took_s: float) -> None:
    grown = growth(looks)
    told = ", ".join(f"{name} {one.begin:g} to {one.end:g}" for name, one in grown.items())
    with capsys.disabled():
        sys.stdout.write(f"\n{len(looks) * LANES} connections to {kind} in {took_s:.0f} s: {told}\n")
