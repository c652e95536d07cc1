"""Looking for cameras with programs of their own, all at once: a finder that fails costs only its own cameras."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections.abc import Sequence
from contextlib import suppress

from msgspec import Struct

from appliance.camera.troubles import without_secrets
from appliance.child import GENTLY, Child
from appliance.decoding import decoded_or_none
from appliance.found import Found

LOOK_S = 6.0
"""A camera tells of itself by Bluetooth every second or so, and answers mDNS within one."""
GRACE_S = 10.0
"""Beyond its time: a small board takes seconds to load Python with the libraries for the air."""
MOST_FOUND = 50
_LONGEST_LINE = 300


class Finder(Struct, frozen=True):
    """`what`: its cameras, for the owner: "GoPro cameras". `argv`: the program, without `--seconds`."""

    what: str
    argv: tuple[str, ...]


class Findings(Struct, frozen=True):
    """`troubles`: why some were not looked for, a sentence each."""

    cameras: list[Found]
    troubles: list[str]


FINDERS = tuple(
    Finder(what, (sys.executable, "-m", module))
    for what, module in (
        ("GoPro cameras", "appliance.gopro.find"),
        ("Older GoPro cameras", "appliance.gopro_legacy.find"),
        ("SnapCam cameras", "appliance.snapcam.find"),
    )
)


async def look(finders: Sequence[Finder] = FINDERS, seconds: float = LOOK_S, grace_s: float = GRACE_S) -> Findings:
    """What all of them find. Never longer than `seconds` and `grace_s`; never raises for what a finder does."""
    told = await asyncio.gather(*(_look(finder, seconds, grace_s) for finder in finders))
    return Findings(
        [camera for findings in told for camera in findings.cameras],
        [trouble for findings in told for trouble in findings.troubles],
    )


async def _look(finder: Finder, seconds: float, grace_s: float) -> Findings:
    cameras: list[Found] = []
    try:
        child = await Child.start([*GENTLY, *finder.argv, "--seconds", f"{seconds:g}"], output=PIPE)
    except OSError as error:
        return Findings(cameras, [_trouble(finder, str(error.strerror))])
    try:
        async with asyncio.timeout(seconds + grace_s):
            is_understood = await _read(child, cameras)
            code = await child.wait()
    except TimeoutError:
        return Findings(cameras, [_trouble(finder, "their finder hangs")])
    finally:
        await child.stop(patience_s=0.5)
    if code != 0:
        return Findings(cameras, [_trouble(finder, _last_words(child.last_words) or f"exit code {code}")])
    return Findings(cameras, [] if is_understood else [_trouble(finder, "their finder says what nobody understands")])


async def _read(child: Child, cameras: list[Found]) -> bool:
    """Take the cameras as they are told; whether every line made sense."""
    is_understood = True
    while True:
        try:
            line = await child.output.readline()
        except ValueError:  # beyond the stream's limit: what follows is its rest
            is_understood = False
            continue
        if not line:
            return is_understood
        if len(cameras) < MOST_FOUND:
            camera = decoded_or_none(line, Found)
            cameras += [camera] if camera else []
            is_understood = is_understood and camera is not None


def _last_words(words: str) -> str:
    line = next((line for line in reversed(words.splitlines()) if line.strip()), "")
    with suppress(ValueError):
        line = line[line.rindex("No module named") :]  # the interpreter's path before it says nothing to the owner
    return without_secrets(" ".join("".join(c if c.isprintable() else " " for c in line).split()))[:_LONGEST_LINE]


def _trouble(finder: Finder, why: str) -> str:
    return f"{finder.what} could not be looked for: {why.rstrip('.')}."
