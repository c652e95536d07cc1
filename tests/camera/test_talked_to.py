"""Cameras that are talked to, connected to again and again through faults: nothing is left behind. What loss costs."""

import asyncio
import os
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from appliance.camera.gopro_legacy import LegacyGoProCamera, Ports
from appliance.camera.snapcam import Patience, SnapCamera
from appliance.camera.source import CameraTroubleError, Source
from appliance.standins import legacy_gopro, rtsp
from appliance.standins.film import Film
from appliance.standins.legacy_gopro import LegacyGoPro
from appliance.standins.rtsp import RtspServer
from tests.camera.conftest import Cutter

IS_FULL = os.environ.get("MOMENT_CAMPAIGN") == "full"
CONNECTIONS = 1000 if IS_FULL else 6
SECONDS = 180 if IS_FULL else 6
SMALL = Film(size="320x240")

pytestmark = [pytest.mark.campaign, pytest.mark.timeout(5 * CONNECTIONS + 4 * SECONDS + 120)]


def left() -> tuple[int, int, int]:
    """Open files, tasks and threads of this process."""
    return len([*Path("/proc/self/fd").iterdir()]), len(asyncio.all_tasks()), threading.active_count()


async def connect_often(camera: Source, faults: Sequence[Callable[[], None]]) -> None:
    """Each time with the next of the faults."""
    async with camera.connect():
        pass
    before = left()
    for number in range(CONNECTIONS):
        faults[number % len(faults)]()
        with suppress(CameraTroubleError):
            async with camera.connect():
                pass
    with suppress(TimeoutError):
        async with asyncio.timeout(60):  # the stand-in's own children end
            while not is_no_more(before):  # noqa: ASYNC110 - the kernel tells nobody
                await asyncio.sleep(0.1)
    assert is_no_more(before), (before, left())


def is_no_more(before: tuple[int, int, int]) -> bool:
    """Than it was, but for two files of whoever happens to be read just now."""
    files, tasks, threads = left()
    return files <= before[0] + 2 and tasks <= before[1] and threads <= before[2]


async def test_a_legacy_gopro_that_is_connected_to_often(free_port: int) -> None:
    async with LegacyGoPro(film=SMALL, stream_port=free_port).running() as gopro:
        ports = Ports(gopro.control_port, gopro.greeting_port, (gopro.wake_port,), free_port)
        camera = LegacyGoProCamera(address=gopro.host, ports=ports, patience_s=2)
        faults = [legacy_gopro.Faults(), legacy_gopro.Faults(refuses=500), legacy_gopro.Faults(is_asleep=True)]

        def suffer(fault: legacy_gopro.Faults) -> None:
            gopro.faults = fault

        await connect_often(camera, [partial(suffer, fault) for fault in faults])


async def test_a_snapcam_that_is_connected_to_often() -> None:
    async with RtspServer(film=SMALL).running() as server:
        camera = SnapCamera(address=server.host, port=server.port, patience=Patience(answer_s=1))
        faults = [rtsp.Faults(), rtsp.Faults(refuses=453), rtsp.Faults(closes=True)]

        def suffer(fault: rtsp.Faults) -> None:
            server.faults = fault

        await connect_often(camera, [partial(suffer, fault) for fault in faults])


async def test_of_a_snapcam_whose_packets_are_lost_nearly_all_pictures_arrive(cut: Cutter) -> None:
    """One of a hundred is lost; they come mixed up and twice, too."""
    async with RtspServer(film=SMALL).running() as server:
        server.faults = rtsp.Faults(loss=0.01, twice=0.05, mixes=6)
        camera = SnapCamera(address=server.host, port=server.port, patience=Patience(answer_s=1))
        recorded = await cut(camera, SECONDS)

    stamps = recorded.picture_times_s()
    whole = round((stamps[-1] - stamps[0]) * SMALL.rate) + 1
    assert whole > SECONDS * SMALL.rate / 2
    assert len(stamps) >= 0.98 * whole
