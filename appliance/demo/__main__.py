"""The stand-in's process, until SIGTERM. SIGUSR1: the camera misbehaves, each time in another way."""

import argparse
import asyncio
import logging
import signal
import sys
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import msgspec

from appliance.demo.acting import Acting, NoStageError
from appliance.demo.gopro import gopro
from appliance.demo.legacy_gopro import legacy_gopro
from appliance.demo.misbehaving import Misbehaving
from appliance.demo.place import StandInKind
from appliance.demo.snapcam import snapcam

_ACTORS: dict[StandInKind, Callable[[Path], AbstractAsyncContextManager[Acting]]] = {
    "gopro": gopro,
    "gopro-legacy": legacy_gopro,
    "snapcam": snapcam,
}
NO_STAGE = 2


def main() -> int:
    """0, or `NO_STAGE` with a sentence when the stand-in cannot be here."""
    parser = argparse.ArgumentParser(prog="python -m appliance.demo")
    parser.add_argument("kind", choices=_ACTORS)
    parser.add_argument("folder", type=Path, help="for what it films")
    asked = parser.parse_args()
    logging.getLogger("asyncio").setLevel(logging.ERROR)  # it warns of a child that was quicker than its SIGTERM
    try:
        _make(asked.folder)
        asyncio.run(_act(asked.kind, asked.folder))
    except NoStageError as error:
        _tell(str(error))
        return NO_STAGE
    return 0


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise NoStageError(f"{folder.absolute()} cannot be made ({error.strerror}); start elsewhere.") from None


async def _act(kind: StandInKind, folder: Path) -> None:
    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, over.set)
    async with _ACTORS[kind](folder) as acting:
        loop.add_signal_handler(signal.SIGUSR1, Misbehaving(acting.faults, _tell).next)
        sys.stdout.buffer.write(msgspec.json.encode(acting.place) + b"\n")
        sys.stdout.buffer.flush()
        await over.wait()


def _tell(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
