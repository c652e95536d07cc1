"""A GoPro in the long run: nothing is left of a thousand connections. And two figures, told and not judged."""

import asyncio
import contextlib
import gc
import itertools
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from appliance.camera.gopro import GoProCamera
from appliance.camera.source import CameraTroubleError
from appliance.standins.gopro import GoProStandIn
from tests.stands.campaign import IS_FULL
from tests.stands.gopro import StandInFactory, attendants_of, count, until
from tests.system.conftest import BoxFactory, wait_until

Break = Callable[[GoProStandIn], object]
BREAKS: list[Break] = [
    lambda _: None,
    lambda camera: camera.press_shutter(),
    lambda camera: camera.fall_asleep(),
    lambda camera: camera.faults.refuses.add("/gopro/camera/stream/start"),
    lambda camera: camera.faults.babbles.add("/gopro/camera/state"),
    lambda camera: camera.faults.drops.add("/gopro/camera/state"),
]


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def resident_kib() -> int:
    words = Path("/proc/self/status").read_text().partition("VmRSS:")[2].split()
    return int(words[0])


async def connect_once(source: GoProCamera) -> None:
    with contextlib.suppress(CameraTroubleError):
        async with source.connect() as footage:
            assert footage.streams


@pytest.mark.campaign
@pytest.mark.timeout(7200)
async def test_nothing_is_left_of_many_connections(gopro: StandInFactory, free_port: int) -> None:
    """The camera and the recorder's side of it live in this process: neither may grow."""
    camera = gopro()
    source = GoProCamera(address=camera.address, port=free_port)
    await connect_once(source)
    files, threads, tasks, memory_kib = open_files(), threading.active_count(), len(asyncio.all_tasks()), 0
    for number in range(1000 if IS_FULL else 4):
        BREAKS[number % len(BREAKS)](camera)
        await connect_once(source)
        camera.faults.heal()
        camera.release_shutter()
        camera.wake()
        if number == 99:
            gc.collect()
            memory_kib = resident_kib()
    assert attendants_of(camera) == []
    assert len(asyncio.all_tasks()) == tasks
    await until("the camera's own threads end", lambda: threading.active_count() <= threads)
    await until("as many open files as before", lambda: open_files() <= files)
    gc.collect()
    assert not memory_kib or resident_kib() <= memory_kib + 4096


@pytest.mark.campaign
@pytest.mark.timeout(7200)
def test_how_soon_a_camera_that_comes_back_is_recorded(
    box: BoxFactory, gopro: StandInFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    camera = gopro()
    recorder = box(camera={"kind": "gopro", "address": camera.address}).start(within_s=120)
    took_s = []

    def has_more(segments: int) -> bool:
        return recorder.status().ring.segments > segments

    for _ in range(40 if IS_FULL else 1):
        recorder.wait_for_segments(recorder.status().ring.segments + 1, 120)
        camera.fall_asleep()
        recorder.wait_for("no-camera", 120)
        had = recorder.status().ring.segments
        camera.wake()
        took_s.append(wait_until("a fresh segment", partial(has_more, had), 120))
    _tell(capsys, "from a camera that is back to a fresh segment of 1 s", took_s)


@contextlib.contextmanager
def busy_processors() -> Iterator[None]:
    """Two that want all of each processor."""
    hogs = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2 * (os.cpu_count() or 1))]
    try:
        yield
    finally:
        for hog in hogs:
            hog.kill()
            hog.wait()


@pytest.mark.campaign
@pytest.mark.timeout(1200)
async def test_how_steady_it_is_kept_alive_by_a_busy_machine(
    gopro: StandInFactory, free_port: int, capsys: pytest.CaptureFixture[str]
) -> None:
    camera = gopro()
    async with GoProCamera(address=camera.address, port=free_port).connect():
        with busy_processors() if IS_FULL else contextlib.nullcontext():
            began_s = time.monotonic()
            path = "/gopro/camera/keep_alive"
            said = count(camera, path)
            await until("said", lambda: count(camera, path) >= said + (200 if IS_FULL else 3), 1000)
    said_s = [at_s for at_s, asked in camera.asked if asked == path and at_s >= began_s]
    _tell(
        capsys,
        f"between two keep-alives{', two busy processes for each processor' if IS_FULL else ''}",
        _steps(said_s),
    )


def _steps(at_s: list[float]) -> list[float]:
    return [after - before for before, after in itertools.pairwise(at_s)]


def _tell(capsys: pytest.CaptureFixture[str], what: str, seconds: list[float]) -> None:
    most = sorted(seconds)
    of_hundred = [most[min(len(most) - 1, int(len(most) * share))] for share in (0.95, 0.99)]
    told = f"median {statistics.median(most):.2f} s, p95 {of_hundred[0]:.2f} s, p99 {of_hundred[1]:.2f} s"
    with capsys.disabled():
        sys.stdout.write(f"\n{what}: {told}, most {most[-1]:.2f} s, n={len(most)}\n")
