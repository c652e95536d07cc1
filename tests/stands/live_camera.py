"""A camera that is none as a program of its own: nothing of it is in the process that is looked at.

    python -m tests.stands.live_camera KIND OPTIONS

`OPTIONS` are the stand-in's own, as JSON. It tells where it is in a line of JSON, then obeys one line after the other.
"""

import asyncio
import contextlib
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Protocol

import msgspec
from msgspec import Struct

from appliance.standins import legacy_gopro, rtsp
from appliance.standins.film import Film
from appliance.standins.gopro import KINDS, GoProStandIn
from appliance.standins.legacy_gopro import LegacyGoPro
from appliance.standins.rtsp import RtspServer
from tests.conftest import PROJECT_ROOT
from tests.stands.own_network import beside

Place = dict[str, Any]
"""Where a camera is: what its kind has of `address`, `port`, `control_port`, …"""
Doing = Callable[[Any], object]


class Wish(Struct, forbid_unknown_fields=True):
    """`faults`: all that is wrong from now on. `do`: one of `_DEEDS` of its kind, "" for nothing."""

    faults: dict[str, Any] = {}
    do: str = ""


class Kind(Protocol):
    """How a camera of one kind is run, and obeys."""

    def __call__(self, options: dict[str, Any]) -> contextlib.AbstractAsyncContextManager[tuple[Place, Doing]]: ...


# The program


@asynccontextmanager
async def _gopro(options: dict[str, Any]) -> AsyncIterator[tuple[Place, Doing]]:
    model, folder = options.pop("model", "HERO12"), options.pop("folder", None)
    with GoProStandIn(KINDS[model], folder=folder and Path(folder), **options) as camera:
        deeds: dict[str, Callable[[], object]] = {
            "press": camera.press_shutter,
            "release": camera.release_shutter,
            "sleep": camera.fall_asleep,
            "wake": camera.wake,
            "mode": lambda: camera.ask("/gopro/camera/presets/set_group", {"id": "1001"}, ""),
        }

        def obey(wish: Wish) -> None:
            camera.faults.heal()
            for name, value in wish.faults.items():
                setattr(camera.faults, name, set(value) if isinstance(value, list) else value)
            if wish.do:
                deeds[wish.do]()

        yield {"address": camera.address}, obey


@asynccontextmanager
async def _legacy(options: dict[str, Any]) -> AsyncIterator[tuple[Place, Doing]]:
    async with LegacyGoPro(film=Film(**options.pop("film", {})), **options).running() as camera:

        def obey(wish: Wish) -> None:
            camera.faults = legacy_gopro.Faults(**wish.faults)

        names = ("host", "control_port", "greeting_port", "wake_port", "stream_port")
        yield {name: getattr(camera, name) for name in names}, obey


@asynccontextmanager
async def _snapcam(options: dict[str, Any]) -> AsyncIterator[tuple[Place, Doing]]:
    async with RtspServer(film=Film(**options.pop("film", {})), **options).running() as camera:

        def obey(wish: Wish) -> None:
            camera.faults = rtsp.Faults(**wish.faults)
            if wish.do == "hang-up":
                camera.hang_up()

        yield {"host": camera.host, "port": camera.port}, obey


_KINDS: dict[str, Kind] = {"gopro": _gopro, "gopro-legacy": _legacy, "snapcam": _snapcam}


async def _run(kind: str, options: dict[str, Any]) -> None:
    orders = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    async with _KINDS[kind](options) as (place, obey):
        _say(place)
        while line := await orders.readline():
            obey(msgspec.json.decode(line, type=Wish))
            _say({})


def _say(what: Place) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


# Whoever drives it


class LiveCamera:
    """One that runs. `place`: where it is."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self.place = self._hear()

    @property
    def beside(self) -> list[str]:
        """The beginning of a command that runs in this camera's network."""
        return beside(self._process.pid)

    def wish(self, do: str = "", **faults: Any) -> None:
        """Have it do something, and be wrong in these ways alone; it has obeyed when this returns."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": do, "faults": faults}) + "\n")
        self._process.stdin.flush()
        self._hear()

    def _hear(self) -> Place:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the camera that is none has ended"
        told: Place = json.loads(line)
        return told


@contextmanager
def live_camera(kind: str, *, network: Callable[[list[str]], list[str]] = list, **options: Any) -> Iterator[LiveCamera]:
    """`network`: what makes of its command one that runs elsewhere, such as `in_own_network`."""
    argv = network([sys.executable, "-m", "tests.stands.live_camera", kind, json.dumps(options)])
    with subprocess.Popen(argv, cwd=PROJECT_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield LiveCamera(process)
        finally:
            assert process.stdin is not None
            process.stdin.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(20)
            process.kill()


if __name__ == "__main__":
    asyncio.run(_run(sys.argv[1], json.loads(sys.argv[2])))
